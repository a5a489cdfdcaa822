import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../src/digest.ts'
import { mail, octetsOf } from './mail.ts'

const header = [
  'From: a@example.org',
  'Date: Mon, 1 Jan 2024 10:00:00 +0000',
  'Message-ID: <1@x>',
  'Subject: hi',
]
const message = octetsOf(...header, '', 'One line,', '', 'and another.', '')
const crlf = (octets: Buffer) => Buffer.from(octets.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')

describe('the digest', () => {
  const same: [name: string, octets: Buffer][] = [
    ['line ends of CRLF', crlf(message)],
    [
      'Received, Return-Path and Delivered-To above',
      octetsOf(
        'Return-Path: <a@x>',
        'Received: from x',
        '\tby y; z',
        'Delivered-To: b@x',
        message.toString(),
      ),
    ],
    [
      'what filters add',
      octetsOf('X-Spam-Status: Yes, score=9', ' tests=A,B', 'X-Bogosity: Spam', message.toString()),
    ],
    ["an mbox's From line", octetsOf('From a@example.org  Mon Jan  1 10:00:00 2024', message.toString())],
    [
      'fields added below',
      octetsOf(...header, 'Status: RO', 'X-Keywords:', '', 'One line,', '', 'and another.', ''),
    ],
    [
      'a field folded anew',
      octetsOf(...header.slice(0, 3), 'Subject:', '\thi', '', 'One line,', '', 'and another.', ''),
    ],
    ['no line end at the end', message.subarray(0, message.length - 1)],
    ['white space at the ends of lines', octetsOf(...header, '', 'One line, ', '', 'and another.\t', '', '')],
  ]
  it.each(same)('does not change with %s', (_, octets) => {
    expect(digestOf(octets)).toBe(digestOf(message))
  })

  const others: [name: string, octets: Buffer][] = [
    [
      'another Message-ID',
      octetsOf(...header.with(2, 'Message-ID: <2@x>'), '', 'One line,', '', 'and another.', ''),
    ],
    ['another subject', octetsOf(...header.with(3, 'Subject: ho'), '', 'One line,', '', 'and another.', '')],
    [
      'another sender',
      octetsOf(...header.with(0, 'From: b@example.org'), '', 'One line,', '', 'and another.', ''),
    ],
    ['another body', octetsOf(...header, '', 'One line,', '', 'and one more.', '')],
    ['the body alone', octetsOf('', 'One line,', '', 'and another.', '')],
    ['the header alone', octetsOf(...header, '', '')],
  ]
  it.each(others)('changes with %s', (_, octets) => {
    expect(digestOf(octets)).not.toBe(digestOf(message))
  })

  it('does not depend on line ends, however long the message is', () => {
    const long = Array.from({ length: 30_000 }, (_, n) => `line ${n}`)
    const octets = octetsOf(...header, '', ...long)
    expect(digestOf(crlf(octets))).toBe(digestOf(octets))
    expect(digestOf(octetsOf(...header, '', ...long.with(5, 'another')))).not.toBe(digestOf(octets))
  })

  it('does not depend on a long header of others', () => {
    const received = Array.from({ length: 1000 }, (_, n) => `Received: from host${n}.example.org by x; ${n}`)
    expect(digestOf(octetsOf(...received, message.toString()))).toBe(digestOf(message))
  })

  it("is that of a line with and without an mbox's quote before From", () => {
    const [plain, quoted] = ['From here on', '>From here on'].map((line) =>
      octetsOf(...header, '', 'a', line),
    )
    expect(digestOf(quoted!)).toBe(digestOf(plain!))
  })

  it('tells messages without a header apart', () => {
    const digests = ['', '\n', '\none\n\nend', '\ntwo\n\nend', 'one', 'two'].map((text) =>
      digestOf(Buffer.from(text)),
    )
    expect(new Set(digests).size).toBe(5) // Nothing and an empty line are the same; a text is not its first paragraph.
  })

  it('is 32 hexadecimal digits of anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => {
        expect(digestOf(octets)).toMatch(/^[0-9a-f]{32}$/)
      }),
    )
  })

  it('takes little time for a large message', () => {
    const large = Buffer.concat([mail('ham', 1), Buffer.alloc(100_000_000, 32)])
    const start = performance.now()
    digestOf(large)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
