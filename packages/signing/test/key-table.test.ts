import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseKeyTable } from '../src/index.ts'

describe('KeyTable', () => {
  it('reads the rows of opendkim', () => {
    const { rows, problems } = parseKeyTable(
      [
        '# keys of the office',
        '',
        'mail._domainkey.example.com example.com:mail:/etc/opendkim/keys/example.com/mail.private # old',
        ' preskey\tExample.COM : foo : /keys/president ',
        'template %:2024:/keys/%/2024.private\r',
        'relative example.net:a.b:./x',
        'inline example.org:sel:MIIEvQ==:x',
      ].join('\n'),
    )
    expect(problems).toEqual([])
    expect(rows).toEqual([
      {
        name: 'mail._domainkey.example.com',
        domain: 'example.com',
        selector: 'mail',
        key: { kind: 'file', path: '/etc/opendkim/keys/example.com/mail.private' },
        line: 3,
      },
      {
        name: 'preskey',
        domain: 'example.com',
        selector: 'foo',
        key: { kind: 'file', path: '/keys/president' },
        line: 4,
      },
      {
        name: 'template',
        domain: '%',
        selector: '2024',
        key: { kind: 'file', path: '/keys/%/2024.private' },
        line: 5,
      },
      {
        name: 'relative',
        domain: 'example.net',
        selector: 'a.b',
        key: { kind: 'file', path: './x' },
        line: 6,
      },
      {
        name: 'inline',
        domain: 'example.org',
        selector: 'sel',
        key: { kind: 'inline', text: 'MIIEvQ==:x' },
        line: 7,
      },
    ])
  })

  it.each([
    ['k', 'missing-value', 'k'],
    ['k MIIEvQIBADANBgkqhkiG', 'missing-selector', 'k'],
    ['k example.org:MIIEvQIBADANBgkqhkiG', 'missing-key', 'k example.org'],
    ['k example.org:sel:', 'missing-key', 'k example.org:sel'],
    [`k ${'x'.repeat(70)}=:sel:/key`, 'bad-domain', 'k'],
    ['k exa mple.org:sel:/key', 'bad-domain', 'k exa mple.org:sel'],
    ['k %.example.org:sel:/key', 'bad-domain', 'k %.example.org:sel'],
    ['k example.org:-sel:/key', 'bad-selector', 'k example.org:-sel'],
    ['k example.org::/key', 'bad-selector', 'k example.org:'],
    ['good example.org:sel:SECRET', 'duplicate-name', 'good example.org:sel'],
  ])('%j is told as %s, without the key, and the rest is in force', (line, code, text) => {
    const { rows, problems } = parseKeyTable(`good example.com:sel:/key\n${line}\nlast example.com:sel:/key`)
    expect(problems).toEqual([{ line: 2, code, text }])
    expect(rows.map(({ name, domain }) => `${name} ${domain}`)).toEqual([
      'good example.com',
      'last example.com',
    ])
  })

  it('never throws', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'ab%:/.# \t\n\r-*@'), maxLength: 80 })
    fc.assert(
      fc.property(noise, (text) => {
        const { rows, problems } = parseKeyTable(text)
        expect(rows.length + problems.length).toBeLessThanOrEqual(text.split('\n').length)
        for (const { domain, selector } of rows) expect(`${domain}${selector}`).toMatch(/^[a-z0-9._%-]+$/)
      }),
      { numRuns: 2000 },
    )
  })
})
