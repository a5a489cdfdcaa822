import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget, type RecordType } from '../src/index.ts'
import { createZone, parseZone } from '../src/testing.ts'

const data = (text: string) => {
  const zone = parseZone(text)
  if (!zone.ok) throw new Error(zone.error.code)
  return zone.value.map((record) => record.data)
}

describe('parseZone', () => {
  it('reads a line for each record', () => {
    expect(parseZone('; nothing\n\n  A.test. 60 in a 192.0.2.1 ; own\r\nb.test\tMX 0 .')).toEqual({
      ok: true,
      value: [
        { name: 'a.test', ttl: 60, type: 'A', data: '192.0.2.1' },
        { name: 'b.test', ttl: 300, type: 'MX', data: { preference: 0, exchange: '' } },
      ],
    })
  })

  it.each([
    ['plain words', 't TXT one two', ['one', 'two']],
    ['quoted', 't TXT "a b" "c;d" ""', ['a b', 'c;d', '']],
    ['escapes', String.raw`t TXT "\"\\\065\255" a\;`, ['"\\A\xff', 'a;']],
    ['UTF-8, as its bytes', 't TXT "é"', ['\xc3\xa9']],
  ])('TXT: %s', (_title, text, strings) => {
    expect(data(text)).toEqual([strings])
  })

  it.each([
    ['a..b A 192.0.2.1', 'bad-name', 0],
    ['a', 'missing-type', 0],
    ['a 60', 'missing-type', 0],
    ['a 60 IN', 'missing-type', 0],
    ['a SRV 1 2 3 b', 'unknown-type', 2],
    ['a 99999999999 A 192.0.2.1', 'bad-number', 2],
    ['a A', 'missing-data', 2],
    ['a TXT', 'missing-data', 2],
    ['a A 192.0.2.1 192.0.2.2', 'extra-data', 14],
    ['a A ::1', 'bad-address', 4],
    ['a AAAA 192.0.2.1', 'bad-address', 7],
    ['a MX b', 'missing-data', 2],
    ['a MX 65536 b', 'bad-number', 5],
    ['a MX 1 b..c', 'bad-name', 7],
    ['a SOA b c 1 2 3 4 x', 'bad-number', 18],
    ['a SOA b..b c 1 2 3 4 5', 'bad-name', 6],
    ['a SOA b c..c 1 2 3 4 5', 'bad-name', 8],
    ['a TXT "open', 'bad-string', 6],
    ['a TXT "\\300"', 'bad-string', 6],
    ['a TXT "\\1"', 'bad-string', 6],
    [`a TXT ${'x'.repeat(256)}`, 'bad-string', 6],
    ['b A 192.0.2.1\na A 192.0.2.x', 'bad-address', 18],
  ])('%s: %s at %i', (text, code, at) => {
    expect(parseZone(text)).toEqual({ ok: false, error: { code, at } })
  })

  it('throws at nothing', () => {
    const word = fc.constantFrom(
      'a',
      'A',
      'TXT',
      'MX',
      'SOA',
      '"',
      '\\',
      '\\300',
      ';',
      '.',
      '9',
      ' ',
      '\n',
      '::1',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          const zone = parseZone(text)
          if (!zone.ok) expect(zone.error.at).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })
})

describe('createZone', () => {
  it('logs what it was asked', () => {
    const zone = createZone('a.test A 192.0.2.1')
    zone.resolve('A.test.', 'A')
    zone.resolve('b.test', 'MX')
    expect(zone.queries).toEqual([
      { name: 'a.test', type: 'A' },
      { name: 'b.test', type: 'MX' },
    ])
    zone.find('a.test', 'A')
    expect(zone.queries).toHaveLength(2)
  })

  it('takes records as well as text', () => {
    const zone = createZone([{ name: 'a.test', type: 'A', ttl: 1, data: '192.0.2.1' }])
    expect(zone.resolve('a.test', 'A')).toMatchObject({ records: ['192.0.2.1'], ttl: 1 })
  })

  it('names the line of a mistake', () => {
    expect(() => createZone('a.test A 192.0.2.1\n  b.test A x')).toThrow(/line 2: bad-address at "x"/)
  })

  it('can be made to fail and to recover', () => {
    const zone = createZone('a.test A 192.0.2.1')
    zone.fail('a.test A', 'servfail')
    expect(zone.resolve('a.test', 'A')).toEqual({ kind: 'temperror', reason: 'servfail' })
    expect(zone.resolve('a.test', 'MX')).toMatchObject({ kind: 'nodata' })
    zone.fail('a.test A')
    expect(zone.resolve('a.test', 'A')).toMatchObject({ kind: 'records' })
  })

  // RFC 4592 §2.2.1, its own example zone and questions.
  it.each<[string, RecordType, string]>([
    ['host3.example', 'MX', 'records'],
    ['host3.example', 'A', 'nodata'],
    ['foo.bar.example', 'TXT', 'records'],
    ['host1.example', 'MX', 'nodata'],
    ['sub.*.example', 'MX', 'nodata'],
    ['_telnet._tcp.host1.example', 'A', 'nxdomain'],
    ['host.subdel.example', 'A', 'nodata'],
    ['ghost.*.example', 'MX', 'nxdomain'],
  ])('wildcards: %s %s is %s', (name, type, kind) => {
    const zone = createZone(`
      example              SOA ns.example h.example 1 2 3 4 5
      *.example            TXT "this is a wildcard"
      *.example            MX  10 host1.example
      sub.*.example        TXT "this is not a wildcard"
      host1.example        A   192.0.2.1
      _ssh._tcp.host1.example TXT "srv"
      host.subdel.example  TXT "stands for the delegation"
    `)
    expect(zone.resolve(name, type)).toMatchObject({ kind })
  })

  it('waits by the timer it was given', async () => {
    const waits: { ms: number; run: () => void }[] = []
    const zone = createZone('a.test A 192.0.2.1', {
      delays: { 'a.test A': 500 },
      timer: (ms, run) => waits.push({ ms, run }),
    })
    const patient = zone.resolve('a.test', 'A')
    const hasty = zone.resolve('a.test', 'A', { budget: createBudget({ deadlineMs: 100, now: () => 40 }) })
    expect(waits.map((wait) => wait.ms)).toEqual([500, 60])
    for (const wait of waits) wait.run()
    expect(await patient).toMatchObject({ kind: 'records' })
    expect(await hasty).toEqual({ kind: 'temperror', reason: 'timeout' })
    expect(zone.resolve('a.test', 'MX')).toMatchObject({ kind: 'nodata' })
    expect(() => createZone('', { delays: { 'a.test': 1 } })).toThrow(TypeError)
  })
})
