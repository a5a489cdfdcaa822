import { describe, expect, it } from 'vitest'
import { type SignatureResult, type VerifyOptions, verify } from '../src/index.ts'
import {
  bytesOf,
  fakeDns,
  type NaiveMessage,
  type NaiveTags,
  newKey,
  recordOf,
  signNaively,
  type TxtAnswer,
} from './naive-dkim.ts'

const now = 1_700_000_000
const rsa = newKey('rsa')
const ed25519 = newKey('ed25519')
const weak = newKey('rsa', 768)
const other = newKey('rsa')
const RSA = 'r._domainkey.example.org'

const message: NaiveMessage = {
  fields: ['From: Ann <ann@example.org>', 'To: bob@example.net', 'Subject: Hello  there'],
  body: 'Hi Bob,\r\n\r\n  bye \r\n',
}

const zone = {
  [RSA]: recordOf(rsa),
  'e._domainkey.example.org': recordOf(ed25519),
}

interface Check {
  readonly tags?: NaiveTags
  readonly key?: typeof rsa
  /** What happens to the signed message on its way. */
  readonly change?: (signed: NaiveMessage) => NaiveMessage
  /** What RSA's name has in the DNS. */
  readonly dns?: string | TxtAnswer
  readonly options?: Partial<VerifyOptions>
  readonly message?: NaiveMessage
}

async function check({ tags = {}, key = rsa, change = (signed) => signed, dns, options, ...rest }: Check) {
  const signed = change(signNaively(rest.message ?? message, tags, key.key))
  const resolver = fakeDns(dns === undefined ? zone : { ...zone, [RSA]: dns })
  const { signatures } = await verify(bytesOf(signed), { resolver, now, ...options })
  return { result: signatures[0]!, names: resolver.names }
}

const words = ({ result, reason }: SignatureResult) => [result, reason]

const inSignature =
  (from: string | RegExp, to: string) =>
  ({ fields, body }: NaiveMessage): NaiveMessage => ({
    fields: [fields[0]!.replace(from, to), ...fields.slice(1)],
    body,
  })
const withFields =
  (...fields: string[]) =>
  (signed: NaiveMessage): NaiveMessage => ({ fields: [signed.fields[0]!, ...fields], body: signed.body })
const withBody =
  (body: string) =>
  ({ fields }: NaiveMessage): NaiveMessage => ({ fields, body })

const records = (...texts: string[]): TxtAnswer => ({
  kind: 'records',
  records: texts.map((text) => [text]),
  ttl: 60,
  authentic: true,
})

