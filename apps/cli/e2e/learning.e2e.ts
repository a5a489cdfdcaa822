// What people do with their mail in a real Dovecot, and what the filter learns of it: docs/operating/learning.md.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { checkRunnableBy, programOf } from '@postern/e2e/daemon'
import { documented } from '@postern/e2e/documented'
import { type Dovecot, startDovecot } from '@postern/e2e/dovecot'
import { type Imap, openImap } from '@postern/e2e/imap'
import { idOf } from '@postern/e2e/system-user'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// The page's users "vmail" and "postern" need not exist where tests run.
const user = 'nobody'
const program = programOf('cli')

let directory: string
let config: string
const stops: (() => unknown)[] = []

beforeEach(() => {
  checkRunnableBy(user, 'serve')
  directory = mkdtempSync(path.join(os.tmpdir(), 'postern-learning-'))
  chmodSync(directory, 0o755)
  const state = path.join(directory, 'state')
  mkdirSync(state)
  const { uid, gid } = idOf(user)
  chownSync(state, uid, gid)
  config = path.join(directory, 'postern.toml')
  writeFileSync(config, settingsIn(state))
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  rmSync(directory, { recursive: true, force: true })
})

/** The plugin, the scripts and the program of the page. */
async function startDocumentedDovecot(): Promise<Dovecot> {
  const sieve = path.join(directory, 'sieve')
  mkdirSync(path.join(sieve, 'bin'), { recursive: true })
  const scripts = ['learn-spam.sieve', 'learn-ham.sieve'].map((name) => path.join(sieve, name))
  for (const script of scripts)
    writeFileSync(script, documented(`/etc/dovecot/sieve/${path.basename(script)}`))
  const places = {
    'sudo -n -u postern /usr/bin/postern learn': `${process.execPath} ${program} learn --config ${config}`,
  }
  const file = path.join(sieve, 'bin/postern-learn')
  writeFileSync(file, documented('/etc/dovecot/sieve/bin/postern-learn', places))
  chmodSync(file, 0o755)
  const lines = documented('/etc/dovecot/conf.d/95-postern.conf', { '/etc/dovecot/sieve': sieve })
  const dovecot = await startDovecot({ directory, owner: user, lines })
  stops.push(dovecot.stop)
  for (const script of scripts) {
    const { status, stderr } = spawnSync('sievec', ['-c', path.join(directory, 'dovecot.conf'), script], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
  }
  return dovecot
}

async function startPlainDovecot(): Promise<Dovecot> {
  const dovecot = await startDovecot({ directory, owner: user, lines: '' })
  stops.push(dovecot.stop)
  return dovecot
}

async function logIn(dovecot: Dovecot): Promise<Imap> {
  const imap = await openImap(dovecot.imapPort, 'ann')
  stops.push(imap.close)
  return imap
}

const letter = (subject: string) =>
  `From: bob@example.org\r\nTo: ann@example.net\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.org>\r\n\r\n${subject} for you\r\n`

/** The only message of one mailbox to another. */
async function move(imap: Imap, from: string, to: string): Promise<void> {
  await imap.command(`SELECT ${from}`)
  await imap.command(`MOVE 1 ${to}`)
}

/** What the filter has learned. */
function learned(): { spam: number; ham: number } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'bayes', 'stats', '--json', '--config', config],
    { encoding: 'utf8', ...idOf(user) },
  )
  if (stdout === '') throw new Error(stderr)
  const { spam, ham } = JSON.parse(stdout)
  return { spam, ham }
}

describe('Dovecot with the Sieve scripts of the page', () => {
  it('learns what is moved into Junk, and relearns what is moved back, but not what goes to Trash', async () => {
    const dovecot = await startDocumentedDovecot()
    const imap = await logIn(dovecot)
    await imap.append('INBOX', letter('pills'))
    await move(imap, 'INBOX', 'Junk')
    expect(learned(), dovecot.log()).toEqual({ spam: 1, ham: 0 })
    await move(imap, 'Junk', 'INBOX')
    expect(learned(), dovecot.log()).toEqual({ spam: 0, ham: 1 })
    await move(imap, 'INBOX', 'Junk')
    expect(learned(), dovecot.log()).toEqual({ spam: 1, ham: 0 })
    await move(imap, 'Junk', 'Trash')
    expect(learned(), dovecot.log()).toEqual({ spam: 1, ham: 0 })
    expect(dovecot.log()).not.toMatch(/Error|failed/)
  })
})

/** `postern learn --watch` on ann's mail. */
async function startWatching(dovecot: Dovecot): Promise<readonly string[]> {
  const maildir = dovecot.maildirOf('ann')
  const child = spawn(
    process.execPath,
    [program, 'learn', '--watch', '--spam', `${maildir}/.Junk`, '--ham', maildir, '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'], ...idOf(user) },
  )
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const end = once(child, 'close')
  stops.push(async () => {
    child.kill('SIGTERM')
    expect(await end).toEqual([0, null])
  })
  await vi.waitFor(() => expect(lines.at(-1)).toBe('watching 1 folders of spam and 1 of ham'), {
    timeout: 10_000,
  })
  return lines
}

describe('postern learn --watch beside Dovecot', () => {
  it('learns as people move, answer and throw away mail', async () => {
    const dovecot = await startPlainDovecot()
    const imap = await logIn(dovecot)
    await imap.append('INBOX', letter('pills'))
    // Dovecot makes the folder when it is first asked for.
    await imap.command('SELECT Junk')
    const lines = await startWatching(dovecot)
    await move(imap, 'INBOX', 'Junk')
    await vi.waitFor(() => expect(lines.at(-1)).toMatch(/^learned as spam: .*\.Junk/), { timeout: 10_000 })
    await move(imap, 'Junk', 'INBOX')
    await vi.waitFor(() => expect(lines.at(-1)).toMatch(/^relearned as ham: /), { timeout: 10_000 })
    await move(imap, 'INBOX', 'Trash')
    await imap.append('INBOX', letter('unread'))
    await imap.append('INBOX', letter('lunch'), '\\Seen')
    await imap.command('SELECT INBOX')
    await imap.command('STORE 2 +FLAGS (\\Answered)')
    await vi.waitFor(() => expect(lines.at(-1)).toMatch(/^learned as ham: .*,RS$/), { timeout: 10_000 })
    expect(lines.filter((line) => /^(re)?learned/.test(line))).toHaveLength(3)
    expect(learned()).toEqual({ spam: 0, ham: 2 })
  })
})

const settingsIn = (state: string): string => `
[store]
directory = "${state}"
[policy]
enabled = false
`
