import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BayesAdmin,
  type BayesFilter,
  type BayesStore,
  createBayesAdmin,
  createBayesFilter,
  createMemoryStore,
  type DumpErrorCode,
  NewerModelError,
} from '../../src/index.ts'
import { type Letter, plainLetters } from './letters.ts'

// Small tables: a dump of them has few lines.
const settings = { slotBits: 12, minLearned: 5 } as const

interface Place {
  readonly store: BayesStore
  readonly filter: BayesFilter
  readonly admin: BayesAdmin
}

async function open(own: { readonly slotBits?: number } = {}): Promise<Place> {
  const store = createMemoryStore()
  const all = { ...settings, ...own }
  return {
    store,
    filter: await createBayesFilter({ store, settings: all }),
    admin: createBayesAdmin({ store, settings: all }),
  }
}

async function learned(letters: readonly Letter[], own: { readonly slotBits?: number } = {}): Promise<Place> {
  const place = await open(own)
  await Promise.all(letters.map(({ as, bytes }) => place.filter.learn(bytes, as)))
  return place
}

const lettersOf = (from: number, to: number) => [
  ...plainLetters('ham', from, to),
  ...plainLetters('spam', from, to),
]
const first = lettersOf(0, 20)
const second = lettersOf(20, 40)
const others = lettersOf(100, 110)

const scores = (filter: BayesFilter, letters: readonly Letter[], user?: string) =>
  Promise.all(
    letters.map(
      async ({ bytes }) => (await filter.score(bytes, user === undefined ? {} : { user })).probability,
    ),
  )

/** The store as it is, octet by octet. */
const contentOf = (store: BayesStore) =>
  store.keys('', '~').map((key) => `${key} ${Buffer.from(store.get(key) ?? []).toString('hex')}`)

const checked = (body: string) => `${body} ${crc32(body).toString(16).padStart(8, '0')}`

describe('a dump', () => {
  it('is lines of ASCII with a head and an end, none of them long', async () => {
    const lines = [...(await learned(first)).admin.dump()]
    expect(lines[0]).toBe('postern-bayes 1')
    expect(lines[1]).toMatch(/^model 1 shared 12 [0-9a-f]{8}$/)
    expect(lines[2]).toMatch(/^learned 20 20 [\d.]+ [\d.]+ [0-9a-f]{8}$/)
    expect(lines.filter((line) => line.startsWith('seen '))).toHaveLength(40)
    expect(lines.at(-1)).toBe(checked(`end ${lines.length}`))
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]{1,4100}$/)
  })
  it('restores what was learned: scores, counts, and what is known', async () => {
    const from = await learned(first)
    const { admin, filter } = await open()
    expect(await admin.restore(from.admin.dump())).toEqual({ ok: true, ham: 20, spam: 20, both: 0 })
    expect(await filter.stats()).toMatchObject({ ham: 20, spam: 20, seen: 40 })
    const before = await scores(from.filter, others)
    const after = await scores(filter, others)
    // Weights are kept to half a percent.
    for (const [index, probability] of after.entries()) expect(probability).toBeCloseTo(before[index]!, 2)
    for (const { as, bytes } of first) expect(await filter.learn(bytes, as)).toBe('known')
    for (const { bytes } of first) expect(await filter.unlearn(bytes)).toBe('unlearned')
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 0, seen: 0 })
  })
  it('of what was restored is the same dump', async () => {
    const lines = [...(await learned(first)).admin.dump()]
    const { admin } = await open()
    await admin.restore(lines)
    expect([...admin.dump()]).toEqual(lines)
  })
  it('of an empty store can be restored', async () => {
    const { admin, filter } = await learned(first)
    expect(await admin.restore((await open()).admin.dump())).toMatchObject({ ok: true, ham: 0, spam: 0 })
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 0, seen: 0 })
  })
  it('takes the place of what was learned, also where a filter is at work, and in tables of another size', async () => {
    const { admin, filter } = await learned(first, { slotBits: 14 })
    expect(await admin.restore((await learned(second)).admin.dump())).toMatchObject({ ok: true, both: 0 })
    expect(await filter.learn(second[0]!.bytes, 'ham')).toBe('known')
    expect(await filter.learn(first[0]!.bytes, 'ham')).toBe('learned')
    expect(await filter.stats()).toMatchObject({ ham: 21, spam: 20, seen: 41 })
  })
  it('is of the moment when its first line was asked for', async () => {
    const { admin, filter } = await learned(first)
    const lines = admin.dump()[Symbol.iterator]()
    const begun = [lines.next().value, lines.next().value]
    await filter.learn(second[0]!.bytes, 'ham')
    expect([...begun, lines.next().value][2]).toMatch(/^learned 20 20 /)
  })
  it('with CR at the ends of its lines is the same', async () => {
    const { admin } = await open()
    const lines = [...(await learned(first)).admin.dump()].map((line) => `${line}\r`)
    expect(await admin.restore([...lines, ''])).toMatchObject({ ok: true })
  })
  it('has the model of one user', async () => {
    const from = await learned(first)
    for (const { as, bytes } of second)
      await from.filter.learn(bytes, as === 'ham' ? 'spam' : 'ham', { user: 'ann' })
    const { admin, filter } = await learned(first)
    const dump = [...from.admin.dump({ user: 'ann' })]
    expect(dump[1]).toMatch(/^model 1 user 16 /)
    expect(await admin.restore(dump, { user: 'bob' })).toMatchObject({ ok: true, ham: 20, spam: 20 })
    const ann = await scores(from.filter, others, 'ann')
    const bob = await scores(filter, others, 'bob')
    for (const [index, probability] of bob.entries()) expect(probability).toBeCloseTo(ann[index]!, 2)
    expect(await filter.stats()).toMatchObject({ ham: 20, spam: 20, users: 1 })
  })
})

