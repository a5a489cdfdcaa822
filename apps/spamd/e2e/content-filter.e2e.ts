// The article's content_filter, unchanged, with our daemon where spamd was.

import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Daemon } from '@postern/daemon'
import { documented } from '@postern/e2e/documented'
import { loadSettings } from '@postern/settings'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSpamd } from '../src/index.ts'
import { createFakeFilter } from '../test/fake-filter.ts'
import { openStage, type Stage } from './stage.ts'

const filter = createFakeFilter()
let stage: Stage
let daemon: Daemon

async function startDaemon(): Promise<void> {
  const own = `listen = ["127.0.0.1:${stage.port}"]\n[log]\ndestination = "${path.join(stage.directory, 'log')}"\n`
  const loaded = loadSettings(documented('/etc/postern/postern.toml with spamd') + own)
  if (!loaded.ok) throw new Error('mistakes in the settings')
  const started = await runSpamd({ settings: loaded.settings, openFilter: async () => filter })
  if (!started.ok) throw new Error(started.message)
  daemon = started.daemon
}

const letter = (subject: string, body: string, further = '') =>
  `${further}From: alice@example.net\r\nTo: bob@lab.example.com\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.net>\r\n\r\n${body}\r\n`

const spamText = 'lottery winner millions'
const hamText = 'meeting agenda tomorrow'

beforeAll(async () => {
  stage = await openStage()
  await startDaemon()
  for (const [as, text] of [
    ['spam', spamText],
    ['ham', hamText],
  ] as const)
    expect(await stage.spamc.learn(Buffer.from(letter('lesson', text)), as)).toEqual({
      ok: true,
      value: true,
    })
})
afterAll(async () => {
  await stage?.postfix.stop()
  await daemon?.close()
})

const spamFields = ['X-Spam-Checker-Version', 'X-Spam-Flag', 'X-Spam-Score', 'X-Spam-Level', 'X-Spam-Status']

it('spam arrives once, with its fields, and without those it came with', async () => {
  const forged = 'X-Spam-Status: No, score=-100 required=5.0\r\n\tforged\r\nX-Spam-Flag: NO\r\n'
  const message = await stage.deliver('spam@lab.example.com', letter('offer', spamText, forged))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual(spamFields)
  expect(message.header('X-Spam-Flag')).toEqual(['YES'])
  expect(message.header('X-Spam-Status')).toEqual([
    expect.stringMatching(/^Yes, score=\d+\.\d required=5\.0 tests=BAYES_99,BAYES_999 .*for-spam: "/),
  ])
  expect(message.header('Subject')).toEqual(['offer'])
  expect(message.bytes.toString()).toMatch(/\r\n\r\nlottery winner millions\r\n$/)
})

it('ham arrives once, and is not called spam', async () => {
  const message = await stage.deliver('ham@lab.example.com', letter('minutes', hamText))
  expect(message.header('X-Spam-Flag')).toEqual([])
  expect(message.header('X-Spam-Status')).toEqual([
    expect.stringMatching(/^No, score=-\d+\.\d required=5\.0 tests=BAYES_00 /),
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

it('a filter that fails loses no mail', async () => {
  filter.trouble = new Error('disk full')
  const message = await stage.deliver('failing@lab.example.com', letter('failing', spamText))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual([])
  filter.trouble = undefined
})

it('without the daemon mail arrives as it is; with -x -X it waits for the daemon', async () => {
  await daemon.close()
  const message = await stage.deliver('alone@lab.example.com', letter('alone', spamText))
  expect(message.names.filter((name) => name.startsWith('X-Spam'))).toEqual([])
  await stage.send({ recipients: ['strict@lab.example.com'], content: letter('strict', spamText) }, 'strict')
  const waiting = () => stage.postfix.queue().filter(({ queue_name }) => queue_name === 'deferred')
  for (let i = 0; waiting().length === 0 && i < 500; i++) await sleep(20)
  expect(waiting().map(({ recipients }) => recipients.map(({ address }) => address))).toEqual([
    ['strict@lab.example.com'],
  ])
})