describe('good signatures', () => {
  it.each<[name: string, facts: Check]>([
    ['RSA', {}],
    ['Ed25519', { key: ed25519 }],
    ['relaxed', { tags: { c: 'relaxed/relaxed' } }],
    ['c= with one name', { tags: { c: 'relaxed' } }],
    [
      'c= and a= in capitals, which are case-insensitive in ABNF',
      { tags: { c: 'Relaxed/SIMPLE', a: 'RSA-SHA256' } },
    ],
    ['h= in any case', { tags: { h: 'FROM:To:sUbJect' } }],
    ['h= with white space', { tags: { h: 'from : to\r\n\t:subject' } }],
    ['h= with a field that is not there', { tags: { h: 'from:reply-to:subject' } }],
    ['h= with more than there are', { tags: { h: 'from:from:to:to:subject' } }],
    ['h= with names of other signatures', { tags: { h: 'from:dkim-signature' } }],
    ['t= in the past', { tags: { t: '1600000000' } }],
    ['t= a bit in the future', { tags: { t: String(now + 300) } }],
    ['x= in the future', { tags: { t: '1600000000', x: String(now + 1) } }],
    ['x= a bit in the past', { tags: { x: String(now - 300) } }],
    ['x= beyond all time', { tags: { x: '9999999999999' } }],
    ['i= the domain', { tags: { i: '@example.org' } }],
    ['i= a subdomain', { tags: { i: 'ann@a.b.example.org' } }],
    ['i= encoded', { tags: { i: 'a=20b=3B@Example.ORG' } }],
    ['d= and s= in capitals', { tags: { d: 'EXAMPLE.org', s: 'R' } }],
    ['q= with others', { tags: { q: 'x-new/a : dns/txt' } }],
    ['z=', { tags: { z: 'From:ann@example.org|To:=20bob' } }],
    ['z= of rubbish', { tags: { z: '==|=zz|:' } }],
    ['unknown tags', { tags: { zz: 'x y', Q: '' } }],
    ['l= all of the body', { tags: { l: '19' } }],
    ['a longer b=', { change: inSignature(/ b=/, ' b=\r\n\t ') }],
    [
      'a key of two strings',
      {
        dns: {
          kind: 'records',
          records: [[zone[RSA]!.slice(0, 99), zone[RSA]!.slice(99)]],
          ttl: 1,
          authentic: false,
        },
      },
    ],
    ['a key with all tags', { dns: recordOf(rsa, 'h=sha1:sha256; s=*; g=nobody; n=x; ') }],
    ['a key for mail', { dns: recordOf(rsa, 's=email; t=s; ') }],
    ['an old key that allows subdomains', { dns: recordOf(rsa, 't=y; '), tags: { i: '@a.example.org' } }],
    ['several records', { dns: records('v=spf1 -all', recordOf(other), recordOf(rsa)) }],
  ])('%s', async (_, facts) => {
    expect(words((await check(facts)).result)).toEqual(['pass', 'verified'])
  })

  it('an empty body', async () => {
    for (const c of ['simple/simple', 'relaxed/relaxed']) {
      const { result } = await check({ message: { ...message, body: '' }, tags: { c } })
      expect(words(result)).toEqual(['pass', 'verified'])
    }
  })

  it('bottom-up selection: fields above the signed ones may be added', async () => {
    const two: NaiveMessage = { ...message, fields: ['Received: 1', 'Received: 2', ...message.fields] }
    const tags = { h: 'from:received' }
    const added = await check({
      message: two,
      tags,
      change: ({ fields, body }) => ({ fields: [fields[0]!, 'Received: 0', ...fields.slice(1)], body }),
    })
    expect(words(added.result)).toEqual(['pass', 'verified'])
    expect(added.result.covered?.fields).toEqual(['from', 'received'])
    const below = await check({
      message: two,
      tags,
      change: ({ fields, body }) => ({ fields: [...fields, 'Received: 3'], body }),
    })
    expect(words(below.result)).toEqual(['fail', 'signature-differs'])
  })
})

