// The article's content_filter, unchanged, with our daemon where spamd was.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import { documented } from '@postern/e2e/documented'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let daemon: Daemon

/** The daemon with the page's settings, where the stage's spamc asks. */
async function start(name: string, bayes: string): Promise<Daemon> {
  const directory = path.join(stage.directory, name)
  mkdirSync(directory)
  const own = `listen = ["127.0.0.1:${stage.port}"]\n[store]\ndirectory = "${directory}"\n[bayes]\n${bayes}\n`
  return startDaemon({
    app: 'spamd',
    directory,
    settings: documented('/etc/postern/postern.toml with spamd') + own,
  })
}

/** Teaches as the page says: `spamc -L`. */
function teach(as: 'spam' | 'ham', message: string): string {
  const parameters = ['-d', '127.0.0.1', '-p', String(stage.port), '-L', as]
  return spawnSync('spamc', parameters, { input: message, encoding: 'latin1' }).stdout
}

const letter = (subject: string, body: string, further = '') =>
  `${further}From: alice@example.net\r\nTo: bob@lab.example.com\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.net>\r\n\r\n${body}\r\n`

const spamText = 'Congratulations, lottery winner! Claim your millions today: http://prize.example/claim'
const hamText = 'The agenda of the meeting tomorrow is attached to the minutes of the project.'
const lessons = 40

beforeAll(async () => {
  stage = await openStage()
  daemon = await start('daemon', `min_learned = ${lessons}`)
  for (let i = 0; i < lessons; i++)
    for (const [as, text] of [
      ['spam', spamText],
      ['ham', hamText],
    ] as const)
      expect(teach(as, letter(`${as}${i}`, `${text} ${i}`))).toBe('Message successfully un/learned\n')
})
afterAll(async () => {
  await stage?.postfix.stop()
  await daemon?.stop()
})

const spamFields = ['X-Spam-Checker-Version', 'X-Spam-Flag', 'X-Spam-Score', 'X-Spam-Level', 'X-Spam-Status']

it('spam arrives once, with its fields, and without those it came with', async () => {
  const forged = 'X-Spam-Status: No, score=-100 required=5.0\r\n\tforged\r\nX-Spam-Flag: NO\r\n'
  const message = await stage.deliver('spam@lab.example.com', letter('offer', spamText, forged))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual(spamFields)
  expect(message.header('X-Spam-Flag')).toEqual(['YES'])
  expect(message.header('X-Spam-Status')).toEqual([
    expect.stringMatching(/^Yes, score=\d+\.\d required=5\.0 tests=BAYES_\S+ .*for-spam: "/),
  ])
  expect(message.header('Subject')).toEqual(['offer'])
  expect(message.bytes.toString().endsWith(`\r\n\r\n${spamText}\r\n`)).toBe(true)
})

it('ham arrives once, and is not called spam', async () => {
  const message = await stage.deliver('ham@lab.example.com', letter('minutes', hamText))
  expect(message.header('X-Spam-Flag')).toEqual([])
  expect(message.header('X-Spam-Status')).toEqual([
    expect.stringMatching(/^No, score=-\d+\.\d required=5\.0 tests=BAYES_\d\d /),
  ])
})

it('to several people it goes once to each', async () => {
  const recipients = ['one@lab.example.com', 'two@lab.example.com', 'three@lab.example.com']
  await stage.send({ recipients, content: letter('all', hamText) })
  for (const to of recipients) {
    const arrived = await stage.postfix.deliveredTo(to)
    expect(arrived.map((message) => message.header('X-Spam-Score').length)).toEqual([1])
  }
})

it('bytes that are no text, and lines with a dot, arrive as they were sent', async () => {
  const body = 'lottery\r\n.\r\n..two\r\nM\xfcnchen \x80\x81\r\nFrom here on'
  const message = await stage.deliver('bytes@lab.example.com', letter('bytes', body))
  expect(message.bytes.toString('latin1')).toMatch(/X-Spam-Score[\s\S]*\r\n\r\n/)
  expect(message.bytes.toString('latin1').endsWith(`\r\n\r\n${body}\r\n`)).toBe(true)
})

it('what is too large for spamc arrives as it is', async () => {
  const message = await stage.deliver(
    'large@lab.example.com',
    letter('large', `${'lottery '.repeat(8)}\r\n`.repeat(9000)),
  )
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual([])
  expect(message.bytes.length).toBeGreaterThan(512_000)
})

it('without the daemon mail arrives as it is; with -x -X it waits for the daemon', async () => {
  await daemon.stop()
  const message = await stage.deliver('alone@lab.example.com', letter('alone', spamText))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual([])
  await stage.send({ recipients: ['strict@lab.example.com'], content: letter('strict', spamText) }, 'strict')
  const waiting = () => stage.postfix.queue().filter(({ queue_name }) => queue_name === 'deferred')
  for (let i = 0; waiting().length === 0 && i < 500; i++) await sleep(20)
  expect(waiting().map(({ recipients }) => recipients.map(({ address }) => address))).toEqual([
    ['strict@lab.example.com'],
  ])
})

it('what was learned is known by the daemon that comes next', async () => {
  daemon = await start('next', `directory = "${stage.directory}/daemon/bayes"\nmin_learned = ${lessons}`)
  const message = await stage.deliver('next@lab.example.com', letter('next', spamText))
  expect(message.header('X-Spam-Flag')).toEqual(['YES'])
  await daemon.stop()
})

it('a filter that cannot be opened loses no mail', async () => {
  const file = path.join(stage.directory, 'no-directory')
  writeFileSync(file, '')
  daemon = await start('failing', `directory = "${file}"`)
  const message = await stage.deliver('failing@lab.example.com', letter('failing', spamText))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual([])
  expect((await daemon.line('request', { command: 'PROCESS' })).fields.get('result')).toBe('failed')
})
