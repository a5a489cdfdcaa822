import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/index.ts'
import { eachBogofilterWord } from '../../src/import/bogofilter-words.ts'
import {
  decodeTable,
  encodeTable,
  findKey,
  type ImportedTable,
  keyOf,
  readTable,
} from '../../src/import/imported-table.ts'
import { eachSpamAssassinWord } from '../../src/import/spamassassin-words.ts'
import {
  createBayesAdmin,
  createBayesFilter,
  createBogoutilParser,
  createMemoryStore,
  createSaBackupParser,
  type ImportedRow,
  type ImportSource,
  NewerModelError,
} from '../../src/index.ts'
import { learnedLetters, plainLetters } from './letters.ts'

/** What the real programs have printed. */
function rowsOf(from: ImportSource): ImportedRow[] {
  const isSa = from === 'spamassassin'
  const parser = isSa ? createSaBackupParser() : createBogoutilParser()
  const file = path.join(import.meta.dirname, isSa ? 'spamassassin.backup' : 'bogofilter.dump')
  return readFileSync(file, 'latin1')
    .split('\n')
    .flatMap((line) => {
      const read = parser.read(line)
      if (!read.ok) throw new Error(`line ${read.error.line}: ${read.error.code}`)
      return read.row ?? []
    })
}

const words = { spamassassin: eachSpamAssassinWord, bogofilter: eachBogofilterWord }
const sources = ['spamassassin', 'bogofilter'] as const

async function open(minLearned = 2) {
  const store = createMemoryStore()
  const settings = { slotBits: 14, minLearned }
  return {
    store,
    filter: await createBayesFilter({ store, settings }),
    admin: createBayesAdmin({ store, settings }),
  }
}

/** Each word in so many messages of ten ham and ten spam. */
const bogofilterRows = (
  counts: Readonly<Record<string, readonly [ham: number, spam: number]>>,
): ImportedRow[] => [
  { kind: 'messages', ham: 10, spam: 10 },
  ...Object.entries(counts).map(
    ([token, [ham, spam]]): ImportedRow => ({ kind: 'token', token, ham, spam, lastMet: 0 }),
  ),
]

describe.each(sources)('words of %s', (from) => {
  it('nearly all that it has learned of a message are found in the message', async () => {
    const table = await readTable(rowsOf(from), from)
    const found = new Set<number>()
    for (const { bytes } of learnedLetters) words[from](readContent(bytes), (word) => found.add(keyOf(word)))
    const known = [...table.keys].filter((key) => found.has(key)).length
    expect(known / table.keys.length).toBeGreaterThan(0.9)
  })
  it('score the message as it was learned, and are told', async () => {
    const { admin, filter } = await open()
    const { length } = rowsOf(from).filter(({ kind }) => kind === 'token')
    expect(await admin.importCounts(rowsOf(from), { from })).toEqual({
      ham: 2,
      spam: 2,
      words: length,
      replaced: false,
    })
    expect((await filter.stats()).imported).toEqual({ from, ham: 2, spam: 2, words: length, until: 4 })
    for (const { as, bytes } of learnedLetters) {
      const { probability, evidence, untrained } = await filter.score(bytes, { evidence: 10 })
      expect(untrained).toBeUndefined()
      expect(as === 'spam' ? probability : 1 - probability).toBeGreaterThan(0.9)
      expect(evidence).toHaveLength(10)
      expect(evidence.every(({ weight }) => weight > 0 === (as === 'spam'))).toBe(true)
    }
  })
  it('are none in nothing, and few in anything', () => {
    const count = (bytes: Uint8Array) => {
      let found = 0
      words[from](readContent(bytes), () => found++)
      return found
    }
    expect(count(new Uint8Array())).toBe(0)
    expect(
      count(Buffer.from(`To: ${'a@b.example, '.repeat(20_000)}\n\n${'Word!x '.repeat(300_000)}`)),
    ).toBeLessThan(200_000)
    // Each of these takes a careless expression minutes.
    for (const run of ['.', "'", '-', 'a.', 'a@', '<', '"', ' ', '1 Jan 2001 10:00:00 ('])
      for (const field of ['Received', 'From', 'Message-ID', 'Content-Type', 'Subject'])
        expect(count(Buffer.from(`${field}: ${run.repeat(50_000)}x\n\n${run.repeat(50_000)}x`))).toBeLessThan(
          50_000,
        )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => count(bytes) < 20_000))
  })
})