describe('what comes to nothing', () => {
  it.each<[name: string, facts: Check, result: string, reason: string]>([
    ['another body', { change: withBody('Hi\r\n') }, 'fail', 'body-hash-differs'],
    ['a footer', { change: withBody(`${message.body}-- \r\nlist\r\n`) }, 'fail', 'body-hash-differs'],
    [
      'another subject',
      { change: withFields(message.fields[0]!, message.fields[1]!, 'Subject: x') },
      'fail',
      'signature-differs',
    ],
    [
      'another space in simple',
      { change: withFields(message.fields[0]!, message.fields[1]!, 'Subject: Hello there') },
      'fail',
      'signature-differs',
    ],
    [
      'a field taken out',
      { change: withFields(message.fields[0]!, message.fields[2]!) },
      'fail',
      'signature-differs',
    ],
    [
      'a field added that is signed as absent',
      { tags: { h: 'from:reply-to' }, change: withFields('Reply-To: x', ...message.fields) },
      'fail',
      'signature-differs',
    ],
    ['another tag', { change: inSignature('v=1;', 'v=1; y=1;') }, 'fail', 'signature-differs'],
    ['another key', { dns: recordOf(other) }, 'fail', 'signature-differs'],
    ['an empty signature', { change: inSignature(/b=[^;]*$/, 'b=AAAA') }, 'fail', 'signature-differs'],
    ['l= beyond the body', { tags: { l: '20' } }, 'fail', 'body-shorter'],
    ['l= beyond reckoning', { tags: { l: '9'.repeat(76) } }, 'fail', 'body-shorter'],
    ['l= of a part', { tags: { l: '7' } }, 'policy', 'body-length'],
    ['l=0', { tags: { l: '0' } }, 'policy', 'body-length'],
    ['rsa-sha1', { tags: { a: 'rsa-sha1' } }, 'policy', 'algorithm-forbidden'],
    ['a weak key', { key: weak, dns: recordOf(weak) }, 'policy', 'weak-key'],
    ['a key that is weak for us', { options: { rules: { minRsaBits: 3072 } } }, 'policy', 'weak-key'],
    ['expired', { tags: { x: String(now - 301) } }, 'policy', 'expired'],
    [
      'expired, without drift',
      { tags: { x: String(now - 1) }, options: { rules: { clockDriftSeconds: 0 } } },
      'policy',
      'expired',
    ],
    ['from the future', { tags: { t: String(now + 301) } }, 'policy', 'future-timestamp'],
    ['from beyond all time', { tags: { t: '1'.repeat(13) } }, 'policy', 'future-timestamp'],
    [
      'a second From above',
      { change: withFields('From: Eve <eve@evil.example>', ...message.fields) },
      'policy',
      'field-added',
    ],
    [
      'a required field not signed',
      { tags: { h: 'from' }, options: { rules: { requiredFields: ['From', 'SUBJECT'] } } },
      'policy',
      'field-not-signed',
    ],
    ['From not signed', { tags: { h: 'to:subject' } }, 'permerror', 'from-not-signed'],
    ['i= of another domain', { tags: { i: '@example.com' } }, 'permerror', 'domain-mismatch'],
    [
      'i= of the domain above',
      { tags: { d: 'a.example.org', i: '@example.org' } },
      'permerror',
      'domain-mismatch',
    ],
    ['i= that only ends alike', { tags: { i: '@notexample.org' } }, 'permerror', 'domain-mismatch'],
    ['an unknown algorithm', { tags: { a: 'rsa-sha512' } }, 'neutral', 'unknown-algorithm'],
    ['an algorithm of JavaScript', { tags: { a: 'to-string' } }, 'neutral', 'unknown-algorithm'],
    ['an unknown canonicalization', { tags: { c: 'nowsp' } }, 'neutral', 'unknown-canonicalization'],
    [
      'a third canonicalization',
      { tags: { c: 'simple/simple/simple' } },
      'neutral',
      'unknown-canonicalization',
    ],
    ['an unknown query', { tags: { q: 'dns' } }, 'neutral', 'unknown-query'],
    ['another version', { tags: { v: '2' } }, 'neutral', 'unknown-version'],
    ['no version', { tags: { v: undefined } }, 'neutral', 'missing-tag'],
    ['no key', { dns: { kind: 'nxdomain', ttl: 1 } }, 'permerror', 'key-not-found'],
    ['no TXT record', { dns: { kind: 'nodata', ttl: 1 } }, 'permerror', 'key-not-found'],
    ['an empty answer', { dns: records() }, 'permerror', 'key-not-found'],
    ['a revoked key', { dns: 'v=DKIM1; p=' }, 'permerror', 'key-revoked'],
    ['a record of something else', { dns: 'v=spf1 -all' }, 'permerror', 'key-syntax'],
    ['several of them', { dns: records('v=spf1 -all', 'x', '') }, 'permerror', 'key-syntax'],
    ['a record of rubbish', { dns: '\0\xff;;=' }, 'permerror', 'key-syntax'],
    ['a key cut off', { dns: recordOf(rsa).slice(0, 255) }, 'permerror', 'key-unusable'],
    ['a key of an unknown type', { dns: 'k=x; p=AAAA' }, 'permerror', 'key-type-unknown'],
    ['a key of the other type', { dns: recordOf(ed25519) }, 'permerror', 'key-type-differs'],
    ['a key for SHA-1', { dns: recordOf(rsa, 'h=sha1; ') }, 'permerror', 'key-hash-forbidden'],
    ['a key not for mail', { dns: recordOf(rsa, 's=tlsrpt; ') }, 'permerror', 'key-not-for-mail'],
    [
      'a strict key, and i= a subdomain',
      { dns: recordOf(rsa, 't=s; '), tags: { i: '@a.example.org' } },
      'permerror',
      'key-strict',
    ],
    ['a timeout', { dns: { kind: 'temperror', reason: 'timeout' } }, 'temperror', 'dns-timeout'],
    ['SERVFAIL', { dns: { kind: 'temperror', reason: 'servfail' } }, 'temperror', 'dns-servfail'],
    ['REFUSED', { dns: { kind: 'temperror', reason: 'refused' } }, 'temperror', 'dns-refused'],
    ['no network', { dns: { kind: 'temperror', reason: 'network' } }, 'temperror', 'dns-network'],
    [
      'trouble of the DNS and of the body',
      { dns: { kind: 'temperror', reason: 'timeout' }, change: withBody('') },
      'temperror',
      'dns-timeout',
    ],
    [
      'keys that do not fit, more than are tried',
      { dns: records(recordOf(other), recordOf(other), recordOf(other), recordOf(rsa)) },
      'fail',
      'signature-differs',
    ],
  ])('%s', async (_, facts, result, reason) => {
    expect(words((await check(facts)).result)).toEqual([result, reason])
  })
})

