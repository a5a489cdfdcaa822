import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSigner, parseSignature, type SignatureRequest, sign, verify } from '../src/index.ts'
import { bytesOf, fakeDns, type NaiveMessage, newKey, recordOf } from './naive-dkim.ts'

const now = 1_700_000_000
const rsa = newKey('rsa')
const ed25519 = newKey('ed25519')
const small = newKey('rsa', 768)
const resolver = fakeDns({
  'r._domainkey.example.org': recordOf(rsa),
  'e._domainkey.example.org': recordOf(ed25519),
})

const message: NaiveMessage = {
  fields: [
    'Received: from a by b',
    'DKIM-Signature: v=1; b=x',
    'From: Ann <ann@example.org>',
    'To: bob@example.net',
    'Subject: Hello',
    'Date: Tue, 14 Nov 2023 22:13:20 +0000',
    'MIME-Version: 1.0',
    'X-Mailer: x',
  ],
  body: 'Hi\r\n',
}

const request = (more: Partial<SignatureRequest> = {}): SignatureRequest => ({
  domain: 'example.org',
  selector: 'e',
  key: ed25519,
  ...more,
})

function signOne(more: Partial<SignatureRequest> = {}, what: NaiveMessage = message): string {
  const signer = createSigner({ now, signatures: [request(more)] })
  for (const field of what.fields) signer.field(field)
  signer.endOfHeader()
  signer.body(Buffer.from(what.body, 'latin1'))
  const [field = ''] = signer.end()
  return field
}

function read(raw: string) {
  const parsed = parseSignature(raw)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

const listed = (more: Partial<SignatureRequest> = {}, what: NaiveMessage = message): string =>
  read(signOne(more, what)).signedFields.join(':')

describe('fields to sign', () => {
  it('those that are there, and the most important once more', () => {
    expect(listed()).toBe('from:from:subject:subject:date:date:to:to:message-id:mime-version')
  })

  it.each<[name: string, more: Partial<SignatureRequest>, names: string]>([
    ['other fields', { fields: ['From', 'X-Mailer', 'X-Absent'], oversignFields: [] }, 'from:x-mailer'],
    ['From even when not named', { fields: ['Subject'], oversignFields: [] }, 'from:subject'],
    ['From even when to be left out', { fields: ['From'], omitFields: ['from'], oversignFields: [] }, 'from'],
    ['some left out', { omitFields: ['MIME-Version', 'date'] }, 'from:from:subject:subject:to:to:message-id'],
    [
      'others listed once more',
      { fields: ['from'], oversignFields: ['Reply-To', 'X-Mailer'] },
      'from:reply-to:x-mailer:x-mailer',
    ],
    [
      'never those that change on the way',
      {
        fields: ['Received', 'Return-Path', 'DKIM-Signature', 'Authentication-Results', 'Bcc'],
        oversignFields: ['received'],
      },
      'from',
    ],
    [
      'names with blanks and twice',
      { fields: [' From ', 'from', 'SUBJECT'], oversignFields: [] },
      'from:subject',
    ],
  ])('%s', (_, more, names) => {
    expect(listed(more)).toBe(names)
  })

  it('every instance of a field', () => {
    const two: NaiveMessage = {
      ...message,
      fields: [...message.fields, 'Cc: 1', 'cc: 2', 'List-Id: <x>', 'Sender: s'],
    }
    expect(listed({ oversignFields: [] }, two)).toBe('from:subject:date:to:cc:cc:mime-version:sender:list-id')
  })

  it('no field of an empty message but From', () => {
    expect(listed({ oversignFields: [] }, { fields: [], body: '' })).toBe('from')
  })

  it('a thousand fields of one name do not make a signature without end', () => {
    const many: NaiveMessage = { fields: Array.from({ length: 5000 }, (_, i) => `To: ${i}`), body: '' }
    expect(read(signOne({}, many)).signedFields).toHaveLength(500)
  })
})

describe('the field', () => {
  it('is what it was', () => {
    const signer = createSigner({
      now,
      signatures: [request({ key: rsa, selector: 'r', lifetimeSeconds: 3600 })],
    })
    signer.write(bytesOf({ fields: ['From: a@example.org'], body: '' }))
    const [raw = ''] = signer.end()
    expect(raw.replace(/b=[^;]*$/, 'b=')).toBe(
      [
        'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=r;',
        '\tt=1700000000; x=1700003600; h=from:from:subject:date:to:message-id;',
        '\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=',
      ].join('\r\n'),
    )
  })

  it.each<[name: string, more: Partial<SignatureRequest>, facts: object]>([
    ['x= without t=', { timestamp: false, lifetimeSeconds: 10 }, { expiration: now + 10 }],
    ['x= after t=', { lifetimeSeconds: 0 }, { timestamp: now, expiration: now + 1 }],
    [
      'c=',
      { canonicalization: 'simple/relaxed' },
      { canonicalization: { header: 'simple', body: 'relaxed' } },
    ],
    ['l=', { bodyLength: 1 }, { bodyLength: 1 }],
    ['l= beyond the body', { bodyLength: 100 }, { bodyLength: 4 }],
    ['d= of U-labels', { domain: 'Bücher.example' }, { domain: 'xn--bcher-kva.example' }],
    ['s= of U-labels', { selector: 'schlüssel.A' }, { selector: 'xn--schlssel-95a.a' }],
    ['no i=', {}, { identity: '@example.org' }],
    ['i=', { identity: 'ann=; "x" ü@Mail.Example.org' }, { identity: 'ann=; "x" ü@mail.example.org' }],
    ['i= without local part', { identity: '@example.org' }, { identity: '@example.org' }],
    [
      'i= of U-labels',
      { domain: 'bücher.example', identity: 'a@x.bücher.example' },
      { identity: 'a@x.xn--bcher-kva.example' },
    ],
  ])('%s', (_, more, facts) => {
    const raw = signOne(more)
    expect(raw).toMatch(/^[\t\r\n -~]*$/)
    const said = Object.entries(read(raw)).filter(([tag]) => tag in facts)
    expect(Object.fromEntries(said)).toEqual(facts)
  })

  it('has t= unless told otherwise', () => {
    expect(read(signOne()).timestamp).toBe(now)
    expect(read(signOne({ timestamp: false })).timestamp).toBeUndefined()
    expect(read(signOne()).expiration).toBeUndefined()
  })

  it.each<[name: string, more: Partial<SignatureRequest>]>([
    ['no domain', { domain: '' }],
    ['one label', { domain: 'org' }],
    ['a domain with a blank', { domain: 'a b.org' }],
    ['no selector', { selector: '' }],
    ['a selector with a slash', { selector: 'a/b' }],
    ['an identity elsewhere', { identity: 'a@example.com' }],
    ['an identity without domain', { identity: 'ann' }],
    ['an identity with a control character', { identity: 'a\nb@example.org' }],
    ['a weak key', { key: small }],
  ])('%s is a mistake of the caller', (_, more) => {
    expect(() => signOne(more)).toThrow(TypeError)
  })

  // RFC 5322 §2.1.1, and what relays do to odd lines.
  it('has lines that nobody mends', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,30}$/)
    const domain = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => labels.join('.'))
    const names = fc.array(fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,40}$/), { maxLength: 12 })
    fc.assert(
      fc.property(domain, label, names, fc.boolean(), (name, selector, fields, isRsa) => {
        const raw = signOne({
          domain: name,
          selector,
          key: isRsa ? rsa : ed25519,
          oversignFields: fields,
          fields,
        })
        const lines = raw.split('\r\n')
        for (const [i, line] of lines.entries()) {
          // A tab counts eight columns at the most. What cannot be folded may be longer.
          const isOneWord = !/[^\s:;]+[ :;]+\S/.test(line)
          expect(isOneWord || line.replace('\t', ' '.repeat(8)).length <= 78, line).toBe(true)
          expect(line).toMatch(i === 0 ? /^DKIM-Signature: \S/ : /^\t\S/)
          expect(line).not.toMatch(/\s$/)
        }
        expect(read(raw).domain).toBe(name)
      }),
      { numRuns: 60 },
    )
  })
})

