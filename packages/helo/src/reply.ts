// The SMTP reply to a refused greeting: one line that tells the sender's administrator what is wrong and how to mend it.
import type { Ip } from '@postern/addr'
import { fillTemplate, fitReply, printableName, printableUrl, type SmtpReply } from '@postern/smtp-reply'
import { adviseOn, isInternalName } from './advice.ts'
import type { HeloHit, HeloRuleName } from './subject.ts'
import type { Template } from './template.ts'

export type HeloReply = SmtpReply

export interface ReplyOptions {
  /** The greeting, as hostile as it came. */
  readonly helo: string
  readonly client: Ip
  /** `defer` makes every code a temporary one. Default `reject`. */
  readonly action?: 'reject' | 'defer'
  /** Texts to use instead of ours, by rule. */
  readonly templates?: Partial<Readonly<Record<HeloRuleName, Template>>>
  /** Where to read more. Our own texts end with it; a template has it where it says {url}. */
  readonly url?: string | undefined
  /** The code for a name that surely does not exist. Default 450, Postfix's unknown_hostname_reject_code. */
  readonly unknownHostnameCode?: 450 | 550
  /** Octets that the MTA will add to the line, such as Postfix's `<recipient>: Recipient address rejected: `. Default 0. */
  readonly reservedOctets?: number
}

/** The reply to a hit. The text is printable ASCII on one line, and the whole line fits what RFC 5321 allows. */
export function formatHeloReply(hit: HeloHit, options: ReplyOptions): HeloReply {
  const [code, enhanced] = codeOf(hit, options)
  const helo = printableName(options.helo)
  const url = printableUrl(options.url ?? '')
  const advice = adviseOn(hit, helo)
  const template = options.templates?.[hit.rule]
  const text =
    template === undefined
      ? `${describe(hit, { helo, client: options.client.text })} ${advice}${url === '' ? '' : ` See ${url}`}`
      : fillTemplate(template, { helo, client: options.client.text, rule: hit.rule, url, advice })
  return fitReply({ code, enhanced, text }, options.reservedOctets)
}

/** Postfix's codes for Postfix's rules, and 550 5.7.1 (a matter of policy) for the others. */
function codeOf(hit: HeloHit, options: ReplyOptions): readonly [code: number, enhanced: string] {
  const [code, enhanced] = permanentCodeOf(hit, options)
  if (options.action !== 'defer' || code < 500) return [code, enhanced]
  return [450, `4${enhanced.slice(1)}`]
}

function permanentCodeOf(hit: HeloHit, options: ReplyOptions): readonly [code: number, enhanced: string] {
  if ('reason' in hit && hit.reason === 'bad-literal') return [501, '5.5.2']
  switch (hit.rule) {
    case 'missing-helo':
      return [503, '5.5.1']
    case 'invalid-hostname':
      return [501, '5.5.2']
    case 'non-fqdn-hostname':
      return [504, '5.5.2']
    case 'unknown-hostname':
      return !hit.temporary && options.unknownHostnameCode === 550 ? [550, '5.7.1'] : [450, '4.7.1']
    case 'not-forward-confirmed':
      return hit.temporary ? [450, '4.7.1'] : [550, '5.7.1']
    default:
      return [550, '5.7.1']
  }
}

/** What is wrong, in one sentence. */
function describe(hit: HeloHit, { helo, client }: { helo: string; client: string }): string {
  if ('reason' in hit && hit.reason === 'bad-literal') return `HELO <${helo}> is not an address literal.`
  switch (hit.rule) {
    case 'missing-helo':
      return 'No HELO was sent.'
    case 'invalid-hostname':
      return `HELO <${helo}> is not a valid host name.`
    case 'non-fqdn-hostname':
      return hit.reason === 'single-label'
        ? `HELO <${helo}> is an internal name without a domain.`
        : `HELO <${helo}> is not a fully-qualified host name.`
    case 'bare-ip':
      return `HELO <${helo}> is an address without brackets.`
    case 'literal-not-client':
      return `HELO <${helo}> is not your address, which is ${client}.`
    case 'own-name':
      return `HELO <${helo}> is a name or address of this site, not yours.`
    case 'ptr-mismatch':
      return `HELO <${helo}> has nothing to do with ${printableName(hit.clientName)}, the name of your address ${client}.`
    case 'dynamic-name':
      return `HELO <${helo}> looks like the name of a dial-up or home line.`
    case 'unknown-hostname':
      if (hit.temporary) return `HELO <${helo}> cannot be looked up in the DNS now.`
      if (isInternalName(helo))
        return `HELO <${helo}> is an internal name that cannot be looked up from outside.`
      return `HELO <${helo}> is not in the DNS.`
    case 'not-forward-confirmed':
      if (hit.temporary) return `HELO <${helo}> cannot be looked up in the DNS now.`
      return `HELO <${helo}> does not resolve to your address ${client}.`
  }
}
