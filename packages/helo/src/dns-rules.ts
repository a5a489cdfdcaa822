// The rules that ask the DNS. They answer at once when the resolver does.
import { unmapIp } from '@postern/addr'
import {
  type Answer,
  andThen,
  type MaybeAsync,
  type MxRecord,
  type QueryOptions,
  type Resolver,
} from '@postern/dns'
import { isPostfixAddress } from './postfix-address.ts'
import { isPostfixHostname } from './postfix-hostname.ts'
import type { HeloCase, HeloHit } from './subject.ts'

/** What a rule may ask. */
export interface DnsContext {
  readonly resolver: Resolver
  readonly query: QueryOptions | undefined
}

/**
 * Postfix's reject_unknown_helo_hostname: the name has no A, no AAAA and no MX record; a null MX counts as one. Any
 * trouble among the queries, when none finds a record, makes the hit temporary.
 */
export function testUnknownHostname(subject: HeloCase, context: DnsContext): MaybeAsync<HeloHit | undefined> {
  const { form, text } = subject.argument
  if (form === 'missing' || form === 'literal') return undefined
  if (form === 'bad-literal') return { rule: 'unknown-hostname', temporary: false, reason: 'bad-literal' }
  // Postfix looks up the text as it was sent, and there a dot at the end makes it a bad name.
  if (!isPostfixHostname(text, true)) return NO_RECORDS
  const name = text.toLowerCase()
  const { resolver, query } = context
  return andThen(resolver.resolve(name, 'A', query), (a) => {
    if (a.kind === 'records') return undefined
    const aaaa = resolver.resolve(name, 'AAAA', query)
    const mx = resolver.resolve(name, 'MX', query)
    return andThen(aaaa, (six) => andThen(mx, (exchanges) => judge(a, six, exchanges)))
  })
}

const NO_RECORDS: HeloHit = { rule: 'unknown-hostname', temporary: false, reason: 'no-records' }

function judge(a: Answer<string>, aaaa: Answer<string>, mx: Answer<MxRecord>): HeloHit | undefined {
  if (aaaa.kind === 'records') return undefined
  if (mx.kind === 'records' && mx.records.some(isUsableExchange)) return undefined
  for (const answer of [a, aaaa, mx])
    if (answer.kind === 'temperror')
      return { rule: 'unknown-hostname', temporary: true, reason: answer.reason }
  if (mx.kind === 'records') return { rule: 'unknown-hostname', temporary: false, reason: 'malformed-reply' }
  return NO_RECORDS
}

// Postfix throws away an MX record whose exchange cannot be a host; the root (RFC 7505) and a bare address it keeps.
const isUsableExchange = ({ exchange }: MxRecord): boolean =>
  exchange === '' || isPostfixHostname(exchange, true) || isPostfixAddress(exchange)

/** The name's addresses do not include the client: it resolves elsewhere, or not at all in the client's family. */
export function testNotForwardConfirmed(
  subject: HeloCase,
  context: DnsContext,
): MaybeAsync<HeloHit | undefined> {
  const { argument, client } = subject
  if (argument.form !== 'name') return undefined
  const address = unmapIp(client.address)
  const type = address.version === 4 ? 'A' : 'AAAA'
  return andThen(context.resolver.resolve(argument.name, type, context.query), (answer) => {
    if (answer.kind === 'temperror')
      return { rule: 'not-forward-confirmed', temporary: true, reason: answer.reason }
    const addresses = answer.kind === 'records' ? answer.records : []
    if (addresses.includes(address.text)) return undefined
    return { rule: 'not-forward-confirmed', temporary: false, addresses }
  })
}
