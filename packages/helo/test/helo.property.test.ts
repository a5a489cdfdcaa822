import { type Cidr, type Ip, parseCidr, parseIp } from '@postern/addr'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHelo, type HeloFinding, type HeloSubject, readHeloArgument } from '../src/index.ts'
import { openTroubledZone } from './troubled-zone.ts'

const resolver = openTroubledZone()
const ip = (text: string) => (parseIp(text) as { value: Ip }).value
const own = { names: ['a.hc.example'], networks: [(parseCidr('192.0.2.0/24') as { value: Cidr }).value] }

/** Greetings from pieces that mean something, so that they get past the first test. */
const words =
  'a mail dyn hc.example wild.hc.example a.hc.example servfail 1 192 192-0-2-7 255 256 . . . - _ : :: ffff [ ] [IPv6: *'
const piece = fc.constantFrom(...words.split(' '), 'x'.repeat(63), ' ', '"', '\0', '\u00e9', '\u212a')
const helo = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const subject: fc.Arbitrary<HeloSubject> = fc.record({
  helo,
  client: fc.record(
    {
      address: fc.constantFrom(
        ip('192.0.2.7'),
        ip('::ffff:192.0.2.7'),
        ip('2001:db8::1'),
        ip('198.51.100.1'),
      ),
      name: fc.option(helo, { nil: undefined }),
      reverseName: fc.option(helo, { nil: undefined }),
    },
    { requiredKeys: ['address'] },
  ),
  own: fc.constantFrom(own, undefined),
})

const check = (asked: HeloSubject) => checkHelo(asked, { resolver }, { thorough: true }) as HeloFinding
const rulesOf = (finding: HeloFinding) => finding.hits.map(({ rule }) => rule)

/** Changes the case of ASCII letters only, as the DNS does not tell them apart. */
const swapCase = (text: string) =>
  text.replace(/[a-z]+|[A-Z]+/g, (run) => (run === run.toLowerCase() ? run.toUpperCase() : run.toLowerCase()))

describe('the rules', () => {
  it('never throw, answer at once over answers at hand, and hit at most once each', () => {
    fc.assert(
      fc.property(subject, (asked) => {
        const rules = rulesOf(check(asked))
        expect(new Set(rules).size).toBe(rules.length)
      }),
      { numRuns: 3000 },
    )
  })

  it('do not care about case', () => {
    fc.assert(
      fc.property(subject, (asked) => {
        expect(rulesOf(check({ ...asked, helo: swapCase(asked.helo) }))).toEqual(rulesOf(check(asked)))
      }),
      { numRuns: 3000 },
    )
  })

  it('agree on what a greeting is', () => {
    fc.assert(
      fc.property(subject, (asked) => {
        const { form } = readHeloArgument(asked.helo)
        const rules = new Set(rulesOf(check(asked)))
        expect(rules.has('invalid-hostname')).toBe(form === 'other' || form === 'bad-literal')
        expect(rules.has('bare-ip')).toBe(form === 'address')
        expect(rules.has('missing-helo')).toBe(form === 'missing')
        // An invalid name is never fully qualified; a literal is never unknown.
        if (rules.has('invalid-hostname')) expect(rules.has('non-fqdn-hostname')).toBe(true)
        if (form === 'literal') expect(rules.has('unknown-hostname')).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  it('give the same answer each time', () => {
    fc.assert(
      fc.property(subject, (asked) => {
        expect(check(asked)).toEqual(check(asked))
      }),
    )
  })
})
