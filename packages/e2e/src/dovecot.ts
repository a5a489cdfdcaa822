// A throw-away Dovecot: Debian's programs on directories of their own, IMAP on loopback, Maildirs of one system user.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { idOf } from './system-user.ts'

const program = '/usr/sbin/dovecot'
const plugin = '/usr/lib/dovecot/modules/sieve/lib90_sieve_imapsieve_plugin.so'
const patienceMs = 10_000

export interface DovecotOptions {
  /** Everything of this Dovecot goes below it; it must exist. */
  readonly directory: string
  /** The system user whose all mail is. */
  readonly owner: string
  /** Lines of dovecot.conf behind the harness's own. */
  readonly lines: string
}

export interface Dovecot {
  readonly imapPort: number
  /** The Maildir of a user, who need not exist before. */
  maildirOf(user: string): string
  log(): string
  stop(): Promise<void>
}

/** Starts it and waits until it listens. */
export async function startDovecot({ directory, owner, lines }: DovecotOptions): Promise<Dovecot> {
  if (!existsSync(program) || !existsSync(plugin))
    throw new Error("these tests need Debian's dovecot-imapd and dovecot-sieve")
  const imapPort = await freePort()
  const { uid, gid } = idOf(owner)
  const place = (name: string) => path.join(directory, name)
  for (const name of ['run', 'dovecot-state', 'mail']) mkdirSync(place(name), { recursive: true })
  chownSync(place('mail'), uid, gid)
  chmodSync(directory, 0o755)
  const settings = place('dovecot.conf')
  writeFileSync(settings, `${baseLines({ place, imapPort, owner, uid })}\n${lines}\n`)
  const child = spawn(program, ['-F', '-c', settings], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const endTogether = () => child.kill('SIGTERM')
  process.once('exit', endTogether)
  const log = () => (existsSync(place('log')) ? readFileSync(place('log'), 'utf8') : '') + said
  await untilReady(child, log)
  return {
    imapPort,
    maildirOf: (user) => path.join(place('mail'), user),
    log,
    async stop() {
      process.removeListener('exit', endTogether)
      const end = once(child, 'close')
      child.kill('SIGTERM')
      await end
    },
  }
}

interface Base {
  place(name: string): string
  readonly imapPort: number
  readonly owner: string
  readonly uid: number
}

const baseLines = ({ place, imapPort, owner, uid }: Base): string => `
base_dir = ${place('run')}
state_dir = ${place('dovecot-state')}
log_path = ${place('log')}
protocols = imap
ssl = no
disable_plaintext_auth = no
first_valid_uid = ${uid}
default_vsz_limit = 0
mail_location = maildir:${place('mail')}/%u
mail_uid = ${owner}
mail_gid = ${owner === 'nobody' ? 'nogroup' : owner}
passdb {
  driver = static
  args = password=%u
}
userdb {
  driver = static
  args = home=${place('mail')}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Junk {
    auto = create
    special_use = \\Junk
  }
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
}
`

async function untilReady(child: ChildProcess, log: () => string): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!log().includes('starting up')) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`dovecot does not start: ${log()}`)
    await sleep(20)
  }
}
