// What each mechanism asks, and when it matches: RFC 7208 §5. A mechanism is one function and one row in `matchers`.
import { cidrContains, type Ip, networkOf, parseIp } from '@postern/addr'
import { confirmedNames } from './client-names.ts'
import type { Evaluation } from './evaluation.ts'
import type { Directive, DualPrefix, Mechanism, MechanismName } from './record.ts'

/** `directive.mechanism` is of the row's name. False while unknown, and when the evaluation has failed. */
type Matcher<Name extends MechanismName> = (
  evaluation: Evaluation,
  mechanism: Extract<Mechanism, { name: Name }>,
  directive: Directive,
) => boolean

const matchers: { readonly [Name in MechanismName]: Matcher<Name> } = {
  all: () => true,
  ip4: (evaluation, { network }) => cidrContains(network, evaluation.request.ip),
  ip6: (evaluation, { network }) => cidrContains(network, evaluation.request.ip),
  include: matchInclude,
  a: matchA,
  mx: matchMx,
  ptr: matchPtr,
  exists: matchExists,
}

export function matches(evaluation: Evaluation, directive: Directive): boolean {
  const { mechanism } = directive
  return (matchers[mechanism.name] as Matcher<MechanismName>)(evaluation, mechanism, directive)
}

// RFC 7208 §5.2: an include matches when the other record says pass; an error in it is one here.
function matchInclude(
  evaluation: Evaluation,
  { domain }: Extract<Mechanism, { name: 'include' | 'exists' }>,
  directive: Directive,
): boolean {
  const open = evaluation.beginTerm(directive, domain)
  if (open === undefined) return false
  const record = evaluation.checkDomain(open.target)
  open.record = record
  if (evaluation.failure !== undefined || evaluation.isWaiting) return false
  if (record.result === 'none')
    evaluation.failAt(directive, { code: 'no-record-at-target', name: open.target })
  return evaluation.endTerm(open, record.result === 'pass')
}

// RFC 7208 §5.3
function matchA(
  evaluation: Evaluation,
  { domain, prefix }: Extract<Mechanism, { name: 'a' | 'mx' }>,
  directive: Directive,
): boolean {
  const open = evaluation.beginTerm(directive, domain)
  if (open === undefined) return false
  const addresses = evaluation.askForRecords(open, open.target, addressType(evaluation.request.ip))
  return addresses !== undefined && evaluation.endTerm(open, includesClient(evaluation, addresses, prefix))
}

// RFC 7208 §5.4
function matchMx(
  evaluation: Evaluation,
  { domain, prefix }: Extract<Mechanism, { name: 'a' | 'mx' }>,
  directive: Directive,
): boolean {
  const open = evaluation.beginTerm(directive, domain)
  if (open === undefined) return false
  const servers = evaluation.askForRecords(open, open.target, 'MX')
  if (servers === undefined) return false
  const limit = evaluation.context.limits.mxNames
  // RFC 7208 §4.6.4: more names are an error, as their number is the domain's own doing.
  if (servers.length > limit) {
    evaluation.failAt(directive, { code: 'too-many-mx', limit, name: open.target })
    return false
  }
  const type = addressType(evaluation.request.ip)
  for (const { exchange } of servers) {
    if (exchange === '') continue // RFC 7505: a domain that takes no mail.
    const addresses = evaluation.askForRecords(open, exchange, type)
    if (evaluation.failure !== undefined) return false
    if (addresses !== undefined && includesClient(evaluation, addresses, prefix))
      return evaluation.endTerm(open, true)
  }
  return evaluation.endTerm(open, false)
}

// RFC 7208 §5.7: an A record, for IPv6 clients too; which one does not matter.
function matchExists(
  evaluation: Evaluation,
  { domain }: Extract<Mechanism, { name: 'include' | 'exists' }>,
  directive: Directive,
): boolean {
  const open = evaluation.beginTerm(directive, domain)
  if (open === undefined) return false
  const addresses = evaluation.askForRecords(open, open.target, 'A')
  return addresses !== undefined && evaluation.endTerm(open, addresses.length > 0)
}

// RFC 7208 §5.5: trouble in the DNS means no match here.
function matchPtr(
  evaluation: Evaluation,
  { domain }: Extract<Mechanism, { name: 'ptr' }>,
  directive: Directive,
): boolean {
  const open = evaluation.beginTerm(directive, domain)
  if (open === undefined) return false
  const { target } = open
  const names = confirmedNames(evaluation, (name, type) => evaluation.ask(open, name, type))
  if (names === undefined) return false
  return evaluation.endTerm(
    open,
    names.some((name) => name === target || name.endsWith(`.${target}`)),
  )
}

export const addressType = (ip: Ip): 'A' | 'AAAA' => (ip.version === 4 ? 'A' : 'AAAA')

function includesClient(
  { request }: Evaluation,
  addresses: readonly string[],
  { ip4, ip6 }: DualPrefix,
): boolean {
  const { ip } = request
  const prefixLength = ip.version === 4 ? ip4 : ip6
  // Texts are canonical: most records need no more than this.
  for (const address of addresses) if (address === ip.text) return true
  if (prefixLength >= ip.bytes.length * 8) return false
  for (const address of addresses) {
    const parsed = parseIp(address)
    if (parsed.ok && cidrContains({ network: networkOf(parsed.value, prefixLength), prefixLength }, ip))
      return true
  }
  return false
}