describe('an import', () => {
  it('says nothing when it knows too little of a class', async () => {
    const { admin, filter } = await open(3)
    await admin.importCounts(rowsOf('bogofilter'), { from: 'bogofilter' })
    expect((await filter.score(learnedLetters[0]!.bytes)).untrained).toEqual({ ham: 0, spam: 0, needed: 3 })
  })
  it('takes the place of the one before, and can be forgotten', async () => {
    const { admin, filter } = await open()
    await admin.importCounts(rowsOf('bogofilter'), { from: 'bogofilter' })
    await filter.score(learnedLetters[0]!.bytes)
    const rows = bogofilterRows({ minutes: [0, 10], Minutes: [0, 10] })
    expect(await admin.importCounts(rows, { from: 'bogofilter' })).toMatchObject({ words: 2, replaced: true })
    expect((await filter.score(learnedLetters[0]!.bytes)).probability).toBeGreaterThan(0.5)
    expect(await admin.forgetImport()).toBe(true)
    expect(await admin.forgetImport()).toBe(false)
    expect((await filter.score(learnedLetters[0]!.bytes)).untrained).toBeDefined()
    expect((await filter.stats()).imported).toBeUndefined()
  })
  it('has less to say with each message that is learned, and goes when it has nothing', async () => {
    const { admin, filter } = await open()
    await admin.importCounts(bogofilterRows({ casino: [0, 10], garden: [10, 0] }), { from: 'bogofilter' })
    const weights: number[] = []
    for (let number = 0; number <= 10; number += 2) {
      const { evidence } = await filter.score(Buffer.from('Subject: x\n\ncasino'), { evidence: 100 })
      weights.push(evidence.find(({ text }) => text === 'casino')?.weight ?? 0)
      expect(await admin.expire()).toMatchObject({ importDropped: number === 10 })
      for (const as of ['ham', 'spam'] as const)
        for (const { bytes } of plainLetters(as, number, number + 2))
          await filter.learn(bytes.subarray(0, 80), as)
    }
    expect(weights[0]).toBeGreaterThan(2)
    expect((await filter.stats()).imported).toBeUndefined()
  })
  it("of a user is asked for this user's mail alone", async () => {
    const { admin, filter } = await open()
    await admin.importCounts(bogofilterRows({ casino: [0, 10], garden: [10, 0] }), {
      from: 'bogofilter',
      user: 'ann',
    })
    const message = Buffer.from('Subject: x\n\ncasino')
    expect((await filter.score(message, { user: 'ann' })).probability).toBeGreaterThan(0.9)
    expect((await filter.score(message)).untrained).toBeDefined()
    await admin.importCounts(bogofilterRows({ casino: [10, 0], garden: [0, 10] }), { from: 'bogofilter' })
    expect((await filter.score(message)).probability).toBeLessThan(0.1)
    expect((await filter.score(message, { user: 'ann' })).probability).toBeGreaterThan(0.9)
    expect((await filter.score(message, { user: 'bob' })).probability).toBeLessThan(0.1)
  })
  it('is in the dump', async () => {
    const from = await open()
    await from.admin.importCounts(rowsOf('spamassassin'), { from: 'spamassassin' })
    const lines = [...from.admin.dump()]
    for (const way of ['restore', 'merge'] as const) {
      const { admin, filter } = await open()
      expect(await admin[way](lines)).toMatchObject({ ok: true })
      expect((await filter.stats()).imported).toEqual((await from.filter.stats()).imported)
      for (const { bytes } of learnedLetters)
        expect(await filter.score(bytes)).toEqual(await from.filter.score(bytes))
    }
  })
  it('stays when a dump is merged, and goes with all else when one is restored', async () => {
    const { admin, filter } = await open()
    const dump = [...(await open()).admin.dump()]
    await admin.importCounts(rowsOf('bogofilter'), { from: 'bogofilter' })
    await admin.merge(dump)
    expect((await filter.stats()).imported).toBeDefined()
    await admin.restore(dump)
    expect((await filter.stats()).imported).toBeUndefined()
  })
  it('of a later version is an error', async () => {
    const { store, admin, filter } = await open()
    await admin.importCounts(rowsOf('bogofilter'), { from: 'bogofilter' })
    await store.transact((transaction) => {
      const meta = new Float64Array(transaction.get('shared/import/meta')!.slice().buffer)
      meta[0] = 2
      transaction.put('shared/import/meta', new Uint8Array(meta.buffer))
    })
    await expect(filter.score(learnedLetters[0]!.bytes)).rejects.toThrow(NewerModelError)
  })
})

describe('a table', () => {
  const entry = fc.record({
    key: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    ham: fc.nat(2 ** 32 - 1),
    spam: fc.nat(2 ** 32 - 1),
  })
  it('is what was encoded', () => {
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ key }) => key }), (entries) => {
        const sorted = entries.sort((a, b) => a.key - b.key)
        const table: ImportedTable = {
          from: 'bogofilter',
          ham: 1,
          spam: 2,
          keys: Float64Array.from(sorted, ({ key }) => key),
          hamCounts: Uint32Array.from(sorted, ({ ham }) => ham),
          spamCounts: Uint32Array.from(sorted, ({ spam }) => spam),
        }
        const head = { from: table.from, ham: 1, spam: 2, words: sorted.length }
        expect(decodeTable(head, encodeTable(table))).toEqual(table)
        for (const [at, { key }] of sorted.entries()) expect(findKey(table, key)).toBe(at)
        expect(findKey(table, 0.5)).toBe(-1)
      }),
    )
  })
  it('keeps a million words, the most frequent', async () => {
    const rows = function* (): Generator<ImportedRow> {
      yield { kind: 'messages', ham: 1000, spam: 1000 }
      for (let word = 0; word < 1_000_300; word++) {
        const token = word.toString(16).padStart(10, '0')
        yield {
          kind: 'token',
          token,
          ham: word < 100 ? 0 : 1,
          spam: word % 1000 === 7 ? 9 : word < 400 ? 1 : 5,
          lastMet: 0,
        }
      }
    }
    const { keys, spamCounts } = await readTable(rows(), 'spamassassin')
    expect(keys).toHaveLength(1_000_000)
    expect(keys[0]).toBe(7)
    // The first 100 are the rarest, then 300 of which 200 have to go; those with 9 are in both.
    expect(keys.filter((key) => key < 400)).toHaveLength(100)
    expect(spamCounts.filter((count) => count === 9)).toHaveLength(1001)
  })
  it('counts no word in more messages than there are, and one that comes twice once', async () => {
    const rows = [...bogofilterRows({ a: [99, 1], b: [0, 0] }), ...bogofilterRows({ a: [0, 2] })]
    const table = await readTable(rows, 'bogofilter')
    expect({ ...table, keys: [...table.keys] }).toEqual({
      from: 'bogofilter',
      ham: 10,
      spam: 10,
      keys: [keyOf('a')],
      hamCounts: Uint32Array.of(10),
      spamCounts: Uint32Array.of(3),
    })
  })
})
