import { describe, expect, it } from 'vitest'
import { MOST_FEATURES } from '../../src/features/distinct-hashes.ts'
import { fold, foldText, hashOf, salts, spread } from '../../src/features/hash.ts'
import {
  featuresOf,
  fieldSalt,
  keptFeatures,
  type MailFeatures,
  pairHash,
  views,
} from '../../src/features/mail-features.ts'
import { octetsOf } from '../mail.ts'

const of = (...lines: string[]): MailFeatures => keptFeatures(featuresOf(octetsOf(...lines)))
const ofOctets = (octets: Uint8Array): MailFeatures => keptFeatures(featuresOf(octets))
const sorted = (features: MailFeatures) => ({
  tokens: features.tokens.toSorted(),
  headerTokens: features.headerTokens,
  ...Object.fromEntries(views.map((view) => [view, features.views[view].toSorted()])),
})
const word = (text: string) => hashOf(salts.word, text)
const fact = (name: string) => hashOf(salts.fact, name)

const small = [
  'From: Ann <ann@example.org>',
  'Subject: Hello there',
  '',
  'Buy some good Pills: http://pills.example/now?id=7',
  '',
]

describe('the features of a message', () => {
  const found = of(...small)
  const inner = (letters: string, next: string) => {
    const window = [...letters].reduce((w, c) => (w << 8) ^ c.charCodeAt(0), 0)
    return spread(fold(window ^ salts.inner, next.charCodeAt(0)))
  }
  it.each([
    ['a word of the body, in small letters', 'tokens', word('pills')],
    ['a word of the subject, as text', 'tokens', word('hello')],
    ['two words in a row', 'tokens', pairHash(foldText(salts.word, 'some'), foldText(salts.word, 'good'))],
    ['a word of the header, by field', 'tokens', spread(foldText(fieldSalt('subject'), 'Hello'))],
    ['a run of five inside a word', 'tokens', inner('Pill', 's')],
    [
      'a run of four of the header',
      'tokens',
      spread(((0x66 << 24) | (0x72 << 16) | (0x6f << 8) | 0x6d) ^ salts.headerGram),
    ],
  ])('has %s', (_, _view, hash) => {
    expect(found.tokens).toContain(hash)
  })
  it.each([
    ['a word as written', 'facts', spread(foldText(salts.word, 'Pills') ^ salts.cased)],
    ['a part of a link', 'facts', hashOf(salts.link, 'pills')],
    ['a fact of the header', 'facts', fact('field:Subject')],
    ['the order of fields', 'facts', fact('order:From>Subject')],
    ['a fact of the body', 'facts', fact('link-hosts:1')],
    ['a run of three characters', 'trigrams', spread((0x42 << 18) ^ (0x75 << 9) ^ 0x79 ^ salts.trigram)],
    [
      'a run of four raw octets',
      'raw',
      spread(((0x42 << 24) | (0x75 << 16) | (0x79 << 8) | 0x20) ^ salts.rawGram),
    ],
    [
      'a run of four characters of the header',
      'header',
      spread(((0x66 << 24) | (0x72 << 16) | (0x6f << 8) | 0x6d) ^ salts.headerGram),
    ],
  ] as const)('has %s', (_, view, hash) => {
    expect(found.views[view]).toContain(hash)
  })
  it('counts the words of the header apart, and first', () => {
    expect(found.headerTokens).toBe(5) // Ann, ann, example.org, Hello, there
    expect([...found.tokens.subarray(0, found.headerTokens)]).toContain(
      spread(foldText(fieldSalt('from'), 'Ann')),
    )
    expect([...found.tokens.subarray(0, found.headerTokens)]).not.toContain(word('pills'))
  })
  it('tells nothing twice', () => {
    for (const list of [found.tokens, ...views.map((view) => found.views[view])])
      expect(new Set(list).size).toBe(list.length)
  })
  it('does not tell where a list or server is from in the view of the header', () => {
    const routed = of(
      'Received: from secret.example by mx',
      'List-Id: <secret.example>',
      'X-Mailer: secret',
      ...small,
    )
    expect([...routed.views.header].sort()).toEqual([...found.views.header].sort())
  })
  it('stay when they are kept, and are used again when not', () => {
    const first = featuresOf(octetsOf(...small))
    const kept = keptFeatures(first)
    featuresOf(octetsOf('Subject: other', '', 'text'))
    expect(kept.tokens).toEqual(found.tokens)
    expect(first.tokens).not.toEqual(found.tokens)
  })
})

