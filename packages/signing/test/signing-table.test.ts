import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findUnknownKeys, parseKeyTable, parseSigningTable } from '../src/index.ts'
import { matchesWildcard } from '../src/wildcard.ts'

const mailbox = (address: string) => {
  const sign = address.lastIndexOf('@')
  return { localPart: address.slice(0, sign), domain: address.slice(sign + 1) }
}

const ladder = [
  '*\teverybody',
  'ann@*\tann-anywhere',
  '.org\torg',
  'ann@.org\tann-org',
  '.example.org\tbelow',
  'ann@.example.org\tann-below',
  'mail.example.org\thost',
  'ann@mail.example.org\tann',
]

describe('file form', () => {
  it('asks for the most precise first: opendkim.conf(5), SigningTable', () => {
    const order = ['ann', 'host', 'ann-below', 'below', 'ann-org', 'org', 'ann-anywhere', 'everybody']
    const table = parseSigningTable(ladder.join('\n'), 'file')
    expect(table.problems).toEqual([])
    expect(table.match(mailbox('Ann@mail.example.org'), true).map(({ key }) => key)).toEqual(order)
    for (let without = 0; without <= ladder.length; without++) {
      const rest = parseSigningTable(ladder.slice(0, ladder.length - without).join('\n'), 'file')
      const expected = [...ladder]
        .reverse()
        .slice(without)
        .map((row) => row.split('\t')[1])
      expect(rest.match(mailbox('ann@mail.example.org'), false).map(({ key }) => key)).toEqual(
        order.filter((key) => expected.includes(key)).slice(0, 1),
      )
    }
  })

  it('a name does not stand for those below it, nor .name for itself', () => {
    const table = parseSigningTable('example.org k1\n.example.net k2', 'file')
    expect(table.match(mailbox('a@mail.example.org'), true)).toEqual([])
    expect(table.match(mailbox('a@example.net'), true)).toEqual([])
    expect(table.match(mailbox('a@x.y.example.net'), true)).toHaveLength(1)
  })

  it.each([
    ['example.org', 'missing-key'],
    ['example.org :x', 'missing-key'],
    ['@example.org k', 'bad-sender'],
    ['ann@ k', 'bad-sender'],
    ['*@example.org k', 'wildcard-needs-refile'],
    ['*.example.org k', 'wildcard-needs-refile'],
    ['good.example k2', 'duplicate-sender'],
  ])('%j is told as %s', (line, code) => {
    const { rows, problems } = parseSigningTable(`good.example k\n${line}`, 'file')
    expect(problems).toEqual([{ line: 2, code, text: line }])
    expect(rows).toHaveLength(1)
  })
})

describe('refile form', () => {
  const text = [
    'ceo@example.com ceo',
    '*@example.com com',
    '*@*.example.com below',
    '*ann*@example.net net',
  ].join('\n')
  it.each([
    ['ceo@example.com', ['ceo', 'com']],
    ['Bob@EXAMPLE.com'.toLowerCase(), ['com']],
    ['x@a.b.example.com', ['below']],
    ['joanna@example.net', ['net']],
    ['ann@example.netx', []],
    ['a@xexample.com', []],
    ['x@y@example.com', ['com']],
  ])('%s', (address, keys) => {
    const table = parseSigningTable(text, 'refile')
    expect(table.match(mailbox(address), true).map(({ key }) => key)).toEqual(keys)
    expect(table.match(mailbox(address), false).map(({ key }) => key)).toEqual(keys.slice(0, 1))
  })

  it('equal patterns are rows of their own, for several signatures', () => {
    const table = parseSigningTable('*@example.com rsa\n*@example.com ed', 'refile')
    expect(table.problems).toEqual([])
    expect(table.match(mailbox('a@example.com'), true).map(({ key }) => key)).toEqual(['rsa', 'ed'])
  })

  it('reads the identity behind the colon', () => {
    const { rows } = parseSigningTable('*@example.com %:news@%', 'refile')
    expect(rows).toEqual([{ sender: '*@example.com', key: '%', identity: 'news@%', line: 1 }])
  })

  it('takes names in U-labels', () => {
    const table = parseSigningTable('*@bücher.example k', 'refile')
    expect(table.match(mailbox('a@xn--bcher-kva.example'), false)).toHaveLength(1)
  })

  it('finds by its indexes what a walk from the top finds', () => {
    const part = fc.stringMatching(/^[ab*]{1,3}$/)
    const host = fc.stringMatching(/^[ab*]{1,2}\.[ab*]{1,2}$/)
    const pattern = fc.oneof(
      fc.tuple(part, host).map(([a, b]) => `${a}@${b}`),
      part,
    )
    const sender = fc.tuple(fc.stringMatching(/^[ab@]{1,3}$/), fc.stringMatching(/^[ab]{1,2}\.[ab]{1,2}$/))
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), sender, (patterns, [localPart, domain]) => {
        const rows = patterns.map((one, index) => `${one} k${index}`).join('\n')
        const table = parseSigningTable(rows, 'refile')
        const expected = patterns.flatMap((one, index) =>
          matchesWildcard(one, `${localPart}@${domain}`) ? [`k${index}`] : [],
        )
        const found = (all: boolean) => table.match({ localPart, domain }, all).map(({ key }) => key)
        expect(found(true)).toEqual(expected)
        expect(found(false)).toEqual(expected.slice(0, 1))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('wildcards', () => {
  it('match as the regular expression they stand for', () => {
    const letters = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 8 })
    fc.assert(
      fc.property(letters('ab.*'), letters('ab.'), (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*')
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`).test(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('take no time that grows with the number of stars', () => {
    expect(matchesWildcard(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false)
  })
})

it('keys that are missing in the key table are found before any mail comes', () => {
  const signingTable = parseSigningTable(
    '*@example.com com\n*@example.net net\n*@example.org NET\n* %',
    'refile',
  )
  expect(findUnknownKeys(signingTable, parseKeyTable('net example.net:s:/k'))).toEqual([
    { line: 1, sender: '*@example.com', key: 'com' },
    { line: 3, sender: '*@example.org', key: 'NET' },
  ])
})
