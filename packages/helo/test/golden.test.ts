// Our rules against what a real Postfix answered: golden.tsv, made by scripts/compare-helo.mjs over helo.zone.
import { readFileSync } from 'node:fs'
import { type Ip, parseIp } from '@postern/addr'
import { describe, expect, it } from 'vitest'
import {
  checkHelo,
  defaultActions,
  formatHeloReply,
  type HeloFinding,
  type HeloRuleName,
} from '../src/index.ts'
import { openTroubledZone } from './troubled-zone.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

const rows = read('./golden.tsv')
  .split('\n')
  .filter((line) => line.startsWith('"'))
  .map((line) => {
    const [name = '', ...verdicts] = line.split('\t')
    return { name, helo: JSON.parse(name) as string, verdicts }
  })

const deviations = (JSON.parse(read('./deviations.json')) as { names: string; reason: string }[]).map(
  ({ names, reason }) => ({ pattern: new RegExp(names, 'i'), reason }),
)

const resolver = openTroubledZone()
const address = (parseIp('198.51.100.7') as { value: Ip }).value
const allOff = Object.fromEntries(Object.keys(defaultActions).map((rule) => [rule, 'off']))

/** One rule's verdict on a name in the words of golden.tsv. */
function verdictOf(rule: HeloRuleName, helo: string): string {
  const actions = { ...allOff, [rule]: 'reject' }
  // The zone answers at once, so the check does.
  const { hits } = checkHelo({ helo, client: { address } }, { resolver }, { actions }) as HeloFinding
  const [hit] = hits
  if (hit === undefined) return '-'
  if ('temporary' in hit && hit.temporary) return 'temporary'
  const { code, enhanced } = formatHeloReply(hit, { helo, client: address })
  return `${code} ${enhanced}`
}

const verdictsOf = (helo: string) =>
  (['invalid-hostname', 'non-fqdn-hostname', 'unknown-hostname'] as const).map((rule) =>
    verdictOf(rule, helo),
  )

describe("Postfix's verdicts", () => {
  it('are many', () => {
    expect(rows.length).toBeGreaterThan(600)
  })

  const isDeviation = ({ helo }: { helo: string }) => deviations.some(({ pattern }) => pattern.test(helo))

  it.each(rows.filter((row) => !isDeviation(row)))('$name', ({ helo, verdicts }) => {
    expect(verdictsOf(helo)).toEqual(verdicts)
  })

  it.each(deviations)('deviation $pattern is still one', ({ pattern }) => {
    const listed = rows.filter(({ helo }) => pattern.test(helo))
    const differing = listed.filter(({ helo, verdicts }) => verdictsOf(helo).join() !== verdicts.join())
    expect(differing.length).toBeGreaterThan(0)
  })
})
