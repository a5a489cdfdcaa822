// Asks for the SPF of a message: whether the client is exempt, then the HELO name, then the sender's domain.
import type { Budget, MaybeAsync } from '@postern/dns'
import { andThen } from '@postern/dns'
import { checkHost, defaultLimits, type SpfLimits, type SpfResult } from '@postern/spf'
import type { Ports } from '../check.ts'
import { LazyBudget } from '../lazy-budget.ts'
import { NameList } from '../name-list.ts'
import type { Subject } from '../subject.ts'
import { createExemptions } from './spf-exemptions.ts'
import type { SpfEvaluated, SpfFinding } from './spf-finding.ts'
import type { SpfPolicy } from './spf-policy.ts'
import { parseVoidLimit, type SpfSettings } from './spf-settings.ts'

/** What SPF needs of the world. */
export type SpfPorts = Pick<Ports, 'resolver' | 'newBudget' | 'host'>

const skipped: SpfFinding = { kind: 'skipped' }
const nothingToSay: SpfFinding = { kind: 'outgoing', results: [] }

/** Makes ready what finds out about a message, be it for one of its recipients or for all. */
export function createSpfEvaluation(
  settings: SpfSettings,
  policy: SpfPolicy,
  ports: SpfPorts,
): (subject: Subject) => MaybeAsync<SpfFinding> {
  const { resolver, host } = ports
  const exemptions = createExemptions(settings, ports)
  const limitsOf = spfLimits(settings)
  const receiver = settings.hide_receiver ? undefined : host.name
  const isEnforced = settings.mode === 'enforce'
  const checksHelo = settings.helo_reject !== 'off'
  const checksMailFrom = settings.mail_from_reject !== 'off'
  // Where no recipient's mail is let through all the same, a refused HELO name makes the sender's domain moot.
  const stopsAtHelo = isEnforced && settings.recipients_not_refused.length === 0
  const explain = isEnforced && settings.explanation

  const check = ({ client, helo, now }: Subject, sender: string, budget: Budget): MaybeAsync<SpfResult> => {
    const domain = sender === '' ? helo : sender.slice(sender.lastIndexOf('@') + 1)
    const result = checkHost(
      { ip: client.address, sender, helo },
      { resolver, receiver, limits: limitsOf(domain), budget, now, explain },
    )
    return andThen(result, withoutTrace)
  }

  const evaluate = (subject: Subject, budget: Budget, isDoubtful: boolean): MaybeAsync<SpfEvaluated> => {
    const { sender } = subject
    const isBounce = sender === ''
    const withHelo = (helo: SpfResult | undefined): MaybeAsync<SpfEvaluated> => {
      const isAll =
        isBounce ||
        !checksMailFrom ||
        (stopsAtHelo && helo !== undefined && policy.refusesHelo(helo, isBounce))
      if (isAll) return { kind: 'evaluated', isBounce, helo, mailFrom: undefined, isDoubtful }
      return andThen(check(subject, sender, budget), (mailFrom) => ({
        kind: 'evaluated',
        isBounce,
        helo,
        mailFrom,
        isDoubtful,
      }))
    }
    return checksHelo ? andThen(check(subject, '', budget), withHelo) : withHelo(undefined)
  }

  /** What the receivers of our user's mail will find, from each of our addresses. */
  const foresee = (subject: Subject): MaybeAsync<SpfFinding> => {
    const { sender, now } = subject
    if (settings.outbound_addresses.length === 0 || sender === '') return nothingToSay
    const budget = new LazyBudget(ports)
    const results = settings.outbound_addresses.map((ip) =>
      checkHost({ ip, sender, helo: host.name }, { resolver, budget, now, explain: false }),
    )
    return Promise.all(results).then((found) => ({ kind: 'outgoing', results: found }))
  }

  return (subject) => {
    if (subject.isAuthenticated) return foresee(subject)
    if (exemptions.isSkipped(subject.client.address)) return skipped
    const budget = new LazyBudget(ports)
    return andThen(exemptions.find(subject, { budget }), (by) =>
      by === undefined || by === 'unknown'
        ? evaluate(subject, budget, by === 'unknown')
        : { kind: 'exempt', by },
    )
  }
}

/** The tree of lookups is for people who ask why; kept for a thousand messages it is what costs most (measured: 2 µs of 9). */
const withoutTrace = (result: SpfResult): SpfResult => ({ ...result, trace: undefined })

/** The limits of an evaluation by the domain it begins with; undefined: those of RFC 7208. */
export function spfLimits(
  settings: Pick<SpfSettings, 'void_lookups' | 'void_lookups_domains'>,
): (domain: string) => Partial<SpfLimits> | undefined {
  const of = (voidTerms: number) => (voidTerms === defaultLimits.voidTerms ? undefined : { voidTerms })
  const usual = of(settings.void_lookups)
  const single = new NameList(
    settings.void_lookups_domains.flatMap((text) => {
      const parsed = parseVoidLimit(text)
      return parsed ? [[parsed.name, { voidTerms: parsed.limit }] as const] : []
    }),
  )
  return single.isEmpty ? () => usual : (domain) => single.find(domain) ?? usual
}
