import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSaBackupParser } from '../../src/import/sa-backup.ts'

const first = 'v\t3\tdb_version # this must be the first line!!!'
const totals = ['v\t20\tnum_spam', 'v\t30\tnum_nonspam']

function parse(...lines: string[]) {
  const parser = createSaBackupParser()
  const read = lines.map((line) => parser.read(line))
  return [...read, parser.end()].flatMap((each) => (each.ok ? (each.row ?? []) : each.error))
}

it('reads what sa-learn of SpamAssassin 4.0.1 prints', () => {
  expect(
    parse(first, ...totals, 't\t0\t9\t1030033061\t0528f144b8', 's\th\t1c61@sa_generated', 's\ts\t<a@b>'),
  ).toEqual([
    { kind: 'messages', spam: 20, ham: 30 },
    { kind: 'token', token: '0528f144b8', spam: 0, ham: 9, lastMet: 1_030_033_061 },
    { kind: 'seen', as: 'ham', id: '1c61@sa_generated' },
    { kind: 'seen', as: 'spam', id: '<a@b>' },
  ])
})

it('passes over variables that it does not know', () => {
  expect(parse(first, ...totals, 'v\t7\tlast_expire', '')).toEqual([{ kind: 'messages', spam: 20, ham: 30 }])
})

describe('what is none is told by its line', () => {
  it.each<[name: string, lines: string[], code: string, line: number]>([
    ['an empty file', [], 'not-a-dump', 0],
    ['a message', ['From: ann@example.org'], 'not-a-dump', 1],
    ['totals first', [...totals], 'not-a-dump', 1],
    ['another version', ['v\t2\tdb_version'], 'version', 1],
    ['a version that is none', ['v\tx\tdb_version'], 'version', 1],
    ['a token of another length', [first, ...totals, 't\t1\t2\t3\tabc'], 'line', 4],
    ['a token in capitals', [first, ...totals, 't\t1\t2\t3\t0528F144B8'], 'line', 4],
    ['a part too few', [first, ...totals, 't\t1\t2\t0528f144b8'], 'line', 4],
    ['a part too many', [first, ...totals, 't\t1\t2\t3\t0528f144b8\tx'], 'line', 4],
    ['a negative count', [first, ...totals, 't\t-1\t2\t3\t0528f144b8'], 'number', 4],
    ['a count that is too large', [first, ...totals, 't\t4294967296\t2\t3\t0528f144b8'], 'number', 4],
    ['a number of messages that is none', [first, 'v\tmany\tnum_spam'], 'number', 2],
    ['a third class', [first, ...totals, 's\tx\tid'], 'line', 4],
    ['an unknown kind', [first, ...totals, 'x\t1'], 'line', 4],
    ['no totals', [first, 't\t1\t2\t3\t0528f144b8'], 'no-totals', 2],
    ['half of the totals', [first, 'v\t1\tnum_spam'], 'no-totals', 2],
  ])('%s', (_, lines, code, line) => {
    expect(parse(...lines)).toContainEqual({ code, line })
  })
  it('and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(parse(first, ...lines).length).toBeGreaterThan(0)
      }),
    )
  })
})
