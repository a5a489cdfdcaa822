import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMboxSplitter } from '../../src/learn/mbox-splitter.ts'

const FROM = 'From ann@example.org Wed Jun  1 12:34:56 2022'

/** Splits the text, given in pieces of so many octets. */
function split(text: string, size = text.length, maxOctets?: number): string[] {
  const splitter = createMboxSplitter(maxOctets)
  const bytes = Buffer.from(text, 'latin1')
  const found: string[] = []
  const take = (messages: { message: Buffer }[]) =>
    found.push(...messages.map(({ message }) => message.toString('latin1')))
  for (let at = 0; at < bytes.length; at += size) take(splitter.push(bytes.subarray(at, at + size)))
  take(splitter.end())
  return found
}

const rows: [name: string, mbox: string, messages: string[]][] = [
  ['two messages', `${FROM}\nA: 1\n\nx\n\n${FROM}\nA: 2\n\ny\n`, ['A: 1\n\nx\n', 'A: 2\n\ny\n']],
  ['CRLF', `${FROM}\r\nA: 1\r\n\r\nx\r\n\r\n${FROM}\r\nA: 2\r\n`, ['A: 1\r\n\r\nx\r\n', 'A: 2\r\n']],
  ['an empty line at the end', `${FROM}\nA: 1\n\nx\n\n`, ['A: 1\n\nx\n']],
  ['more empty lines', `${FROM}\nA: 1\n\nx\n\n\n${FROM}\nA: 2\n`, ['A: 1\n\nx\n\n', 'A: 2\n']],
  ['no line end at the end', `${FROM}\nA: 1\n\nx`, ['A: 1\n\nx']],
  [
    'quoting undone, once',
    `${FROM}\nA: 1\n\n>From x\n>>From y\na >From z\n`,
    ['A: 1\n\nFrom x\n>From y\na >From z\n'],
  ],
  [
    'quoting undone in the first line',
    `${FROM}\n>From b@example.org\nA: 1\n`,
    ['From b@example.org\nA: 1\n'],
  ],
  [
    'a sentence that begins with From',
    `${FROM}\nA: 1\n\nx\n\nFrom here on\n`,
    ['A: 1\n\nx\n\nFrom here on\n'],
  ],
  [
    'a From_ line without an empty line',
    `${FROM}\nA: 1\n\nx\n${FROM}\nA: 2\n`,
    [`A: 1\n\nx\n${FROM}\nA: 2\n`],
  ],
  [
    'a Content-Length that is wrong',
    `${FROM}\nContent-Length: 999\n\nx\n\n${FROM}\nA: 2\n`,
    ['Content-Length: 999\n\nx\n', 'A: 2\n'],
  ],
  ['lines without a date', 'From a\nA: 1\n\nx\n\nFrom b\nA: 2\n', ['A: 1\n\nx\n', 'A: 2\n']],
  [
    'other forms of the date',
    `From 1@xxx Thu Jan 01 00:00:00 +0000 2020\nA: 1\n\n\nFrom MAILER-DAEMON  Fri Jul  8 12:08 2011\nA: 2\n`,
    ['A: 1\n\n', 'A: 2\n'],
  ],
  ['a From_ line only', `${FROM}\n`, ['']],
  ['two From_ lines', `${FROM}\n\n${FROM}\nA: 2\n`, ['', 'A: 2\n']],
]

describe('an mbox is split', () => {
  it.each(rows)('%s', (_, mbox, messages) => {
    expect(split(mbox)).toEqual(messages)
  })
  it.each(rows)('octet by octet: %s', (_, mbox, messages) => {
    expect(split(mbox, 1)).toEqual(messages)
  })
})

describe('a message that is too long', () => {
  const long = `A: 1\n\n${'0123456789\n'.repeat(20_000)}`
  const mbox = `${FROM}\n${long}\n${FROM}\nA: 2\n\n${FROM}\nA: 3\n`
  it.each([1000, 4096, 65_536])('is cut, and those behind it are found, in pieces of %d', (size) => {
    const [first = '', ...rest] = split(mbox, size, 10_000)
    expect(long.startsWith(first)).toBe(true)
    expect(first.length).toBeGreaterThan(9900)
    expect(first.length).toBeLessThan(10_000 + size)
    expect(rest).toEqual(['A: 2\n', 'A: 3\n'])
  })
})

it('says where each message ends', () => {
  const mbox = `${FROM}\nA: 1\n\n${FROM}\nA: 2\n`
  const splitter = createMboxSplitter()
  const found = [...splitter.push(Buffer.from(mbox)), ...splitter.end()]
  expect(found.map(({ end }) => end)).toEqual([FROM.length + 7, mbox.length])
})

describe('properties', () => {
  const line = fc.oneof(
    fc.constantFrom('', 'From ', 'From x', FROM, '>From x', '>>From ', 'A: 1', '\r', 'text'),
    fc.string({ maxLength: 8 }),
  )
  const text = fc.array(line, { maxLength: 20 }).map((lines) => `${FROM}\n${lines.join('\n')}`)
  it('pieces do not matter', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (mbox, size) => {
        expect(split(mbox, size)).toEqual(split(mbox))
      }),
    )
  })
  it('what mboxrd writes is read back', () => {
    const message = fc
      .array(line, { minLength: 1, maxLength: 8 })
      .map((lines) => `${Buffer.from(lines.join('\n'), 'latin1').toString('latin1')}\n`)
    const write = (each: string) => `${FROM}\n${each.replaceAll(/^(>*From )/gm, '>$1')}\n`
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (messages) => {
        expect(split(messages.map(write).join(''))).toEqual(messages)
      }),
    )
  })
})
