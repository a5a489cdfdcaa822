// Processes that score while another one learns; and learners that are killed in the middle.

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { BayesFilter } from '@postern/bayes'
import { openFilter } from '@postern/daemon'
import { preparePostfix } from '@postern/e2e/postfix'
import { loadSettings } from '@postern/settings'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asSent, corpus, learn, startLearning, writeMessages } from './spam-lessons.ts'
import { openStage, queueIdOf, type Stage } from './stage.ts'

const prepared = preparePostfix()
const directory = (name: string) => path.join(prepared.directory, name)
const spam = corpus('spam', 0, 300)
const ham = corpus('ham', 0, 300)
const folders = {
  spam: writeMessages(directory('spam'), spam.slice(0, 260)),
  ham: writeMessages(directory('ham'), ham.slice(0, 260)),
}
const first = {
  spam: writeMessages(directory('first-spam'), spam.slice(0, 20)),
  ham: writeMessages(directory('first-ham'), ham.slice(0, 20)),
}

/** Settings with a filter of its own, and its file. */
function settingsIn(name: string): { readonly text: string; readonly file: string } {
  const text = `[bayes]\ndirectory = "${directory(name)}"\n`
  const file = directory(`${name}.toml`)
  writeFileSync(file, text)
  return { text, file }
}

async function open(text: string): Promise<BayesFilter> {
  const loaded = loadSettings(text)
  if (!loaded.ok) throw new Error('settings')
  return openFilter(loaded.settings, { configPath: undefined })
}

const shared = settingsIn('shared')
let stage: Stage<'several'>
beforeAll(async () => {
  await learn(shared.file, first)
  stage = await openStage({
    prepared,
    ways: { several: { milter: 'processes = 3', settings: `${shared.text}[spam]\nenabled = true\n` } },
    mainCf: () => 'smtpd_client_connection_count_limit = 0',
  })
})
afterAll(() => stage?.stop())

it('scores in three processes while another learns', { timeout: 120_000 }, async () => {
  const learner = startLearning(shared.file, folders)
  const ended = once(learner, 'close')
  const isLearning = () => learner.exitCode === null && learner.signalCode === null
  const fresh = [...spam.slice(260, 290), ...ham.slice(260, 290)]
  const sent: string[] = []
  const milliseconds: number[] = []
  let atOnce = 0
  /** Sends one after the other, until the learner is done and all have been sent. */
  const sendAll = async (from: number) => {
    for (let index = from; isLearning() || index < fresh.length; index += 6) {
      const began = performance.now()
      const content = asSent(fresh[index % fresh.length]!)
      const reply = await stage.send('several', { to: `load${index}@lab.example.com`, content })
      milliseconds.push(performance.now() - began)
      sent.push(queueIdOf(reply))
      if (isLearning()) atOnce++
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5].map(sendAll))
  expect((await ended)[0]).toBe(0)
  const lines = await Promise.all(
    sent.map((queue_id) => stage.daemon('several').line('message', { queue_id })),
  )
  expect(lines.map(({ fields }) => fields.get('spam'))).not.toContain('not-scored')
  expect(lines.every(({ fields }) => fields.has('p'))).toBe(true)
  expect(stage.daemon('several').lines.filter(({ event }) => event === 'failure')).toEqual([])
  const filter = await open(shared.text)
  expect(await filter.stats()).toMatchObject({ spam: 260, ham: 260, seen: 520 })
  // What all have learned, all know: the milter's processes score as this one does.
  const { line, message } = await stage.deliver('several', {
    to: 'after@lab.example.com',
    content: asSent(spam[295]!),
  })
  const { probability } = await filter.score(
    Buffer.concat([
      Buffer.from(`Return-Path: <alice@example.org>\nDelivered-To: after@lab.example.com\n`),
      message.bytes,
    ]),
  )
  expect(Math.abs(Number(line.fields.get('p')) - probability)).toBeLessThan(0.02)
  await filter.close()
  milliseconds.sort((a, b) => a - b)
  console.log(
    `${sent.length} messages through Postfix, ${atOnce} while 480 were learned; half within ${Math.round(milliseconds[milliseconds.length >> 1]!)} ms, slowest ${Math.round(milliseconds.at(-1)!)} ms`,
  )
  expect(atOnce).toBeGreaterThan(0)
})

it('keeps its counts whole when learners are killed', { timeout: 120_000 }, async () => {
  const { text: settings, file } = settingsIn('killed')
  await learn(file, first)
  const filter = await open(settings)
  let kills = 0
  for (const more of [1, 40, 120]) {
    const before = await filter.stats()
    const learner = startLearning(file, folders)
    const ended = once(learner, 'close')
    await expect
      .poll(async () => (await filter.stats()).seen, { timeout: 20_000, interval: 2 })
      .toBeGreaterThanOrEqual(Math.min(before.seen + more, 520))
    learner.kill('SIGKILL')
    const [, signal] = await ended
    if (signal === 'SIGKILL') kills++
    const after = await filter.stats()
    // A message that counts is remembered, and one that is remembered counts.
    expect(after.spam + after.ham).toBe(after.seen)
    expect(after.seen).toBeGreaterThanOrEqual(before.seen)
  }
  expect(kills).toBeGreaterThan(0)
  await learn(file, folders)
  expect(await filter.stats()).toMatchObject({ spam: 260, ham: 260, seen: 520 })
  // Learning all of it again changes nothing.
  await learn(file, folders)
  expect(await filter.stats()).toMatchObject({ spam: 260, ham: 260, seen: 520 })
  // What was killed and began again knows what was learned in one go.
  const whole = settingsIn('whole')
  await learn(whole.file, first)
  await learn(whole.file, folders)
  const undisturbed = await open(whole.text)
  for (const text of [...spam.slice(260, 300), ...ham.slice(260, 300)]) {
    const message = Buffer.from(text, 'latin1')
    const { probability } = await filter.score(message)
    expect(Math.abs(probability - (await undisturbed.score(message)).probability)).toBeLessThan(0.1)
  }
  await undisturbed.close()
  await filter.close()
})