describe('what is wrong with a dump is told by its line, and nothing is written', () => {
  const change = (at: number, body: string) => (lines: string[]) => lines.with(at, checked(body))
  it.each<[name: string, change: (lines: string[]) => string[], code: DumpErrorCode, line: number]>([
    ['no line', () => [], 'cut-off', 1],
    ['another text', () => ['From ann@example.org'], 'not-a-dump', 1],
    ['another filter', () => ['v\t3\tdb_version'], 'not-a-dump', 1],
    ['no version', (lines) => lines.with(0, 'postern-bayes'), 'not-a-dump', 1],
    ['a later form of lines', (lines) => lines.with(0, 'postern-bayes 2'), 'newer', 1],
    ['a later model', change(1, 'model 2 shared 12'), 'newer', 2],
    ['an earlier model', change(1, 'model 0 shared 12'), 'older', 2],
    ["a user's model", change(1, 'model 1 user 12'), 'other-kind', 2],
    ['tables larger than there are', change(1, 'model 1 shared 40'), 'line', 2],
    ['a count that is none', change(2, 'learned -1 20 0.5 1'), 'line', 3],
    ['a share that is none', change(2, 'learned 20 20 0.5 2'), 'line', 3],
    ['lines in another order', (lines) => [lines[0]!, lines[2]!, lines[1]!], 'line', 2],
    ['a changed digit', (lines) => lines.with(2, lines[2]!.replace('20', '21')), 'line', 3],
    ['a line that is gone', (lines) => lines.toSpliced(10, 1), 'line', 0],
    ['a line twice', (lines) => lines.toSpliced(10, 0, lines[10]!), 'line', 0],
    ['a block that there is not', change(3, 'block 9 AAAA'), 'line', 4],
    ['words of no import', change(3, 'words 0 AAAA'), 'line', 4],
    ['an import of a filter that is not known', change(3, 'imported spamprobe 1 1 1'), 'line', 4],
    ['a digest that is none', change(5, 'seen xyz spam AAAAAAAAAAAAAAAAAAAAAA=='), 'line', 6],
    ['another word', change(4, 'hello world'), 'line', 5],
    ['an empty line', (lines) => lines.toSpliced(4, 0, ''), 'line', 5],
    ['no end', (lines) => lines.slice(0, -1), 'cut-off', 0],
    ['only the head', (lines) => lines.slice(0, 1), 'cut-off', 1],
    ['something behind the end', (lines) => [...lines, 'x'], 'line', 0],
  ])('%s', async (_, change, code, line) => {
    const lines = change([...(await learned(first)).admin.dump()])
    const { store, admin } = await learned(second)
    const before = contentOf(store)
    // 0: at its end.
    const error = { code, line: line === 0 ? lines.length : line }
    expect(await admin.restore(lines)).toEqual({ ok: false, error })
    expect(await admin.merge(lines)).toEqual({ ok: false, error })
    expect(contentOf(store)).toEqual(before)
  })
  it('any character that is changed', async () => {
    const lines = [...(await learned(lettersOf(0, 6))).admin.dump()]
    const { store, admin } = await open()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 1),
        fc.nat(),
        fc.integer({ min: 33, max: 126 }),
        async (line, at, code) => {
          const text = lines[line]!
          const place = at % text.length
          const other = `${text.slice(0, place)}${String.fromCharCode(code)}${text.slice(place + 1)}`
          fc.pre(other !== text)
          expect(await admin.restore(lines.with(line, other))).toMatchObject({
            ok: false,
            error: { line: line + 1 },
          })
        },
      ),
      { numRuns: 200 },
    )
    expect(contentOf(store)).toEqual([])
  })
  it('any text', async () => {
    const { store, admin } = await open()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string()), async (lines) => {
        expect(await admin.restore(lines)).toMatchObject({ ok: false })
        expect(await admin.restore(['postern-bayes 1', ...lines.map(checked)])).toMatchObject({ ok: false })
      }),
    )
    expect(contentOf(store)).toEqual([])
  })
  it("a user's model is none of the shared one's, and the other way round", async () => {
    const { admin } = await learned(first)
    const error = { code: 'other-kind', line: 2 }
    expect(await admin.restore(admin.dump(), { user: 'ann' })).toEqual({ ok: false, error })
    expect(await admin.restore(admin.dump({ user: 'ann' }))).toEqual({ ok: false, error })
  })
  it('lines that cannot be read', async () => {
    const { store, admin } = await learned(first)
    const before = contentOf(store)
    const lines = async function* () {
      yield 'postern-bayes 1'
      throw new Error('disk')
    }
    await expect(admin.restore(lines())).rejects.toThrow('disk')
    expect(contentOf(store)).toEqual(before)
  })
})

