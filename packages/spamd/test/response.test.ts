import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatPoints,
  formatScan,
  formatTell,
  parseResponse,
  pong,
  type ScanAnswer,
  scanCommands,
} from '../src/index.ts'
import { bytes } from './bytes.ts'

const spam: ScanAnswer = {
  spam: true,
  score: 15,
  threshold: 5,
  symbols: ['BAYES_99', 'BAYES_999'],
  report: 'Because.\n',
  fields: ['X-Spam-Flag: YES', 'X-Spam-Status: Yes, score=15.0\n\ttests=BAYES_99'],
}
const ham: ScanAnswer = { ...spam, spam: false, score: -1.52, fields: ['X-Spam-Status: No'] }

const message = bytes('Subject: x\nX-Spam-Flag: NO\n\nbody\n')

const join = (parts: readonly (string | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? bytes(part) : part))).toString('latin1')

const answer = (command: (typeof scanCommands)[number], scan: ScanAnswer, version = 1.5) =>
  join(formatScan({ command, version }, scan, message))

const head = 'SPAMD/1.1 0 EX_OK\r\n'

describe('the answer', () => {
  it.each([
    ['CHECK', spam, `${head}Spam: True ; 15.0 / 5.0\r\n\r\n`],
    ['CHECK', ham, `${head}Spam: False ; -1.5 / 5.0\r\n\r\n`],
    ['SYMBOLS', spam, `${head}Content-length: 18\r\nSpam: True ; 15.0 / 5.0\r\n\r\nBAYES_99,BAYES_999`],
    ['REPORT', spam, `${head}Content-length: 9\r\nSpam: True ; 15.0 / 5.0\r\n\r\nBecause.\n`],
    ['REPORT', ham, `${head}Content-length: 9\r\nSpam: False ; -1.5 / 5.0\r\n\r\nBecause.\n`],
    ['REPORT_IFSPAM', spam, `${head}Content-length: 9\r\nSpam: Yes ; 15.0 / 5.0\r\n\r\nBecause.\n`],
    ['REPORT_IFSPAM', ham, `${head}Content-length: 0\r\nSpam: No ; -1.5 / 5.0\r\n\r\n`],
    [
      'HEADERS',
      ham,
      `${head}Content-length: 30\r\nSpam: False ; -1.5 / 5.0\r\n\r\nX-Spam-Status: No\nSubject: x\n\n`,
    ],
    [
      'PROCESS',
      ham,
      `${head}Content-length: 35\r\nSpam: False ; -1.5 / 5.0\r\n\r\nX-Spam-Status: No\nSubject: x\n\nbody\n`,
    ],
  ] as const)('to %s', (command, scan, expected) => {
    expect(answer(command, scan)).toBe(expected)
  })

  it('to older clients', () => {
    expect(answer('SYMBOLS', spam, 1.2)).toBe(`${head}Spam: True ; 15.0 / 5.0\r\n\r\nBAYES_99,BAYES_999\r\n`)
    expect(answer('REPORT', ham, 1.2)).toBe(`${head}Spam: False ; -1.5 / 5.0\r\n\r\nBecause.\n`)
    expect(answer('HEADERS', ham, 1.2)).toBe(
      `${head}Content-length: 30\r\n\r\nX-Spam-Status: No\nSubject: x\n\n`,
    )
    expect(answer('HEADERS', ham, 1.0)).toBe('SPAMD/1.0 0 EX_OK\r\nX-Spam-Status: No\nSubject: x\n\n')
  })

  it('to TELL and PING', () => {
    const none = { local: false, remote: false }
    expect(formatTell({ didSet: { local: true, remote: true }, didRemove: none })).toBe(
      `${head}DidSet: local,remote\r\n\r\n\r\n`,
    )
    expect(formatTell({ didSet: none, didRemove: { local: true, remote: false } })).toBe(
      `${head}DidRemove: local\r\n\r\n\r\n`,
    )
    expect(formatTell({ didSet: none, didRemove: none })).toBe(`${head}\r\n\r\n`)
    expect(pong).toBe('SPAMD/1.5 0 PONG\r\n')
  })

  it.each([
    [4.97, false, '4.9'],
    [4.94, false, '4.9'],
    [7, false, '4.9'],
    [4.97, true, '5.0'],
    [-0.04, false, '0.0'],
    [99.94, true, '99.9'],
  ])('shows %d points of a message that is spam: %s', (score, isSpam, expected) => {
    expect(formatPoints(score, { spam: isSpam, threshold: 5 })).toBe(expected)
  })
})

describe('what the client reads', () => {
  it('is what was written', () => {
    const scan = fc.record({
      spam: fc.boolean(),
      score: fc.integer({ min: -999, max: 999 }).map((n) => n / 10),
      threshold: fc.constant(5),
      report: fc.string({ unit: 'binary-ascii' }),
    })
    fc.assert(
      fc.property(fc.constantFrom(...scanCommands), scan, (command, scan) => {
        const text = join(formatScan({ command, version: 1.5 }, scan, message))
        const parsed = parseResponse(bytes(text))
        const score = Number(formatPoints(scan.score, scan))
        expect(parsed.ok && parsed.value).toMatchObject({
          status: 0,
          text: 'EX_OK',
          spam: { isSpam: scan.spam, score, threshold: 5 },
        })
        if (command === 'REPORT')
          expect(parsed.ok && Buffer.from(parsed.value.body).toString()).toBe(scan.report)
      }),
    )
  })

  it.each([
    ['', 'empty', 0],
    ['220 mx ESMTP\r\n', 'not-a-response', 0],
    ['SPAMD/1.1 0 EX_OK\r\nSpam: True', 'head-too-long', 19],
    ['SPAMD/1.1 0 EX_OK\r\nSpam: perhaps\r\n\r\n', 'bad-spam-line', 19],
    ['SPAMD/1.1 0 EX_OK\r\nContent-length: x\r\n\r\n', 'bad-length', 19],
    ['SPAMD/1.1 0 EX_OK\r\nContent-length: 5\r\n\r\nfour', 'length-mismatch', 40],
  ])('is not %j', (text, code, at) => {
    expect(parseResponse(bytes(text))).toEqual({ ok: false, error: { code, at } })
  })

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const start of ['', 'SPAMD/1.1 0 EX_OK\r\n']) parseResponse(Buffer.from(start + text))
      }),
    )
  })

  it('a refusal', () => {
    const parsed = parseResponse(bytes('SPAMD/1.0 69 Service Unavailable: no\r\n'))
    expect(parsed.ok && [parsed.value.status, parsed.value.text]).toEqual([69, 'Service Unavailable: no'])
  })
})
