import { describe, expect, it } from 'vitest'
import {
  createGreylist,
  createMemoryStore,
  emptyLists,
  parseAddressList,
  parseClientList,
  postgreyIdentityRules,
} from '../src/index.ts'
import { ip } from './ip.ts'

const t0 = 1_700_000_000
const attempt = (over: object = {}) => ({
  client: { address: ip('192.0.2.1') },
  sender: 'a@example.org',
  recipient: 'b@example.net',
  ...over,
})

describe('a greylist', () => {
  it('is the example of the README', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    const first = await greylist.check(attempt(), t0)
    expect(first).toEqual({ result: 'defer', reason: 'new', missingSeconds: 180 })
    const early = await greylist.check(attempt(), t0 + 60)
    expect(early).toEqual({ result: 'defer', reason: 'early-retry', missingSeconds: 120 })
    const retry = await greylist.check(attempt(), t0 + 240)
    expect(retry).toEqual({ result: 'pass', reason: 'waited', waitedSeconds: 240, autoAllowed: false })
  })

  it('takes the addresses of one network, or the hosts of one name, for one sender', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    await greylist.check(attempt(), t0)
    const neighbour = attempt({ client: { address: ip('192.0.2.200') } })
    expect((await greylist.check(neighbour, t0 + 200)).result).toBe('pass')
    const pool = (address: string, name: string) => attempt({ client: { address: ip(address), name } })
    await greylist.check(pool('198.51.100.1', 'out1.pool.example'), t0)
    expect((await greylist.check(pool('203.0.113.9', 'out2.pool.example'), t0 + 200)).result).toBe('pass')
  })

  it('lets pass what a list names', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    greylist.setLists({
      clients: parseClientList('192.0.2.0/24').list,
      recipients: parseAddressList('abuse@').list,
      senders: parseAddressList('partner.example').list,
    })
    const far = { client: { address: ip('198.51.100.1') } }
    const reason = async (over: object) => await greylist.check(attempt(over), t0)
    expect(await reason({})).toEqual({ result: 'pass', reason: 'client-allowlist' })
    expect(await reason({ ...far, recipient: 'abuse@x.example' })).toEqual({
      result: 'pass',
      reason: 'recipient-allowlist',
    })
    expect(await reason({ ...far, sender: 'x@partner.example' })).toEqual({
      result: 'pass',
      reason: 'sender-allowlist',
    })
    greylist.setLists(emptyLists)
    expect((await reason({})).result).toBe('defer')
  })

  it('pauses for a recipient, and only for this one', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    await greylist.pause('B@example.net', { now: t0, until: t0 + 600 })
    expect(await greylist.check(attempt(), t0 + 599)).toEqual({ result: 'pass', reason: 'paused' })
    expect((await greylist.check(attempt({ recipient: 'c@example.net' }), t0)).result).toBe('defer')
    expect((await greylist.check(attempt(), t0 + 600)).result).toBe('defer')
  })

  it('knows those we wrote to, for the one who wrote', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    await greylist.know({ sender: 'A@example.org', recipient: 'b@example.net' }, t0)
    expect(await greylist.check(attempt(), t0)).toEqual({ result: 'pass', reason: 'known-sender' })
    expect((await greylist.check(attempt({ recipient: 'c@example.net' }), t0)).result).toBe('defer')
  })

  it('allows a client by hand', async () => {
    const greylist = createGreylist({ store: createMemoryStore() })
    await greylist.allow('192.0.2.0', { now: t0, until: 0 })
    expect(await greylist.check(attempt(), t0)).toEqual({ result: 'pass', reason: 'allowed' })
  })

  it('allows a client that has passed five times, an hour apart', async () => {
    const greylist = createGreylist({ store: createMemoryStore(), identity: postgreyIdentityRules })
    const from = (n: number) => attempt({ sender: `user-x${n}@example.org` })
    for (let n = 0; n < 5; n++) {
      await greylist.check(from(n), t0 + n * 4000)
      const passed = await greylist.check(from(n), t0 + n * 4000 + 200)
      expect(passed).toMatchObject({ reason: 'waited', autoAllowed: n === 4 })
    }
    expect(await greylist.check(from(99), t0 + 20_000)).toEqual({ result: 'pass', reason: 'client-passes' })
  })

  it('keeps no address in privacy mode', async () => {
    const store = createMemoryStore()
    const digest = (text: string) => String(text.length)
    const greylist = createGreylist({ store, digest })
    await greylist.check(attempt(), t0)
    expect((await greylist.check(attempt(), t0 + 200)).result).toBe('pass')
    for await (const [key] of store.entries('')) expect(key).toMatch(/^[tc]\n\d+$/)
  })

  it('forgets what has expired', async () => {
    const store = createMemoryStore()
    const greylist = createGreylist({ store })
    await greylist.check(attempt(), t0)
    expect(await greylist.expire(t0 + 172_800)).toBe(0)
    expect(await greylist.expire(t0 + 172_801)).toBe(1)
    expect(await store.count()).toBe(0)
  })
})
