import { generateKeyPairSync } from 'node:crypto'
import { createZone } from '@postern/dns/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  diagnoseKey,
  formatKeyFinding,
  formatKeyZoneLine,
  isKeyUsable,
  type KeyDiagnosisInput,
  type KeyFinding,
  keyFingerprint,
  keyRecordName,
  misplacedNames,
  publicHalf,
  readSigningKey,
  type SigningKey,
  splitKeyRecord,
} from '../src/index.ts'

function keyOf(algorithm: 'rsa' | 'ed25519', bits = 2048): SigningKey {
  const { privateKey } =
    algorithm === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')
  const read = readSigningKey(privateKey.export({ type: 'pkcs8', format: 'der' }))
  if (!read.ok) throw new Error(read.error.code)
  return read.value
}

/** One whose p= has a plus sign, and no letter case that could be mixed up with another's. */
function keyWithPlus(): SigningKey {
  for (;;) {
    const key = keyOf('rsa', 1024)
    if (key.publicKey.includes('+')) return key
  }
}

const rsa = keyOf('rsa')
const other = keyOf('rsa')
const ed25519 = keyOf('ed25519')
const short = keyWithPlus()
const weak = keyOf('rsa', 512)
const p = rsa.publicKey
const good = `v=DKIM1; k=rsa; p=${p}`
const fingerprint = keyFingerprint(publicHalf(rsa))

type Input = Partial<KeyDiagnosisInput>
const records = (...texts: readonly (string | readonly string[])[]): Input => ({
  answer: {
    kind: 'records',
    records: texts.map((text) => (typeof text === 'string' ? splitKeyRecord(text) : text)),
    ttl: 300,
    authentic: false,
  },
})
const noName: Input = { answer: { kind: 'nxdomain', ttl: 60 } }

const diagnose = (input: Input): readonly KeyFinding[] =>
  diagnoseKey({
    domain: 'example.org',
    selector: 'mail',
    key: rsa,
    answer: { kind: 'nodata', ttl: 60 },
    ...input,
  })

/** What was found, without the state of DNSSEC and what every finding has. */
const factsOf = (input: Input) =>
  diagnose(input)
    .filter(({ code }) => code !== 'not-secured')
    .map(({ severity: _severity, name: _name, ...facts }) => facts)

const published = { code: 'published', algorithm: 'rsa', bits: 2048, fingerprint }
const mended = { ...published, code: 'mended' }
const cut = good.slice(0, 255)
const half = Math.floor(p.length / 2)

