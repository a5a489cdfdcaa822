// The SMTP reply to a refused greeting: one line that tells the sender's administrator what is wrong and how to mend it.
import type { Ip } from '@postern/addr'
import { adviseOn, isInternalName } from './advice.ts'
import type { HeloHit, HeloRuleName } from './subject.ts'
import { fillTemplate, type Template } from './template.ts'

/** An SMTP reply: `code` and `enhanced` (RFC 3463) stand before `text` on the line. */
export interface HeloReply {
  readonly code: number
  readonly enhanced: string
  readonly text: string
}

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

/** RFC 5321 §4.5.3.1.5: octets of a reply line with its code and CRLF. */
const REPLY_LINE_OCTETS = 512
/** A host name may be longer than a reply has room for. */
const HELO_OCTETS = 100
const URL_OCTETS = 200

/** The reply to a hit. The text is printable ASCII on one line, and the whole line fits what RFC 5321 allows. */
export function formatHeloReply(hit: HeloHit, options: ReplyOptions): HeloReply {
  const [code, enhanced] = codeOf(hit, options)
  const helo = shorten(printable(options.helo), HELO_OCTETS)
  const url = shorten(printable(options.url ?? '').replaceAll(' ', '?'), URL_OCTETS)
  const advice = adviseOn(hit, helo)
  const template = options.templates?.[hit.rule]
  const text =
    template === undefined
      ? `${describe(hit, { helo, client: options.client.text })} ${advice}${url === '' ? '' : ` See ${url}`}`
      : fillTemplate(template, { helo, client: options.client.text, rule: hit.rule, url, advice })
  const room = REPLY_LINE_OCTETS - `${code} ${enhanced} \r\n`.length - (options.reservedOctets ?? 0)
  return { code, enhanced, text: shorten(printable(text).trim(), Math.max(room, 0)) }
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
      return `HELO <${helo}> has nothing to do with ${shorten(printable(hit.clientName), HELO_OCTETS)}, the name of your address ${client}.`
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

/** Nothing but printable ASCII leaves: no line breaks, no terminal escapes, no octets a client may choke on. */
const printable = (text: string): string => text.replace(/[^ -~]/g, '?')

const shorten = (text: string, octets: number): string =>
  text.length <= octets ? text : octets < 3 ? text.slice(0, octets) : `${text.slice(0, octets - 3)}...`
