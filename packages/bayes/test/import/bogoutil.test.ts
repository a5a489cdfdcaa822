import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBogoutilParser } from '../../src/import/bogoutil.ts'

const totals = '.MSG_COUNT 1402 3807 20261122'

function parse(...lines: string[]) {
  const parser = createBogoutilParser()
  const read = lines.map((line) => parser.read(line))
  return [...read, parser.end()].flatMap((each) => (each.ok ? (each.row ?? []) : each.error))
}

it('reads what bogoutil 1.2.5 prints, with the numbers of messages wherever they stand', () => {
  expect(
    parse(
      '$0.01 1 2 20261122',
      '.ENCODING 2 0 20261122',
      totals,
      '.WORDLIST_VERSION 20040500 0 20261122',
      'subj:ADD 6 0 0',
    ),
  ).toEqual([
    { kind: 'token', token: '$0.01', spam: 1, ham: 2, lastMet: Date.UTC(2026, 10, 22) / 1000 },
    { kind: 'messages', spam: 1402, ham: 3807 },
    { kind: 'token', token: 'subj:ADD', spam: 6, ham: 0, lastMet: 0 },
  ])
})

it.each([
  ['with blanks', 'a b 1 2 20261122', 'a b', 1, 2],
  ['that are numbers', '1 2 3 20261122', '1', 2, 3],
  ['without a date', 'word 1 2', 'word', 1, 2],
  ['of octets beyond ASCII', 'ADD\xa3\xba 1 0 20261122', 'ADD\xa3\xba', 1, 0],
  ['that begin with a dot', '.com 1 0 20261122', '.com', 1, 0],
])('words %s', (_, line, token, spam, ham) => {
  expect(parse(line, totals)[0]).toMatchObject({ token, spam, ham })
})

it.each([['99999999'], ['20261300'], ['19691231']])('a day that there is not, %s, is not known', (date) => {
  expect(parse(`a 1 1 ${date}`, totals)[0]).toMatchObject({ lastMet: 0 })
})

describe('what is none is told by its line', () => {
  it.each<[name: string, lines: string[], code: string, line: number]>([
    ['an empty file', [], 'no-totals', 0],
    ['a message', ['From: ann@example.org'], 'not-a-dump', 1],
    ['a word alone', [totals, 'word'], 'line', 2],
    ['one count', [totals, 'word 1'], 'line', 2],
    ['a negative count', [totals, 'word -1 2'], 'line', 2],
    ['a count that is too large', [totals, 'word 4294967296 2 20261122'], 'number', 2],
    ['no totals', ['word 1 2 20261122'], 'no-totals', 1],
  ])('%s', (_, lines, code, line) => {
    expect(parse(...lines)).toContainEqual({ code, line })
  })
  it('and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(parse(...lines).length).toBeGreaterThan(0)
      }),
    )
  })
})
