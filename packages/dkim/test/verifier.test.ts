import { Readable } from 'node:stream'
import type { Answer, MaybeAsync, Resolver } from '@postern/dns'
import { describe, expect, it } from 'vitest'
import { createKeyCache, createVerifier, type Verification, verify } from '../src/index.ts'
import { bytesOf, fakeDns, type NaiveMessage, newKey, recordOf, signNaively } from './naive-dkim.ts'

const now = 1_700_000_000
const rsa = newKey('rsa')
const ed25519 = newKey('ed25519')
const zone = {
  'r._domainkey.example.org': recordOf(rsa),
  'e._domainkey.example.org': recordOf(ed25519),
}

const message: NaiveMessage = {
  fields: ['From: Ann <ann@example.org>, Bob <bob@Other.example>', 'To: c@example.net', 'Subject: x'],
  body: 'Hi\r\n',
}
const once = signNaively(message, {}, rsa.key)
const twice = signNaively(once, {}, ed25519.key)

const reasons = ({ signatures }: Verification) => signatures.map(({ reason }) => reason)

function give(signed: NaiveMessage, options: Partial<Parameters<typeof createVerifier>[0]> = {}) {
  const verifier = createVerifier({ resolver: fakeDns(zone), now, ...options })
  for (const field of signed.fields) verifier.field(field)
  verifier.endOfHeader()
  verifier.body(Buffer.from(signed.body, 'latin1'))
  return verifier
}

/** Answers when told to. */
function slowDns() {
  const asked: string[] = []
  const open: ((answer: Answer<readonly string[]>) => void)[] = []
  const resolver: Resolver = {
    resolve(name) {
      asked.push(name)
      return new Promise((resolve) => open.push(resolve as never)) as never
    },
  }
  const answer = (): void => {
    for (const [i, name] of asked.entries())
      open[i]?.({
        kind: 'records',
        records: [[zone[name as keyof typeof zone] ?? '']],
        ttl: 1,
        authentic: false,
      })
  }
  return { resolver, asked, answer }
}

describe('the verifier', () => {
  it('answers at once when the resolver does', () => {
    const verification = give(twice).end()
    expect(verification).not.toBeInstanceOf(Promise)
    expect(reasons(verification as Verification)).toEqual(['verified', 'verified'])
  })

  it('asks for all keys when the header ends, and for each once', async () => {
    const { resolver, asked, answer } = slowDns()
    const verifier = createVerifier({ resolver, now })
    for (const field of [...once.fields.slice(0, 1), ...twice.fields]) verifier.field(field)
    expect(asked).toEqual([])
    verifier.endOfHeader()
    expect(asked).toEqual(['r._domainkey.example.org', 'e._domainkey.example.org'])
    verifier.body(Buffer.from('H'))
    verifier.body(Buffer.from('i\r\n'))
    const verification = verifier.end()
    expect(verification).toBeInstanceOf(Promise)
    answer()
    expect(reasons(await verification)).toEqual(['verified', 'verified', 'verified'])
    expect(asked).toHaveLength(2)
  })

  it('does not wait for answers that came while the body did', async () => {
    const { resolver, answer } = slowDns()
    const verifier = give(once, { resolver })
    answer()
    await new Promise((resolve) => setImmediate(resolve))
    const verification = verifier.end()
    expect(verification).not.toBeInstanceOf(Promise)
    expect(reasons(await verification)).toEqual(['verified'])
  })

  it('keys that have not come when the signal fires have timed out', async () => {
    const { resolver } = slowDns()
    const abort = new AbortController()
    const verification = give(once, { resolver, signal: abort.signal }).end()
    abort.abort()
    expect(reasons(await verification)).toEqual(['dns-timeout'])
    const late = give(once, { resolver, signal: abort.signal }).end()
    expect(reasons(await late)).toEqual(['dns-timeout'])
  })

  it('hands the budget on', () => {
    const budget = { deadlineMs: 1, queries: 0, remainingMs: () => 1, isSpent: () => false, take: () => true }
    let given: unknown
    const resolver: Resolver = {
      resolve(_name, _type, options) {
        given = options
        return { kind: 'nxdomain', ttl: 1 }
      },
    }
    give(once, { resolver, budget }).end()
    expect(given).toEqual({ budget })
  })

  it.each<[name: string, answer: () => MaybeAsync<unknown>]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['answers nothing', () => undefined],
    ['answers null', () => Promise.resolve(null)],
    ['answers another kind', () => ({ kind: 'x' })],
    ['answers no list', () => ({ kind: 'records', records: 'v=DKIM1' })],
    ['answers texts that are no strings', () => ({ kind: 'records', records: [['a', 5]] })],
  ])('a resolver that %s is no usable answer', async (_, answer) => {
    const resolver = { resolve: answer } as unknown as Resolver
    expect(reasons(await give(once, { resolver }).end())).toEqual(['dns-network'])
  })

  it('tells the domains of From', async () => {
    expect((await give(once).end()).from).toEqual(['example.org', 'other.example'])
    const odd = {
      ...message,
      fields: ['From: ann', 'from: a@b@B\xfccher', 'From: x@[192.0.2.1]', 'FROM:y@M\xc3\xbc.example'],
    }
    expect((await give(odd).end()).from).toEqual(['xn--m-eha.example'])
    expect(await give({ fields: [], body: '' }).end()).toEqual({ signatures: [], from: [], unverified: 0 })
  })

  it('numbers signatures from the top, whatever stands between', async () => {
    const mixed = { ...twice, fields: ['Received: x', 'dkim-signature : v=1', ...twice.fields] }
    const { signatures } = await give(mixed).end()
    expect(signatures.map(({ at, reason }) => [at, reason])).toEqual([
      [0, 'missing-tag'],
      [1, 'verified'],
      [2, 'verified'],
    ])
  })
})

