import { createGreylist, createMemoryStore, type Greylist } from '@postern/greylist'
import { describe, expect, it } from 'vitest'
import { checks, createPipeline, type Outcome, type Subject } from '../src/index.ts'
import { ip, portsOf, subjectOf, t0 } from './subject.ts'

const [, , greylistCheck] = checks

/** Runs the greylist alone, under these settings; `ask` says the verdict. */
function greylistOf(over: object = {}, greylist?: Greylist) {
  const settings = { greylist: greylistCheck.settings.parse(over) }
  const ports = portsOf(greylist && { greylist })
  const pipeline = createPipeline({ checks: [greylistCheck], settings, ports, onError: 'dunno' })
  const run = (subject?: Partial<Subject>) => pipeline.run(subjectOf(subject))
  return { run, ask: async (subject?: Partial<Subject>) => (await run(subject)).verdict }
}

const words = ({ results }: Outcome) => results.map((result) => result.describe())
const headers = (outcome: Outcome) => outcome.headers.map((header) => [header.name, header.format()])

describe('the greylist', () => {
  it('defers, and puts a header on what has waited', async () => {
    const { run } = greylistOf()
    const first = await run()
    expect(words(first)).toEqual(['new(180s)'])
    expect(first.verdict).toEqual({
      kind: 'defer-if-permit',
      enhanced: '4.2.0',
      text: 'Greylisted: please try again in 180 seconds',
    })
    const early = await run({ now: t0 + 60 })
    expect(words(early)).toEqual(['early-retry(120s)'])
    expect(early.verdict).toMatchObject({ text: 'Greylisted: please try again in 120 seconds' })
    const retry = await run({ now: t0 + 240 })
    expect(words(retry)).toEqual(['waited(240s)'])
    expect(retry.verdict).toEqual({ kind: 'none' })
    const field =
      'X-Greylist: delayed 240 seconds by postern-1.2.3 at mx.example.net; Tue, 14 Nov 2023 22:17:20 UTC'
    expect(headers(retry)).toEqual([['X-Greylist', field]])
    const later = await run({ now: t0 + 300 })
    expect(words(later)).toEqual(['passed-before'])
    expect(later.verdict).toEqual({ kind: 'none' })
    expect(later.headers).toEqual([])
  })

  it('gives the same words for the same wait, as one object', async () => {
    const { ask } = greylistOf()
    expect(await ask({ sender: 'a@example.org' })).toBe(await ask({ sender: 'b@example.org' }))
  })

  it('puts no header where none is wanted', async () => {
    const { run } = greylistOf({ header: '' })
    await run()
    expect(await run({ now: t0 + 200 })).toMatchObject({ verdict: { kind: 'none' }, headers: [] })
  })

  it('names the field as the setting does', async () => {
    const { run } = greylistOf({ header: 'X-Waited: %t' })
    await run()
    expect(headers(await run({ now: t0 + 200 }))).toEqual([['X-Waited', 'X-Waited: 200']])
  })

  it('only looks on in observe mode', async () => {
    const { run } = greylistOf({ mode: 'observe' })
    const first = await run()
    expect(first.verdict).toEqual({ kind: 'none' })
    expect(words(first)).toEqual(['would-defer:new(180s)'])
    expect(words(await run({ now: t0 + 60 }))).toEqual(['would-defer:early-retry(120s)'])
    const retry = await run({ now: t0 + 200 })
    expect(words(retry)).toEqual(['waited(200s)'])
    expect(headers(retry)).toHaveLength(1)
  })

  it("fills the recipient's domain into the text, for each recipient", async () => {
    const { ask } = greylistOf({ text: '%r will take it in %s s' })
    expect(await ask()).toMatchObject({ text: 'example.net will take it in 180 s' })
    expect(await ask({ recipient: 'x@other.example' })).toMatchObject({
      text: 'other.example will take it in 180 s',
    })
  })

  it('leaves an enhanced code of your own as it is', async () => {
    const { ask } = greylistOf({ text: '4.7.1 come back in %s seconds' })
    expect(await ask()).toEqual({ kind: 'defer-if-permit', text: '4.7.1 come back in 180 seconds' })
  })

  it('says why else something passes', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    const { run } = greylistOf({}, greylist)
    await greylist.pause('bob@example.net', { now: t0, until: t0 + 60 })
    expect(words(await run())).toEqual(['paused'])
    await greylist.allow('192.0.2.0', { now: t0, until: 0 })
    const allowed = await run({ recipient: 'carol@example.net' })
    expect(words(allowed)).toEqual(['allowed'])
    expect(allowed.verdict).toEqual({ kind: 'none' })
  })

  it('takes a broken store for a broken check', async () => {
    const error = new Error('disk full')
    const greylist = { ...createGreylist({ store: createMemoryStore() }), check: () => Promise.reject(error) }
    const outcome = await greylistOf({}, greylist).run()
    expect(outcome).toMatchObject({ verdict: { kind: 'none' }, failures: [{ check: 'greylist', error }] })
  })
})

describe('those our users write to', () => {
  const outgoing = { isAuthenticated: true, sender: 'bob@example.net', recipient: 'alice@example.org' }

  it('may answer at once, to the one who wrote', async () => {
    const { run } = greylistOf()
    const sent = await run(outgoing)
    expect(sent.verdict).toEqual({ kind: 'none' })
    expect(words(sent)).toEqual(['outgoing'])
    expect(words(await run())).toEqual(['known-sender'])
    expect(words(await run({ recipient: 'carol@example.net' }))).toEqual(['new(180s)'])
    const elsewhere = { addressText: '198.51.100.1', address: ip('198.51.100.1') }
    expect(words(await run({ client: elsewhere }))).toEqual(['known-sender'])
  })
  it('are not remembered where that is switched off, nor for the null sender', async () => {
    const off = greylistOf({ known_senders: false })
    expect(words(await off.run(outgoing))).toEqual(['outgoing'])
    expect(words(await off.run())).toEqual(['new(180s)'])
    const on = greylistOf()
    await on.run({ ...outgoing, sender: '' })
    expect(words(await on.run())).toEqual(['new(180s)'])
  })
})