describe('finds', () => {
  it.each<[what: string, input: Input, facts: readonly object[]]>([
    ['the right record', records(good), [published]],
    [
      'it in strings of any length',
      records([good.slice(0, 17), good.slice(17, 200), good.slice(200)]),
      [published],
    ],
    ['it without v= and k=', records(`p=${p}`), [published]],
    [
      'it with no blanks and all tags',
      records(`v=DKIM1;h=sha256;k=rsa;s=email;t=s;n=x;g=*;p=${p};`),
      [published],
    ],
    [
      'it as a bare RSAPublicKey',
      records(`v=DKIM1; p=${publicHalf(rsa).export({ type: 'pkcs1', format: 'der' }).toString('base64')}`),
      [published],
    ],
    [
      'Ed25519',
      { key: ed25519, ...records(`v=DKIM1; k=ed25519; p=${ed25519.publicKey}`) },
      [
        {
          code: 'published',
          algorithm: 'ed25519',
          bits: 256,
          fingerprint: keyFingerprint(publicHalf(ed25519)),
        },
      ],
    ],
    ['a key on its own', { key: undefined, ...records(good) }, [{ ...published, code: 'readable' }]],
    [
      'an alias of nothing',
      { ...noName, alias: 'x.example' },
      [{ code: 'dangling-alias', target: 'x.example' }],
    ],
    ['no such name', noName, [{ code: 'no-such-name' }]],
    ['no record', {}, [{ code: 'no-record' }]],
    [
      'no answer',
      { answer: { kind: 'temperror', reason: 'timeout' } },
      [{ code: 'not-looked-up', reason: 'timeout' }],
    ],
    [
      'an alias, which is fine',
      { ...records(good), alias: 'mail.provider.example' },
      [published, { code: 'alias', target: 'mail.provider.example' }],
    ],
    [
      'two records, of which one is right',
      records(`v=DKIM1; p=${other.publicKey}`, good),
      [{ code: 'several-records', count: 2, foreign: 0 }, published],
    ],
    [
      'SPF beside it',
      records('v=spf1 mx -all', good),
      [{ code: 'several-records', count: 2, foreign: 1 }, published],
    ],
    ['SPF instead', records('v=spf1 mx -all'), [{ code: 'foreign-text', kind: 'spf', isWildcard: false }]],
    [
      'DMARC instead',
      records('v=DMARC1; p=none'),
      [{ code: 'foreign-text', kind: 'dmarc', isWildcard: false }],
    ],
    [
      'anything else',
      records('google-site-verification=abc'),
      [{ code: 'foreign-text', kind: 'other', isWildcard: false }],
    ],
    ['an empty text', records(['']), [{ code: 'foreign-text', kind: 'other', isWildcard: false }]],
    [
      'SPF of a wildcard',
      { ...records('v=spf1 -all'), anySelector: records('v=spf1 -all').answer },
      [{ code: 'foreign-text', kind: 'spf', isWildcard: true }],
    ],
    ['a revoked key', records('v=DKIM1; p='), [{ code: 'revoked' }]],
    ['test mode', records(`v=DKIM1; t=y; p=${p}`), [published, { code: 'testing' }]],
    [
      'a hash that nobody takes',
      records(`v=DKIM1; h=sha1; p=${p}`),
      [published, { code: 'hash-forbidden', hashes: ['sha1'] }],
    ],
    [
      'a key for something else',
      records(`v=DKIM1; s=x-tel; p=${p}`),
      [published, { code: 'not-for-email', services: ['x-tel'] }],
    ],
    [
      'another key',
      records(`v=DKIM1; p=${other.publicKey}`),
      [
        {
          code: 'wrong-key',
          published: keyFingerprint(publicHalf(other)),
          bits: 2048,
          own: fingerprint,
        },
      ],
    ],
    [
      'the key of the other algorithm',
      records(`v=DKIM1; k=ed25519; p=${ed25519.publicKey}`),
      [{ code: 'wrong-key-type', published: 'ed25519', expected: 'rsa' }],
    ],
    [
      'k= forgotten',
      { key: ed25519, ...records(`p=${ed25519.publicKey}`) },
      [{ code: 'wrong-key-type', published: 'rsa', expected: 'ed25519' }],
    ],
    [
      'a type nobody knows',
      { key: undefined, ...records(`k=x-new; p=${p}`) },
      [{ code: 'unknown-key-type', keyType: 'x-new' }],
    ],
    [
      'a weak key',
      { key: weak, ...records(`p=${weak.publicKey}`) },
      [
        {
          code: 'published',
          algorithm: 'rsa',
          bits: 512,
          fingerprint: keyFingerprint(publicHalf(weak)),
        },
        { code: 'weak-key', bits: 512, limit: 1024 },
      ],
    ],
    [
      'a short key',
      { key: short, ...records(`p=${short.publicKey}`) },
      [
        {
          code: 'published',
          algorithm: 'rsa',
          bits: 1024,
          fingerprint: keyFingerprint(publicHalf(short)),
        },
        { code: 'short-key', bits: 1024, limit: 2048 },
      ],
    ],
    [
      'a record cut at 255 characters',
      records(cut),
      [{ code: 'truncated', characters: 255 - 18, expected: p.length, isAtStringEnd: true }],
    ],
    [
      'one cut anywhere',
      records(good.slice(0, 300)),
      [{ code: 'truncated', characters: 300 - 18, expected: p.length, isAtStringEnd: false }],
    ],
    [
      'the last string lost',
      records([good.slice(0, 100), good.slice(100, 355)]),
      [{ code: 'truncated', characters: 355 - 18, expected: p.length, isAtStringEnd: true }],
    ],
    [
      'a cut without the key at hand',
      { key: undefined, ...records(cut) },
      [{ code: 'truncated', characters: 255 - 18, expected: p.length, isAtStringEnd: true }],
    ],
    [
      'a part lost in the middle',
      records(`p=${p.slice(0, half)}${p.slice(half + 64)}`),
      [{ code: 'part-missing', at: expect.any(Number), characters: 64 }],
    ],
    ['something behind', records(`p=${p}${p}`), [{ code: 'part-added', at: p.length, characters: p.length }]],
    [
      'a plus sign that became a blank',
      { key: short, ...records(`p=${short.publicKey.replaceAll('+', ' ')}`) },
      [{ code: 'plus-lost' }, expect.objectContaining({ code: 'white-space-in-key' })],
    ],
    ['all in small letters', records(`p=${p.toLowerCase()}`), [{ code: 'case-changed' }]],
    ['rubbish as a key', { key: undefined, ...records('p=AAAA') }, [{ code: 'not-a-key', keyType: 'rsa' }]],
    [
      'a blank between strings',
      records([good.slice(0, 255), ` ${good.slice(255)}`]),
      [published, { code: 'white-space-in-key', isAtJoint: true }],
    ],
    [
      'a blank anywhere',
      records(`p=${p.slice(0, 9)} ${p.slice(9)}`),
      [published, { code: 'white-space-in-key', isAtJoint: false }],
    ],
    ['quotes around it', records(`"${good}"`), [{ code: 'zone-syntax', signs: ['"'] }, mended]],
    [
      'quotes in it',
      records(`"${good.slice(0, 200)}" "${good.slice(200)}"`),
      [{ code: 'zone-syntax', signs: ['"'] }, mended],
    ],
    [
      'quotes around the key',
      records(`v=DKIM1; k=rsa; p="${p}"`),
      [{ code: 'zone-syntax', signs: ['"'] }, mended],
    ],
    ['backslashes', records(`v=DKIM1\\; k=rsa\\; p=${p}`), [{ code: 'zone-syntax', signs: ['\\'] }, mended]],
    [
      'parentheses and all',
      records(`( "v=DKIM1\\; k=rsa\\; " "p=${p}" )`),
      [{ code: 'zone-syntax', signs: ['"', '\\', '('] }, mended],
    ],
    [
      'a whole line of a zone file',
      records(`mail._domainkey IN TXT "${good}"`),
      [{ code: 'pasted-line' }, { code: 'zone-syntax', signs: ['"'] }, mended],
    ],
    ['no semicolons', records(`v=DKIM1 k=rsa p=${p}`), [{ code: 'missing-semicolon' }, mended]],
    ['one semicolon too few', records(`v=DKIM1; k=rsa p=${p}`), [{ code: 'missing-semicolon' }, mended]],
    ['commas', records(`v=DKIM1, k=rsa, p=${p}`), [{ code: 'missing-semicolon' }, mended]],
    [
      'a wrong version',
      records(`v=DKIM1.0; p=${p}`),
      [{ code: 'wrong-version', version: 'DKIM1.0' }, mended],
    ],
    [
      'a version in small letters',
      records(`v=dkim1; p=${p}`),
      [{ code: 'wrong-version', version: 'dkim1' }, mended],
    ],
    ['the version at the end', records(`k=rsa; p=${p}; v=DKIM1`), [{ code: 'version-not-first' }, mended]],
    [
      'two semicolons',
      records(`v=DKIM1;; k=rsa; p=${p}`),
      [expect.objectContaining({ code: 'syntax', syntax: 'empty-tag' }), mended],
    ],
    [
      'no p=',
      records('v=DKIM1; k=rsa'),
      [{ code: 'syntax', syntax: 'missing-public-key', at: 14, text: '' }],
    ],
    [
      'a placeholder',
      records('v=DKIM1; k=rsa; p=<public key>'),
      [{ code: 'syntax', syntax: 'bad-base64', at: 18, text: '<public key>' }],
    ],
  ])('%s', (_what, input, facts) => {
    expect(factsOf(input)).toEqual(facts)
  })
  it('the state of DNSSEC', () => {
    const answer = { kind: 'records', records: [[good]], ttl: 1, authentic: true } as const
    expect(diagnose({ answer }).map(({ code }) => code)).toEqual(['published', 'authentic'])
    expect(diagnose(records(good)).map(({ code }) => code)).toEqual(['published', 'not-secured'])
  })
})

