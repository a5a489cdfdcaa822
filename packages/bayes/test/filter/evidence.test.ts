import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BayesFilter, createBayesFilter, createMemoryStore } from '../../src/index.ts'
import { mail, octetsOf, train } from '../mail.ts'

let filter: BayesFilter
beforeAll(async () => {
  filter = await createBayesFilter({ store: createMemoryStore(), settings: { slotBits: 16 } })
  await train(filter)
})

const evidenceOf = async (message: Uint8Array, evidence = 10_000) =>
  (await filter.score(message, { evidence })).evidence

describe('the evidence', () => {
  const mixed = octetsOf(
    'From: ann1@example.org',
    'To: bob@example.net',
    'Subject: lottery and minutes',
    '',
    'Pills, viagra, casino. Kernel patch, review.',
  )

  it('tells what speaks for spam and what for ham, the strongest first', async () => {
    const found = await evidenceOf(mixed)
    const weightOf = (kind: string, text: string) =>
      found.find((each) => each.kind === kind && each.text.toLowerCase() === text.toLowerCase())?.weight
    expect(weightOf('word', 'viagra')).toBeGreaterThan(0)
    expect(weightOf('word', 'lottery')).toBeGreaterThan(0)
    expect(weightOf('word', 'kernel')).toBeLessThan(0)
    expect(weightOf('header', 'From: ann1')).toBeLessThan(0)
    const sizes = found.map(({ weight }) => Math.abs(weight))
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  })
  it('has the kinds that there are', async () => {
    const message = (n: number) =>
      octetsOf(
        'From: shop@example.org',
        `Message-ID: <shop${n}@example.org>`,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'cheap watches at http://watches.example/buy',
        '--b',
        'Content-Type: application/zip; name="a.zip"',
        'Content-Disposition: attachment; filename="a.zip"',
        '',
        `UEs${n}`,
        '--b--',
      )
    for (let n = 0; n < 10; n++) await filter.learn(message(n), 'spam')
    const kinds = new Set((await evidenceOf(message(99), 1000)).map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['word', 'phrase', 'link', 'header', 'attachment', 'structure']))
  })
  it('is as much as was asked for', async () => {
    expect(await evidenceOf(mixed, 0)).toEqual([])
    expect(await evidenceOf(mixed, 3)).toHaveLength(3)
    expect((await filter.score(mixed)).evidence).toEqual([])
    const { evidence: _, ...without } = await filter.score(mixed, { evidence: 10 })
    expect(await filter.score(mixed)).toEqual({ ...without, evidence: [] })
  })
  it('says nothing of what was never seen', async () => {
    const found = await evidenceOf(octetsOf('Subject: lottery', '', 'zyzzyva qwertz'))
    expect(found.map(({ text }) => text)).not.toContain('zyzzyva')
  })
  it('never tells what other filters wrote', async () => {
    const marked = mail('spam', 3, { header: ['X-Spam-Status: lottery viagra'] })
    expect((await evidenceOf(marked)).every(({ text }) => !text.startsWith('X-Spam'))).toBe(true)
  })

  it('is one short line of readable text, whatever the message holds', async () => {
    const odd = '\x1b[31mviagra\x07 lottery\u202eairgaiv \u2066x\u2069 \u{1f600}\u{1f601} ' + 'w'.repeat(5000)
    const hostile = Buffer.from(
      `Subject: ${odd}\nFrom: ${'\u{1f600}'.repeat(59)} a${'\u{1f600}'.repeat(59)}\nX-Odd: =?utf-8?q?=1b=5b31m=0d=0alottery?=\n\n${odd}\n`,
    )
    await filter.learn(hostile, 'spam')
    const found = await evidenceOf(hostile, 10_000)
    expect(found.length).toBeGreaterThan(5)
    for (const { text } of found) {
      expect(text.length).toBeLessThanOrEqual(60)
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    }
  })
  it('is sound of any octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 800 }), async (body) => {
        const message = Buffer.concat([
          octetsOf('From: ann1@example.org', 'Subject: lottery viagra', '', ''),
          body,
        ])
        for (const { text, weight } of await evidenceOf(message, 1000)) {
          expect(text.length).toBeLessThanOrEqual(60)
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
          expect(Number.isFinite(weight) && weight !== 0).toBe(true)
        }
      }),
    )
  })
  it('takes bounded time of a flood of words', async () => {
    const flood = mail('spam', 1, { body: Array.from({ length: 100_000 }, (_, n) => `flood${n}`).join(' ') })
    await evidenceOf(flood)
    const start = performance.now()
    await evidenceOf(flood)
    expect(performance.now() - start).toBeLessThan(1500)
  })
})