describe('what is told besides', () => {
  it('what is covered, and the key', async () => {
    const { result, names } = await check({
      tags: { l: '7', h: 'from:reply-to:to' },
      dns: records(recordOf(rsa, 't=y; ')),
    })
    expect(result.covered).toEqual({ fields: ['from', 'to'], bodyBytes: 7, bodyTotal: 19 })
    expect(result.key).toEqual({
      name: RSA,
      records: 1,
      authentic: true,
      algorithm: 'rsa',
      bits: 2048,
      testing: true,
      strict: false,
    })
    expect(names).toEqual([RSA])
  })

  it('l= of a part is taken when told so', async () => {
    const { result } = await check({ tags: { l: '7' }, options: { rules: { bodyLength: 'accept' } } })
    expect(words(result)).toEqual(['pass', 'verified'])
    const changed = await check({
      tags: { l: '7' },
      options: { rules: { bodyLength: 'accept' } },
      change: withBody('Hi Bob,\r\nbuy this\r\n'),
    })
    expect(words(changed.result)).toEqual(['pass', 'verified'])
    expect(changed.result.covered).toEqual({ fields: ['from', 'to', 'subject'], bodyBytes: 7, bodyTotal: 19 })
  })

  it('whether nothing but the body was changed', async () => {
    const body = await check({ change: withBody('x') })
    expect(body.result.isHeaderIntact).toBe(true)
    const both = await check({ change: (signed) => withFields('From: x')(withBody('x')(signed)) })
    expect(both.result.isHeaderIntact).toBe(false)
  })

  it('which fields were changed, when the signer has copied them', async () => {
    const z = 'From:=20Ann=20<ann@example.org>|To:=20bob@example.net|Subject:=20Hello=20=20there|Date:=20x'
    const { result } = await check({
      tags: { z, h: 'from:to:subject:date' },
      change: withFields(
        'From: Ann <ann@example.org>',
        'To: bob@example.net',
        'Subject: [list] Hello there',
        'Date: y',
      ),
    })
    expect(words(result)).toEqual(['fail', 'signature-differs'])
    expect(result.changedFields).toEqual(['subject', 'date'])
    expect(result.signature?.copiedFields?.[0]).toEqual({ name: 'From', body: ' Ann <ann@example.org>' })
  })

  it('keys are not asked for when they do not matter', async () => {
    for (const tags of [
      { a: 'rsa-sha1' },
      { h: 'to' },
      { x: '1' },
      { i: '@x.example' },
      { q: 'x' },
      { v: '2' },
    ] as NaiveTags[])
      expect((await check({ tags })).names).toEqual([])
  })
})

// RFC 8616 §5.
describe('internationalized mail', () => {
  it('U-labels in d=, s= and i= are looked up as A-labels', async () => {
    const utf8 = (text: string) => Buffer.from(text).toString('latin1')
    const signed = signNaively(
      message,
      { d: utf8('bücher.example'), s: utf8('schlüssel'), i: utf8('jörg@post.bücher.example') },
      rsa.key,
    )
    const name = 'xn--schlssel-95a._domainkey.xn--bcher-kva.example'
    const resolver = fakeDns({ [name]: recordOf(rsa) })
    const { signatures } = await verify(bytesOf(signed), { resolver, now })
    expect(signatures).toMatchObject([
      {
        result: 'pass',
        signature: {
          domain: 'xn--bcher-kva.example',
          selector: 'xn--schlssel-95a',
          identity: 'jörg@post.xn--bcher-kva.example',
        },
      },
    ])
    expect(resolver.names).toEqual([name])
  })
})