describe('a record in the wrong place', () => {
  const answer = records(good).answer!
  const at = (name: string, text = good) => ({
    ...noName,
    elsewhere: [{ name, answer: records(text).answer! }],
  })
  it.each<[domain: string, elsewhere: string]>([
    ['example.org', 'mail._domainkey.example.org.example.org'],
    ['example.org', 'mail.example.org'],
    ['example.org', 'mail.domainkey.example.org'],
    ['lists.example.org', 'mail._domainkey.lists.example.org.example.org'],
    ['lists.example.org', 'mail._domainkey.lists.example.org.lists.example.org'],
    ['lists.example.org', 'mail._domainkey.example.org'],
  ])('of %s is found at %s', (domain, elsewhere) => {
    expect(misplacedNames('mail', domain)).toContain(elsewhere)
    expect(factsOf({ domain, ...at(elsewhere) })).toEqual([
      { code: 'no-such-name' },
      { code: 'misplaced', elsewhere, isOurs: true },
    ])
  })
  it('is asked for at few names', () => {
    expect(misplacedNames('mail', 'a.b.c.d.e.f.g.example.org').length).toBeLessThan(9)
  })
  it('is none where the domain above has a key of its own', () => {
    const elsewhere = [
      { name: 'mail._domainkey.example.org', answer: records(`p=${other.publicKey}`).answer! },
    ]
    expect(factsOf({ domain: 'lists.example.org', ...noName, elsewhere })).toEqual([{ code: 'no-such-name' }])
  })
  it('is none where something else stands', () => {
    expect(factsOf(at('mail.example.org', 'v=spf1 -all'))).toEqual([{ code: 'no-such-name' }])
    expect(
      factsOf({ ...noName, elsewhere: [{ name: 'x', answer: { kind: 'nodata', ttl: 1 } }] }),
    ).toHaveLength(1)
  })
  it('matters no more when the right place has one', () => {
    const elsewhere = [{ name: 'mail.example.org', answer }]
    expect(factsOf({ ...records(good), elsewhere })).toEqual([published])
  })
})

