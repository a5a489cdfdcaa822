import { type Cidr, parseCidr } from '@postern/addr'
import {
  checkHelo,
  defaultActions,
  formatHeloReply,
  type HeloAction,
  type HeloFinding,
  type HeloHit,
  type HeloRuleName,
  parseTemplate,
  rules,
  type Template,
} from '@postern/helo'
import { z } from 'zod'
import { defineCheck, type Ports } from '../check.ts'
import { LazyBudget } from '../lazy-budget.ts'
import { urlSetting } from '../setting-kinds.ts'
import type { Subject } from '../subject.ts'
import { noVerdict, octetsOfPostfix, type Verdict } from '../verdict.ts'

const actions = ['off', 'note', 'defer', 'reject'] as const satisfies readonly HeloAction[]

/** What each rule is about, for the reference page. Postfix's name for a rule, where it has one, is in brackets. */
const meanings: Record<HeloRuleName, string> = {
  'missing-helo': 'The client never said HELO.',
  'invalid-hostname': 'A malformed name or address literal; 501 (reject_invalid_helo_hostname).',
  'non-fqdn-hostname': 'A name without a domain, or a bare address; 504 (reject_non_fqdn_helo_hostname).',
  'bare-ip': 'An address without brackets.',
  'literal-not-client': 'An address literal that is not the address of the client.',
  'own-name': 'Our own name or address, used by a stranger (see own_names and own_networks in [policy]).',
  'ptr-mismatch': "A name that has nothing to do with the name of the client's address.",
  'dynamic-name': 'A name that looks like a dial-up or home line.',
  'unknown-hostname':
    'A name with neither address nor mail server in the DNS; 450, or 550 by unknown_hostname_permanent (reject_unknown_helo_hostname).',
  'not-forward-confirmed': 'A name that does not resolve to the address of the client.',
}

const keys = new Map(rules.map(({ name }) => [name, name.replaceAll('-', '_')]))

/** The setting of a rule. */
const key = (rule: HeloRuleName): string => keys.get(rule)!

const ruleSettings = Object.fromEntries(
  rules.map(({ name }) => [
    key(name),
    z.enum(actions).default(defaultActions[name]).describe(meanings[name]),
  ]),
)

const textSettings = Object.fromEntries(
  rules.map(({ name }) => [
    `${key(name)}_text`,
    z
      .string()
      .refine((text) => parseTemplate(text).ok, {
        error: 'must be printable ASCII with no placeholder but {helo}, {client}, {rule}, {url} and {advice}',
      })
      .default('')
      .describe(
        `Your own words when ${key(name)} refuses, e.g. "HELO {helo} from {client}: {advice} {url}". Empty: ours.`,
      ),
  ]),
)

const settings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Check the name that the client gave in HELO or EHLO.'),
    ...ruleSettings,
    dns_trouble: z
      .enum(['defer', 'note'])
      .default('defer')
      .describe(
        'When the DNS cannot say whether a name exists: ask the sender to try again later, or only log it.',
      ),
    unknown_hostname_permanent: z
      .boolean()
      .default(false)
      .describe(
        'Refuse a name that surely does not exist for good (550). With 450 the sender tries again, which leaves time to mend the name.',
      ),
    url: urlSetting.default('').describe('A page of yours that refusals refer to.'),
    ...textSettings,
  })
  .describe(
    'The name in HELO or EHLO. Each rule may "reject", "defer", only "note" its finding in the log, or be "off".',
  )

export type HeloSettings = z.output<typeof settings>

/** What the settings make of a hit. One that rests on DNS trouble is never refused for good. */
export function heloActionOn(hit: HeloHit, options: HeloSettings): HeloAction {
  const action = (options as unknown as Readonly<Record<string, HeloAction>>)[key(hit.rule)] ?? 'note'
  const isTrouble = 'temporary' in hit && hit.temporary
  return isTrouble && (action === 'reject' || action === 'defer') ? options.dns_trouble : action
}

export const helo = defineCheck({
  name: 'helo',
  settings,
  runsForAuthenticated: false,
  create(options, ports) {
    const templates = templatesOf(options)
    const own = { names: ports.host.names.map((name) => name.toLowerCase()), networks: networksOf(ports) }
    const checkOptions = { actions: actionsOf(options) }

    const refuse = (hit: HeloHit, action: 'reject' | 'defer', subject: Subject): Verdict => {
      const reply = formatHeloReply(hit, {
        helo: subject.helo,
        client: subject.client.address,
        action,
        templates,
        url: options.url,
        unknownHostnameCode: options.unknown_hostname_permanent ? 550 : 450,
        reservedOctets: octetsOfPostfix(subject),
      })
      // Postfix's own way with DNS trouble: only where the mail would otherwise be accepted.
      return 'temporary' in hit && hit.temporary
        ? { kind: 'defer-if-permit', enhanced: reply.enhanced, text: reply.text }
        : { kind: 'reply', ...reply }
    }

    return {
      run({ helo: name, client }) {
        const query = { budget: new LazyBudget(ports) }
        return checkHelo({ helo: name, client, own }, { resolver: ports.resolver, query }, checkOptions)
      },
      judge(finding, subject) {
        for (const hit of finding.hits) {
          const action = heloActionOn(hit, options)
          if (action === 'reject' || action === 'defer') return refuse(hit, action, subject)
        }
        return noVerdict
      },
      describe: describeFinding,
    }
  },
})

function describeFinding({ hits }: HeloFinding): string {
  if (hits.length === 0) return 'ok'
  return hits
    .map((hit) => ('temporary' in hit && hit.temporary ? `${hit.rule}(${hit.reason})` : hit.rule))
    .join(',')
}

function actionsOf(options: HeloSettings): Record<HeloRuleName, HeloAction> {
  const table = options as unknown as Record<string, HeloAction>
  return Object.fromEntries(rules.map(({ name }) => [name, table[key(name)]])) as Record<
    HeloRuleName,
    HeloAction
  >
}

function templatesOf(options: HeloSettings): Partial<Record<HeloRuleName, Template>> {
  const table = options as unknown as Record<string, string>
  const templates = rules.flatMap(({ name }) => {
    const text = table[`${key(name)}_text`]
    const parsed = text ? parseTemplate(text) : undefined
    return parsed?.ok ? [[name, parsed.value] as const] : []
  })
  return Object.fromEntries(templates)
}

function networksOf({ host }: Ports): Cidr[] {
  return host.networks.flatMap((text) => {
    const parsed = parseCidr(text)
    return parsed.ok ? [parsed.value] : []
  })
}