describe('many signatures', () => {
  const signatures = [
    request({ key: rsa, selector: 'r' }),
    request(),
    request({ canonicalization: 'simple/simple' }),
  ]

  it('come in the order in which they were asked for, and all hold', async () => {
    const fields = await sign(bytesOf(message), { now, signatures })
    expect(fields.map((raw) => read(raw).algorithm)).toEqual([
      'rsa-sha256',
      'ed25519-sha256',
      'ed25519-sha256',
    ])
    const signed = bytesOf({ fields: [...fields, ...message.fields], body: message.body })
    const results = (await verify(signed, { resolver, now })).signatures
    expect(results.map(({ reason }) => reason)).toEqual(['verified', 'verified', 'verified', 'missing-tag'])
  })

  it('none is none', async () => {
    expect(await sign(bytesOf(message), { now, signatures: [] })).toEqual([])
  })

  it('takes bytes, chunks, streams', async () => {
    const bytes = bytesOf(message)
    const whole = await sign(bytes, { now, signatures })
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte))
    expect(await sign(chunks, { now, signatures })).toEqual(whole)
    expect(await sign(Readable.from(chunks), { now, signatures })).toEqual(whole)
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('From: x')
        throw new Error('the disk is broken')
      })(),
    )
    await expect(sign(broken, { now, signatures })).rejects.toThrow('the disk is broken')
  })

  it('a file with bare LFs is signed as it will travel', async () => {
    const text = bytesOf(message).toString('latin1')
    const local = Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1')
    expect(await sign(local, { now, signatures })).toEqual(await sign(bytesOf(message), { now, signatures }))
    expect(await sign(local, { now, signatures, lineEnds: 'crlf' })).not.toEqual(
      await sign(bytesOf(message), { now, signatures }),
    )
  })
})

describe('limits', () => {
  it.each([
    ['bytes', { headerBytes: 100 }],
    ['fields', { headerFields: 3 }],
  ])('a header of too many %s is not signed', (_, limits) => {
    const signer = createSigner({ now, signatures: [request()], limits })
    signer.write(bytesOf(message))
    expect(signer.end()).toEqual([])
    expect(signer.problem).toBe('header-too-large')
  })

  it('there is no problem otherwise', () => {
    const signer = createSigner({ now, signatures: [request()] })
    signer.write(bytesOf(message))
    expect(signer.end()).toHaveLength(1)
    expect(signer.problem).toBeUndefined()
  })
})