describe('a sentence', () => {
  it.each<[input: Input, sentence: string]>([
    [records(good), 'The DNS serves this key.'],
    [
      records(cut),
      `p= is cut off: 237 of ${p.length} characters are there. The text stops at 255 characters, the most of one string: publish it as several strings.`,
    ],
    [
      {
        ...noName,
        elsewhere: [{ name: 'mail._domainkey.example.org.example.org', answer: records(good).answer! }],
      },
      'There is no mail._domainkey.example.org in the DNS: publish the record, or wait until the servers have it.',
    ],
    [
      records('v=DKIM1; k=rsa; n=\x1b[2J; p='),
      'A control character stands in the text: "\\x1b[2J; p=", at character 19 of the text.',
    ],
  ])('%#', (input, sentence) => {
    expect(formatKeyFinding(diagnose(input)[0]!)).toBe(sentence)
  })
  it('about the doubled name says what to leave out', () => {
    const elsewhere = [{ name: 'mail._domainkey.example.org.example.org', answer: records(good).answer! }]
    expect(formatKeyFinding(diagnose({ ...noName, elsewhere })[1]!)).toBe(
      'This key stands at mail._domainkey.example.org.example.org: the form appends "example.org" by itself, so leave that out of the name you enter.',
    )
  })
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        'v=DKIM1',
        'v=spf1',
        '; ',
        ';',
        'p=',
        'k=rsa',
        't=y',
        'h=sha1',
        '"',
        '\\',
        '(',
        ' ',
        'IN TXT ',
        p,
        p.slice(0, 90),
      ),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Buffer.from(text).toString('latin1')),
    ),
    { maxLength: 12 },
  )
  it('is printable ASCII with its full stop, whatever the DNS says', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 3 }), fc.boolean(), (texts, hasKey) => {
        const input = records(...texts.map((parts) => parts.join('')))
        const findings = diagnose(hasKey ? input : { ...input, key: undefined })
        expect(findings.length).toBeGreaterThan(0)
        for (const finding of findings) {
          expect(finding.name).toBe('mail._domainkey.example.org')
          expect(formatKeyFinding(finding)).toMatch(/^[A-Za-z][ -~]*\.$/)
        }
        // "All is well" is said only of a key that is there.
        if (isKeyUsable(findings)) expect(findings[0]!.code).toBe(hasKey ? 'published' : 'readable')
      }),
      { numRuns: 500 },
    )
  })
})

describe('as lines of a zone file', () => {
  it.each([good, `v=DKIM1; k=ed25519; p=${ed25519.publicKey}`, 'v=DKIM1; n=\xe4"\\; p='])(
    '%j',
    async (text) => {
      const name = keyRecordName('mail', 'example.org')
      const line = formatKeyZoneLine(name, text)
      for (const part of line.split('\n')) expect(part.length).toBeLessThanOrEqual(261)
      // The zone of the tests knows no parentheses.
      const zone = createZone(line.replaceAll(/\(\n|\n\)/g, '').replaceAll('\n', ' '))
      const answer = await zone.resolve(name, 'TXT')
      expect(answer.kind === 'records' && answer.records.map((strings) => strings.join(''))).toEqual([text])
    },
  )
})

it('takes no time for a text that was made to cost some', () => {
  const spaces = ' '.repeat(60_000)
  for (const text of [
    `p="${spaces}x`,
    `(${spaces}p=${spaces};`,
    `v=DKIM1${spaces}k=${spaces}p=*`,
    'v=DKIM1;'.repeat(8000),
  ]) {
    const start = performance.now()
    expect(diagnose(records(text)).length).toBeGreaterThan(0)
    expect(performance.now() - start).toBeLessThan(1000)
  }
})
