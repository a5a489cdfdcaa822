// The same bytes to the real spamd and to us, and the same bytes back.

import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSpamcClient } from '../src/client.ts'
import type { ScanAnswer, ScanRequest } from '../src/server.ts'
import { bytes } from './bytes.ts'
import { hasSpamd, type Lab, type RealSpamd, startRealSpamd, startServer, talk } from './lab.ts'

let real: RealSpamd
let withoutTell: RealSpamd
let ours: Lab
let checkerVersion = ''
const reports = new Map<string, string>()

const rules = [
  { name: 'FRIEND', word: 'friend', points: -1.1 },
  { name: 'LOTTERY', word: 'lottery', points: 6.2 },
  { name: 'NEARLY', word: 'nearly', points: 4.98 },
]

/** Scores as the real one does with its three rules; its words are taken from it. */
function scan({ message }: ScanRequest): ScanAnswer {
  const text = message.toString('latin1')
  const hit = rules.filter(({ word }) => text.includes(word))
  const score = hit.reduce((sum, { points }) => sum + points, 0)
  const spam = score >= 5
  const symbols = hit.map(({ name }) => name)
  const tests = symbols.join(',') || 'none'
  const points = spam || score.toFixed(1) !== '5.0' ? score.toFixed(1) : '4.9'
  return {
    spam,
    score,
    threshold: 5,
    symbols,
    report: reports.get(tests) ?? '',
    fields: [
      `X-Spam-Checker-Version: ${checkerVersion}`,
      ...(spam ? ['X-Spam-Flag: YES'] : []),
      `X-Spam-Status: ${spam ? 'Yes' : 'No'}, score=${points} tests=${tests}`,
    ],
  }
}

const spam = 'Subject: x\nFrom: a@b.example\n\nthe lottery of a friend\n'
const ham = 'Subject: x\r\nFrom: a@b.example\r\nX-Spam-Flag: YES\r\n\tfolded\r\n\r\nmy friend\r\n'
const nearly = 'Return-Path: <a@b.example>\nX-Spam-Level: ***\nSubject: y\n\nnearly\n'
const tail = 'Subject: x\n\nno end of line'

beforeAll(async () => {
  if (!hasSpamd) return
  real = await startRealSpamd(['--allow-tell'])
  withoutTell = await startRealSpamd()
  const client = createSpamcClient({ servers: [{ kind: 'tcp', host: '127.0.0.1', port: real.port }] })
  for (const message of [spam, ham, nearly, tail]) {
    const told = await client.report(bytes(message))
    const named = await client.symbols(bytes(message))
    if (told.ok && named.ok) reports.set(named.value.symbols.join(',') || 'none', told.value.report)
  }
  const processed = await client.process(bytes(spam))
  if (processed.ok)
    checkerVersion = /^X-Spam-Checker-Version: (.*)$/m.exec(processed.value.message.toString())?.[1] ?? ''
  const none = { local: false, remote: false }
  ours = await startServer({
    scan,
    tell: ({ set, remove }) => ({
      didSet: { ...none, local: set.local },
      didRemove: { ...none, local: remove.local },
    }),
  })
})

afterAll(async () => {
  await real?.stop()
  await withoutTell?.stop()
  await ours?.close()
})

const withLength = (command: string, message: string, length = message.length) =>
  `${command}\r\nUser: nobody\r\nContent-length: ${length}\r\n\r\n${message}`

const scans = ['CHECK', 'SYMBOLS', 'REPORT', 'REPORT_IFSPAM', 'PROCESS', 'HEADERS']
const scanRows = scans.flatMap((command) =>
  [spam, ham, nearly, tail].flatMap((message) => [
    [`${command} SPAMC/1.5`, withLength(`${command} SPAMC/1.5`, message)],
    [`${command} SPAMC/1.2`, withLength(`${command} SPAMC/1.2`, message)],
    [`${command} SPAMC/1.1, no length`, `${command} SPAMC/1.1\r\n\r\n${message}`],
    [`${command} SPAMC/1.0`, `${command} SPAMC/1.0\r\n${message}`],
  ]),
)