describe('input', () => {
  const bytes = bytesOf(twice)
  const options = { resolver: fakeDns(zone), now }
  it.each<[name: string, input: () => Parameters<typeof verify>[0]]>([
    ['bytes', () => bytes],
    ['an array without Buffer', () => new Uint8Array(bytes)],
    [
      'bytes inside of others',
      () => Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('x')]).subarray(3, -1),
    ],
    ['chunks', () => [...bytes].map((byte) => Uint8Array.of(byte))],
    ['a stream', () => Readable.from([bytes.subarray(0, 99), bytes.subarray(99)])],
    ['a file with bare LFs', () => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')],
    [
      'a mailbox file',
      () => Buffer.concat([Buffer.from('From ann@example.org Tue Nov 14 22:13:20 2023\r\n'), bytes]),
    ],
  ])('%s', async (_, input) => {
    expect(reasons(await verify(input(), options))).toEqual(['verified', 'verified'])
  })

  it('rejects when reading fails', async () => {
    const broken = Readable.from(
      (function* () {
        yield bytes
        throw new Error('the disk is broken')
      })(),
    )
    await expect(verify(broken, options)).rejects.toThrow('the disk is broken')
  })

  it('bare LFs are data when the stream is one of CRLF', async () => {
    const body = 'a\nb\n\n'
    const signed = bytesOf(signNaively({ ...message, body }, { c: 'relaxed/relaxed' }, rsa.key))
    expect(reasons(await verify(signed, options))).toEqual(['verified'])
  })
})

describe('limits', () => {
  it('more signatures than are verified are counted', async () => {
    const many = { ...once, fields: [...Array(20).fill(once.fields[0]), ...message.fields] as string[] }
    const { signatures, unverified } = await give(many).end()
    expect([signatures.length, unverified]).toEqual([8, 12])
    const two = await give(many, { limits: { signatures: 2 } }).end()
    expect([two.signatures.length, two.unverified]).toEqual([2, 18])
  })

  it.each<[name: string, fields: string[], reason: string]>([
    ['10,000 fields', Array(9000).fill('X: y') as string[], 'verified'],
    ['more', Array(10_000).fill('X: y') as string[], 'header-too-large'],
    ['a field of 900 KB', [`X: ${'y'.repeat(900_000)}`], 'verified'],
    ['a field of 2 MB', [`X: ${'y'.repeat(2_000_000)}`], 'header-too-large'],
    ['NUL bytes', ['X: \0\0', '\0'], 'verified'],
  ])('%s', async (_, fields, reason) => {
    const large = { ...once, fields: [once.fields[0]!, ...fields, ...once.fields.slice(1)] }
    expect(reasons(await give(large).end())).toEqual([reason])
    expect(reasons(await verify(bytesOf(large), { resolver: fakeDns(zone), now }))).toEqual([reason])
  })

  it('a header of signatures only is not kept', async () => {
    const verifier = createVerifier({ resolver: fakeDns(zone), now })
    for (let i = 0; i < 200_000; i++) verifier.field(`DKIM-Signature: v=1; i=${i}`)
    const { signatures, unverified } = await verifier.end()
    expect(reasons({ signatures, unverified, from: [] })).toEqual(Array(8).fill('header-too-large'))
    expect(unverified).toBe(199_992)
  })
})

describe('kept keys', () => {
  it('a text is read once', () => {
    const keys = createKeyCache()
    const first = keys.read(zone['r._domainkey.example.org'])
    expect(keys.read(zone['r._domainkey.example.org'])).toBe(first)
    expect(first).toMatchObject({ ok: true, key: { bits: 2048 } })
    expect(keys.read('x')).toBe(keys.read('x'))
  })

  it('there are no more than wanted, and the ones in use stay', () => {
    const keys = createKeyCache(10)
    const first = keys.read('p=')
    for (let i = 0; i < 100; i++) {
      keys.read(`n=${i}; p=`)
      expect(keys.read('p=')).toBe(first)
    }
    const gone = keys.read('n=50; p=')
    for (let i = 0; i < 20; i++) keys.read(`n=x${i}; p=`)
    expect(keys.read('n=50; p=')).not.toBe(gone)
  })

  it('a cache of one’s own is used', async () => {
    const texts: string[] = []
    const own = createKeyCache()
    const keys: typeof own = {
      read(text) {
        texts.push(text)
        return own.read(text)
      },
    }
    await give(once, { keys }).end()
    expect(texts).toEqual([zone['r._domainkey.example.org']])
  })
})