it('a store of a later version is left alone', async () => {
  const { store, admin } = await learned(first)
  const lines = [...admin.dump()]
  await store.transact((transaction) => {
    const meta = transaction.get('shared/meta')!.slice()
    new DataView(meta.buffer).setFloat64(0, 2)
    transaction.put('shared/meta', meta)
  })
  const before = contentOf(store)
  expect(() => [...admin.dump()]).toThrow(NewerModelError)
  await expect(admin.restore(lines)).rejects.toThrow(NewerModelError)
  await expect(admin.merge(lines)).rejects.toThrow(NewerModelError)
  await expect(admin.expire()).rejects.toThrow(NewerModelError)
  expect(contentOf(store)).toEqual(before)
})

describe('merging', () => {
  it('adds what another filter has learned', async () => {
    const { admin, filter } = await learned(first)
    expect(await admin.merge((await learned(second)).admin.dump())).toEqual({
      ok: true,
      ham: 20,
      spam: 20,
      both: 0,
    })
    expect(await filter.stats()).toMatchObject({ ham: 40, spam: 40, seen: 80 })
    for (const { as, bytes } of [...first, ...second]) expect(await filter.learn(bytes, as)).toBe('known')
    for (const { as, bytes } of others) {
      const { probability } = await filter.score(bytes)
      expect(as === 'spam' ? probability : 1 - probability).toBeGreaterThan(0.9)
    }
  })
  it('is nearly what learning both would have been, and all of it can be taken back', async () => {
    const { admin, filter } = await learned(first)
    await admin.merge((await learned(second)).admin.dump())
    const whole = await scores((await learned([...first, ...second])).filter, others)
    for (const [index, probability] of (await scores(filter, others)).entries())
      expect(Math.abs(probability - whole[index]!)).toBeLessThan(0.1)
    for (const { bytes } of [...first, ...second]) expect(await filter.unlearn(bytes)).toBe('unlearned')
    expect(await filter.stats()).toMatchObject({ ham: 0, spam: 0, seen: 0 })
    for (const { bytes } of others) expect((await filter.score(bytes)).probability).toBeCloseTo(0.5, 1)
  })
  it('counts messages that both have twice, and says how many', async () => {
    const { admin, filter } = await learned([...first, ...second])
    expect(await admin.merge((await learned(second)).admin.dump())).toMatchObject({ ok: true, both: 40 })
    expect(await filter.stats()).toMatchObject({ ham: 60, spam: 60, seen: 80 })
  })
  it('into an empty model is restoring', async () => {
    const dump = [...(await learned(first)).admin.dump()]
    const { admin } = await open({ slotBits: 14 })
    expect(await admin.merge(dump)).toMatchObject({ ok: true })
    expect([...admin.dump()]).toEqual(dump)
  })
  it('wants tables of the same size', async () => {
    const { store, admin } = await learned(first, { slotBits: 14 })
    const before = contentOf(store)
    const lines = (await learned(second)).admin.dump()
    expect(await admin.merge(lines)).toEqual({ ok: false, error: { code: 'other-size', line: 2 } })
    expect(contentOf(store)).toEqual(before)
  })
})