const otherRows = [
  ['PING', 'PING SPAMC/1.5\r\n\r\n'],
  ['PING of an old client', 'PING SPAMC/1.2\r\n'],
  ['SKIP', 'SKIP SPAMC/1.5\r\n\r\n'],
  ['SKIP of an old client', 'SKIP SPAMC/1.2\r\n'],
  ['two requests', `${withLength('CHECK SPAMC/1.5', spam)}${withLength('CHECK SPAMC/1.5', ham)}`],
  ['a length too small', withLength('CHECK SPAMC/1.5', spam, 30)],
  ['a length too small, no end of line', withLength('CHECK SPAMC/1.5', tail, 15)],
  ['a length too large', withLength('CHECK SPAMC/1.5', spam, 1000)],
  ['a length at the end of a line', withLength('CHECK SPAMC/1.5', spam, 11)],
  ['an empty message', withLength('CHECK SPAMC/1.5', '')],
  ['a length that is no number', 'CHECK SPAMC/1.5\r\nContent-length: 1x\r\n\r\nbody\n'],
  ['a header without a colon', 'CHECK SPAMC/1.5\r\nUser\r\n\r\nbody\n'],
  ['an end among the headers', 'CHECK SPAMC/1.5\r\nUser: x\r\n'],
  ['control characters', 'CHECK SPAMC/1.5\r\nUser: x\x01y\r\n\r\nbody\n'],
  ['256 headers', `PING SPAMC/1.5\r\n${'User: x\r\n'.repeat(255)}\r\n`],
  ['257 headers', `PING SPAMC/1.5\r\n${'User: x\r\n'.repeat(256)}\r\n`],
  ['a compression nobody knows', 'CHECK SPAMC/1.5\r\nCompress: lzma\r\n\r\n'],
  ['compressed without a length', 'CHECK SPAMC/1.5\r\nCompress: zlib\r\n\r\n'],
  ['another command', 'HELO there\r\n'],
  ['learning as spam', withLength('TELL SPAMC/1.5\r\nMessage-class: spam\r\nSet: local', spam)],
  ['forgetting', withLength('TELL SPAMC/1.5\r\nRemove: local', spam)],
  ['learning as ham', withLength('TELL SPAMC/1.5\r\nMessage-class: ham\r\nSet: local', ham)],
  [
    'learning and forgetting',
    withLength('TELL SPAMC/1.5\r\nMessage-class: spam\r\nSet: local\r\nRemove: local', ham),
  ],
  ['telling nothing', withLength('TELL SPAMC/1.5', ham)],
] as const

describe.runIf(hasSpamd)('as the real spamd answers', () => {
  it.each(scanRows)('%s: %j', async (_name, request) => {
    expect(await talk(ours.port, [request!])).toBe(await talk(real.port, [request!]))
  })

  it.each(otherRows)('%s', async (_name, request) => {
    expect(await talk(ours.port, [request])).toBe(await talk(real.port, [request]))
  })

  it('requests and messages of all kinds', async () => {
    const field = fc.constantFrom(
      ...['A: b', 'Subject: friend', 'X-Spam-Flag: NO', 'x-spam-x: y\n\tfolded', 'X-Spam-Prev-Subject: z'],
      ...['Return-Path: <x@y.example>', 'To: c\n folded', 'M\xfc: \xfc'],
    )
    const message = fc
      .record({
        mbox: fc.constantFrom('', 'From a@b.example Mon Jan  1 00:00:00 2024\n'),
        fields: fc.array(field, { minLength: 1, maxLength: 6 }),
        body: fc.constantFrom('', '\n', '\nlottery\n', '\n.\n\nnearly', '\n\n\xff\x80\n'),
        end: fc.constantFrom('\n', '\r\n'),
      })
      .map(({ mbox, fields, body, end }) =>
        `${mbox}From: a@b.example\n${fields.join('\n')}\n${body}`.replaceAll('\n', end),
      )
    const request = fc.record({
      command: fc.constantFrom(...scans),
      version: fc.constantFrom('1.5', '1.3', '1.2', '1.1', '1.0', '2', 'x'),
      message,
      wrong: fc.constantFrom(0, 0, 0, 1, -1, 3, -20, 100),
      isLengthTold: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ command, version, message, wrong, isLengthTold }) => {
        const length = isLengthTold ? `Content-length: ${Math.max(0, message.length + wrong)}\r\n` : ''
        const text = `${command} SPAMC/${version}\r\n${Number(version) > 1 ? `${length}\r\n` : ''}${message}`
        const [told, expected] = [await talk(ours.port, [text]), await talk(real.port, [text])]
        // What a report says is the filter's affair.
        if (!command.startsWith('REPORT')) expect(told).toBe(expected)
        else expect(told.split('\r\n')[0]).toBe(expected.split('\r\n')[0])
      }),
      { numRuns: 300, seed: 20_261_122 },
    )
  })

  it('compressed', async () => {
    const body = deflateSync(bytes(spam))
    const head = `PROCESS SPAMC/1.5\r\nCompress: zlib\r\nContent-length: ${body.length}\r\n\r\n`
    const answer = await talk(ours.port, [head, body])
    expect(answer).toBe(await talk(real.port, [head, body]))
    expect(answer).toContain('X-Spam-Flag: YES')
  })

  it('compressed, cut short: the same but for Perl saying where', async () => {
    const body = deflateSync(bytes(spam)).subarray(0, 30)
    const head = `CHECK SPAMC/1.5\r\nCompress: zlib\r\nContent-length: ${body.length}\r\n\r\n`
    expect((await talk(ours.port, [head, body])).trimEnd()).toBe(
      (await talk(real.port, [head, body])).trimEnd(),
    )
  })

  it('TELL where it is not allowed', async () => {
    const request = withLength('TELL SPAMC/1.5\r\nMessage-class: spam\r\nSet: local', spam)
    const refusing = await startServer({ scan })
    expect(await talk(refusing.port, [request])).toBe(await talk(withoutTell.port, [request]))
    await refusing.close()
  })
})

