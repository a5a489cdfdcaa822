// The check: reads the argument once, runs the rules that are on, and reports what they saw.
import type { MaybeAsync } from '@postern/dns'
import type { DnsContext } from './dns-rules.ts'
import { readHeloArgument } from './helo-argument.ts'
import { type DnsRule, defaultActions, type HeloAction, rules, type SyntaxRule } from './rules.ts'
import type { HeloCase, HeloFinding, HeloHit, HeloPorts, HeloRuleName, HeloSubject } from './subject.ts'

export interface HeloOptions {
  /** What each rule's hit leads to; `defaultActions` for those not named. */
  readonly actions?: Partial<Readonly<Record<HeloRuleName, HeloAction>>>
  /** Run every rule. Without it the DNS is not asked about a greeting that is to be refused anyway. Default false. */
  readonly thorough?: boolean
}

const NOTHING: HeloFinding = { hits: [] }
const NO_ACTIONS: Partial<Readonly<Record<HeloRuleName, HeloAction>>> = {}
const syntaxRules = rules.filter((rule): rule is SyntaxRule => rule.needs === 'syntax')
const dnsRules = rules.filter((rule): rule is DnsRule => rule.needs === 'dns')

/**
 * Checks one greeting. Never throws; rejects only if the resolver breaks its promise not to. Answers at once, not with
 * a promise, when no rule that needs the DNS runs or the resolver knows all answers.
 */
export function checkHelo(
  subject: HeloSubject,
  ports: HeloPorts = {},
  options: HeloOptions = {},
): MaybeAsync<HeloFinding> {
  const actions = options.actions ?? NO_ACTIONS
  const { client, own } = subject
  const heloCase: HeloCase = { argument: readHeloArgument(subject.helo), client, own }
  let hits: HeloHit[] | undefined
  let refused = false
  for (const rule of syntaxRules) {
    const action = actions[rule.name] ?? defaultActions[rule.name]
    if (action === 'off') continue
    const hit = rule.test(heloCase)
    if (hit === undefined) continue
    if (hits === undefined) hits = [hit]
    else hits.push(hit)
    if (action === 'reject') refused = true
  }
  const found = hits === undefined ? NOTHING : { hits }
  if (ports.resolver === undefined || (refused && options.thorough !== true)) return found
  const context = { resolver: ports.resolver, query: ports.query }
  return askDns(heloCase, context, { found, actions })
}

interface Progress {
  readonly found: HeloFinding
  readonly actions: Partial<Readonly<Record<HeloRuleName, HeloAction>>>
}

/** Starts all DNS rules, so that their queries overlap, and adds their hits in the order of the table. */
function askDns(subject: HeloCase, context: DnsContext, progress: Progress): MaybeAsync<HeloFinding> {
  const { found, actions } = progress
  const pending: MaybeAsync<HeloHit | undefined>[] = []
  let waiting = false
  for (const rule of dnsRules) {
    if ((actions[rule.name] ?? defaultActions[rule.name]) === 'off') continue
    const hit = rule.test(subject, context)
    if (hit instanceof Promise) waiting = true
    if (hit !== undefined) pending.push(hit)
  }
  if (pending.length === 0) return found
  if (waiting) return Promise.all(pending).then((hits) => addHits(found, hits))
  return addHits(found, pending as (HeloHit | undefined)[])
}

function addHits(found: HeloFinding, more: readonly (HeloHit | undefined)[]): HeloFinding {
  const hits = more.filter((hit): hit is HeloHit => hit !== undefined)
  return hits.length === 0 ? found : { hits: [...found.hits, ...hits] }
}
