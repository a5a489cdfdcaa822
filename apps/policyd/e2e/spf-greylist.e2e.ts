// SPF and greylisting together: two headers, of which Postfix takes one with each answer; and who counts as one sender.

import { type Attempt, codesOf } from '@postern/e2e/attempt'
import { secondsNow, untilSecond } from '@postern/e2e/clock'
import type { Message } from '@postern/e2e/delivered'
import { documented } from '@postern/e2e/documented'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAtRcpt, openStage, type Stage } from './stage.ts'

// Long enough for a retry to be too early on a slow machine.
const delaySeconds = 3

// A pool of servers in different networks, and a domain that lets everybody in.
const zone = `
pool.example.org  TXT "v=spf1 ip4:192.0.2.10 ip4:198.51.100.10 ?all"
open.example.org  TXT "v=spf1 +all"
`

const settings = `
[store]
kind = "memory"
[helo]
enabled = false
[greylist]
delay_seconds = ${delaySeconds}
`

const ways = {
  usual: { settings },
  atData: {
    settings,
    smtpd: (daemon: string) =>
      `${askAtRcpt(daemon)}\n  -o { ${documented('/etc/postfix/main.cf both headers', { '127.0.0.1:10023': daemon }).trim()} }`,
  },
  skipping: { settings: `${settings}skip_spf_pass = true` },
}
type Way = keyof typeof ways

let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage(zone, ways)
})

afterAll(() => stage?.stop())

const [first, second] = [{ address: '192.0.2.10' }, { address: '198.51.100.10' }]
const deferred = '450 4.2.0'
const taken = '250 2.1.5'

const at = (way: Way, message: Partial<Attempt> & { recipients: readonly string[] }) =>
  stage
    .attempt(way, { client: first, helo: 'mail.example.net', sender: 'alice@pool.example.org', ...message })
    .then(codesOf)

/** Lets recipients wait their time; afterwards mail to them passes. */
async function wait(way: Way, ...recipients: string[]): Promise<void> {
  expect(await at(way, { recipients })).toBe(recipients.map(() => deferred).join(', '))
  const firstAt = secondsNow()
  await untilSecond(firstAt + delaySeconds)
}

/** The names of the fields above Postfix's own Received, without those of the delivery. */
function namesOnTop({ names }: Message): readonly string[] {
  const delivery = ['Return-Path', 'X-Original-To', 'Delivered-To']
  return names.slice(0, names.indexOf('Received')).filter((name) => !delivery.includes(name))
}

const oneRecipient = ['bob@lab.example.com']
const twoRecipients = ['bob@lab.example.com', 'carol@lab.example.com']
const threeRecipients = [...twoRecipients, 'dave@lab.example.com']

it('docs/operating/spf.md has the same line for DATA', () => {
  expect(documented('spf data restrictions')).toBe(documented('/etc/postfix/main.cf both headers'))
})

describe.concurrent('a message that has waited', () => {
  const both = ['Received-SPF', 'X-Greylist']
  it.each<[what: string, way: Way, recipients: readonly string[], headers: readonly string[]]>([
    ['to one recipient gets both headers when we are asked at DATA too', 'atData', oneRecipient, both],
    ['to one recipient gets Received-SPF alone when we are not', 'usual', oneRecipient, ['Received-SPF']],
    ['to two recipients gets both headers', 'usual', twoRecipients, both],
    [
      'to three recipients gets each header once, also when we are asked at DATA',
      'atData',
      threeRecipients,
      both,
    ],
  ])('%s', async (subject, way, addresses, headers) => {
    const recipients = addresses.map((address) => `${way}${addresses.length}-${address}`)
    await wait(way, ...recipients)
    expect(await at(way, { subject, recipients })).toBe(recipients.map(() => taken).join(', '))
    for (const copy of await stage.postfix.delivered(subject, recipients.length))
      expect(namesOnTop(copy)).toEqual(headers)
  })

  it('keeps its headers when other recipients are deferred, whichever comes first', async () => {
    await wait('atData', 'known1@lab.example.com', 'known2@lab.example.com')
    const attempts = [
      { subject: 'new first', recipients: ['new1@lab.example.com', 'known1@lab.example.com'] },
      { subject: 'new last', recipients: ['known2@lab.example.com', 'new2@lab.example.com'] },
    ]
    expect(await Promise.all(attempts.map((message) => at('atData', message)))).toEqual([
      `${deferred}, ${taken}`,
      `${taken}, ${deferred}`,
    ])
    for (const { subject } of attempts) expect(namesOnTop(await stage.delivered(subject))).toEqual(both)
  })

  it('leaves a line in the log for the header given at DATA', async () => {
    const recipients = ['logged@lab.example.com']
    const client = { address: '192.0.2.10' }
    await wait('atData', ...recipients)
    await at('atData', { client, subject: 'logged', recipients })
    const [header] = (await stage.delivered('logged')).header('X-Greylist')
    const line = await stage.daemon('atData').line('header', { action: `PREPEND X-Greylist: ${header}` })
    expect(line.fields.get('client')).toBe('192.0.2.10')
    expect(line.fields.get('queue_id')).toMatch(/^[0-9A-F]+$/)
  })
})

describe.concurrent('one sender', () => {
  const found = async (way: Way, recipient: string, count: number) =>
    (await stage.daemon(way).decisions(recipient, count)).map(({ fields }) => fields.get('greylist_check'))

  it('are all servers that the domain authorizes, in whichever networks', async () => {
    const recipient = 'pool@lab.example.com'
    await wait('usual', recipient)
    const stranger = { address: '203.0.113.66' }
    expect(await at('usual', { client: stranger, recipients: [recipient] })).toBe(deferred)
    expect(await at('usual', { client: second, recipients: [recipient] })).toBe(taken)
    expect(await found('usual', recipient, 3)).toEqual([
      `new(${delaySeconds}s)`,
      `new(${delaySeconds}s)`,
      expect.stringMatching(/^waited\(\d+s\)$/),
    ])
  })

  it('is not everybody, though the domain says so', async () => {
    const message = { sender: 'alice@open.example.org', recipients: ['open@lab.example.com'] }
    expect(await at('usual', message)).toBe(deferred)
    const firstAt = secondsNow()
    await untilSecond(firstAt + delaySeconds)
    expect(await at('usual', { ...message, client: second })).toBe(deferred)
    expect(await at('usual', message)).toBe(taken)
  })

  it('waits not at all when SPF confirms it and that is wanted (skip_spf_pass)', async () => {
    const recipients = ['at-once@lab.example.com']
    expect(await at('skipping', { recipients })).toBe(taken)
    expect(await at('skipping', { client: { address: '203.0.113.66' }, recipients })).toBe(deferred)
    expect(await found('skipping', recipients[0]!, 2)).toEqual(['spf-pass', `new(${delaySeconds}s)`])
  })
})