describe('what makes no difference', () => {
  const plain = sorted(of(...small))
  it.each([
    ['X-Spam-Flag', ['X-Spam-Flag: YES']],
    [
      'X-Spam-Status on several lines',
      ['X-Spam-Status: Yes, score=9.1 required=5.0', '\ttests=BAYES_99,HTML', ' autolearn=no'],
    ],
    ['X-Bogosity', ['X-Bogosity: Spam, tests=bogofilter, spamicity=1.000000']],
    ['our own fields', ['X-Postern-Reasons: viagra 3.1', 'X-Spam-Score: 9']],
    ['Authentication-Results and ARC', ['Authentication-Results: mx; spf=fail', 'ARC-Seal: i=1; a=x']],
    [
      'what mail stores write',
      [
        'Status: RO',
        'X-Status: A',
        'X-UID: 77',
        'X-Keywords: $Junk',
        'X-Mozilla-Status: 0001',
        'Content-Length: 900',
        'Lines: 3',
      ],
    ],
    ["an mbox's From line", ['From ann@example.org  Mon Jan  1 10:00:00 2024']],
  ])('%s above', (_, added) => {
    expect(sorted(of(...added, ...small))).toEqual(plain)
  })
  it('fields of filters below', () => {
    expect(
      sorted(of(...small.slice(0, 2), 'X-Spam-Level: *****', 'x-spam-flag: YES', ...small.slice(2))),
    ).toEqual(plain)
  })
  it('line ends', () => {
    expect(sorted(ofOctets(Buffer.from(small.join('\r\n'))))).toEqual(plain)
    const page = ['Content-Type: text/html', 'Subject: =?utf-8?q?a?=', ' b', '', '<p>one', 'two<p>three', '']
    expect(sorted(ofOctets(Buffer.from(page.join('\r\n'))))).toEqual(sorted(of(...page)))
  })
})

describe('messages of any kind', () => {
  const flood = (line: (n: number) => string, many: number) =>
    octetsOf('Subject: flood', '', Array.from({ length: many }, (_, n) => line(n)).join('\n'))
  const parts = (many: number) =>
    octetsOf(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...Array.from({ length: many }, (_, n) => `--b\nContent-Type: text/plain\n\npart${n}\n`),
      '--b--',
    )
  const messages: [name: string, message: Uint8Array][] = [
    ['empty', octetsOf('')],
    ['a line end', octetsOf('', '')],
    ['a header only', octetsOf('From: a@x', 'Subject: y')],
    ['a body only', octetsOf('', 'text')],
    ['binary', Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7919) % 256)],
    ['zeros', new Uint8Array(1_000_000)],
    [
      '100 MB',
      Buffer.concat([octetsOf('Subject: x', '', ''), Buffer.alloc(100_000_000, 'words of a body ')]),
    ],
    ['10,000 messages inside each other', octetsOf('Content-Type: message/rfc822\n\n'.repeat(10_000))],
    [
      '5,000 multiparts inside each other',
      octetsOf(
        Array.from(
          { length: 5000 },
          (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}`,
        ).join('\n'),
      ),
    ],
    [
      '100,000 open elements',
      octetsOf('Content-Type: text/html', '', '<div style="color:red">'.repeat(100_000)),
    ],
    ['10,000 parts', parts(10_000)],
    ['1 MB of one word', octetsOf('Subject: x', '', 'a'.repeat(1_000_000))],
    ['1 MB of the same word', octetsOf('Subject: x', '', 'word '.repeat(200_000))],
    ['200,000 different words', flood((n) => `w${n.toString(36)}`, 200_000)],
    ['200,000 different links', flood((n) => `http://h${n}.example/${n}`, 200_000)],
    [
      '50,000 fields',
      octetsOf(...Array.from({ length: 50_000 }, (_, n) => `X-F${n}: value${n}`), '', 'text'),
    ],
    ['one field of 5 MB', octetsOf(`Subject: ${'a b'.repeat(1_700_000)}`, '', 'text')],
    [
      '50,000 received lines',
      octetsOf(...Array.from({ length: 50_000 }, (_, n) => `Received: from h${n}`), '', 'text'),
    ],
  ]
  it.each(messages)('%s: so many features and no more, in time', (_, message) => {
    featuresOf(message)
    const start = performance.now()
    const features = featuresOf(message)
    expect(performance.now() - start).toBeLessThan(1000)
    for (const list of [features.tokens, ...views.map((view) => features.views[view])]) {
      expect(list.length).toBeLessThanOrEqual(MOST_FEATURES)
      expect(list.includes(0)).toBe(false)
    }
    expect(features.headerTokens).toBeLessThanOrEqual(features.tokens.length)
  })
  it('a long message says how far it was read', () => {
    expect(
      ofOctets(Buffer.concat([octetsOf('Subject: x', '', ''), Buffer.alloc(600_000, 97)])).truncatedAt,
    ).toBe(524_288)
    expect(of(...small)).not.toHaveProperty('truncatedAt')
  })
})