describe.runIf(hasSpamd)('our client and the real spamd', () => {
  const client = (user?: string, compress = false) =>
    createSpamcClient({
      servers: [{ kind: 'tcp', host: '127.0.0.1', port: real.port }],
      compress,
      ...(user !== undefined && { user }),
    })
  const checked = { isSpam: true, score: 5.1, threshold: 5 }

  it('understand each other', async () => {
    const spamc = client('nobody')
    expect(await spamc.ping()).toEqual({ ok: true, value: true })
    expect(await spamc.check(bytes(spam))).toEqual({ ok: true, value: checked })
    expect(await spamc.check(bytes(nearly))).toEqual({
      ok: true,
      value: { isSpam: false, score: 4.9, threshold: 5 },
    })
    expect(await spamc.symbols(bytes(spam))).toEqual({
      ok: true,
      value: { ...checked, symbols: ['FRIEND', 'LOTTERY'] },
    })
    expect(await spamc.report(bytes(spam))).toMatchObject({
      value: { ...checked, report: expect.stringContaining('speaks of a lottery') },
    })
    expect(await spamc.reportIfSpam(bytes(ham))).toMatchObject({ value: { isSpam: false, report: '' } })
    const processed = await spamc.process(bytes(spam))
    expect(processed.ok && processed.value.message.toString()).toContain('X-Spam-Flag: YES\n')
    const headers = await spamc.headers(bytes(tail))
    expect(headers.ok && headers.value.header.toString()).toMatch(/tests=none\nSubject: x\n\n$/)
  })

  it('compressed', async () => {
    expect(await client(undefined, true).check(bytes(spam))).toEqual({ ok: true, value: checked })
  })

  it('teach and forget, once', async () => {
    const spamc = client('nobody')
    const message = bytes('Subject: lessons\n\nto be learned\n')
    expect(await spamc.learn(message, 'spam')).toEqual({ ok: true, value: true })
    expect(await spamc.learn(message, 'spam')).toEqual({ ok: true, value: false })
    expect(await spamc.learn(message, 'ham')).toEqual({ ok: true, value: true })
    expect(await spamc.forget(message)).toEqual({ ok: true, value: true })
    expect(await spamc.forget(message)).toEqual({ ok: true, value: false })
    // It has no network to report to.
    expect(await spamc.reportSpam(message)).toEqual({ ok: true, value: false })
    expect(await spamc.revoke(message)).toEqual({ ok: true, value: false })
  })

  it('hear that TELL is not allowed', async () => {
    const spamc = createSpamcClient({ servers: [{ kind: 'tcp', host: '127.0.0.1', port: withoutTell.port }] })
    expect(await spamc.learn(bytes(spam), 'spam')).toEqual({
      ok: false,
      error: {
        code: 'refused',
        status: 69,
        message: 'Service Unavailable: TELL commands are not enabled, set the --allow-tell switch.',
      },
    })
  })
})
