// Mailboxes and paths of the SMTP envelope: RFC 5321 §4.1.2 with the letters of RFC 6531 §3.3. Not the addresses of
// message header fields (RFC 5322), which have comments, folding and display names.
//
// Two notations are read. `<...>` is SMTP's own and must be a Path. Without the angle brackets it is what an MTA hands
// to others, Postfix to its policy servers: the local part has lost its quotes, so everything before the last `@` is
// the local part unless it is a well-formed Quoted-string.
import { formatAddressLiteral, parseAddressLiteral } from './address-literal.ts'
import { parseHostname } from './hostname.ts'
import { LOCAL_PART_OCTETS, PATH_OCTETS } from './limits.ts'
import { formatLocalPart, type LocalPartErrorCode, readLocalPart, readRawLocalPart } from './local-part.ts'
import { type Parsed, parsed, parseError } from './parsed.ts'

/** A mailbox with a domain. */
export interface Mailbox {
  readonly kind: 'mailbox'
  /** The value without quotes and escapes; its case is kept, as only its own host may fold it (RFC 5321 §2.4). */
  readonly localPart: string
  /** A lower-case name in A-labels, or a canonical address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
  readonly domain: string
  /** Whether the local part needs SMTPUTF8. A domain never does here: it is in A-labels. */
  readonly isUtf8: boolean
}

/** The reverse-path of bounces, `<>`. RFC 5321 §4.5.5. */
export interface NullPath {
  readonly kind: 'null'
}

/** The one recipient that needs no domain. RFC 5321 §4.5.1. */
export interface Postmaster {
  readonly kind: 'postmaster'
}

export type ReversePath = NullPath | Mailbox
export type ForwardPath = Postmaster | Mailbox

export type MailboxErrorCode =
  | LocalPartErrorCode
  | 'empty'
  | 'null-path'
  | 'missing-bracket'
  | 'missing-domain'
  | 'bad-source-route'
  | 'bad-domain'
  | 'path-too-long'

const POSTMASTER: Postmaster = { kind: 'postmaster' }
const NULL_PATH: NullPath = { kind: 'null' }

/** Parses a mailbox that must be there and have a domain. */
export function parseMailbox(text: string): Parsed<Mailbox, MailboxErrorCode> {
  if (text === '') return parseError('empty', 0)
  if (text === '<>') return parseError('null-path', 0)
  const path = findPath(text)
  if (!path.ok) return path
  const { from, to, bracketed } = path.value
  const local = bracketed ? readLocalPart(text, from, to) : readRawLocalPart(text, from, to)
  if (!local.ok) return local
  const { value, end } = local.value
  const octets = countOctets(value)
  if (octets > LOCAL_PART_OCTETS) return parseError('local-part-too-long', from)
  if (end === to || end + 1 === to) return parseError('missing-domain', end)
  if (text.charCodeAt(end) !== AT) return parseError('bad-local-part', end)
  const domain = parseDomain(text.slice(end + 1, to), end + 1, bracketed)
  if (!domain.ok) return domain
  // RFC 5321 §4.5.3.1.3: the two brackets and the @ count.
  if (octets + domain.value.length + 3 > PATH_OCTETS) return parseError('path-too-long', to)
  return parsed({ kind: 'mailbox', localPart: value, domain: domain.value, isUtf8: octets !== value.length })
}

/** Parses the argument of MAIL FROM: `''` and `<>` are the null path. RFC 5321 §4.1.1.2. */
export function parseReversePath(text: string): Parsed<ReversePath, MailboxErrorCode> {
  return text === '' || text === '<>' ? parsed(NULL_PATH) : parseMailbox(text)
}

/** Parses the argument of RCPT TO: `postmaster` needs no domain, in any case of letters. RFC 5321 §4.1.1.3. */
export function parseForwardPath(text: string): Parsed<ForwardPath, MailboxErrorCode> {
  return /^(?:<postmaster>|postmaster)$/i.test(text) ? parsed(POSTMASTER) : parseMailbox(text)
}

/** The address without angle brackets, quoted where SMTP needs it. Parsing this gives the same value again. */
export function formatMailbox(path: ReversePath | ForwardPath): string {
  switch (path.kind) {
    case 'null':
      return ''
    case 'postmaster':
      return 'postmaster'
    case 'mailbox':
      return `${formatLocalPart(path.localPart)}@${path.domain}`
  }
}

const AT = 64

interface Span {
  /** Where the local part begins, behind the bracket and the source route. */
  readonly from: number
  /** Where the domain ends. */
  readonly to: number
  readonly bracketed: boolean
}

function findPath(text: string): Parsed<Span, MailboxErrorCode> {
  const bracketed = text.startsWith('<')
  if (bracketed && !text.endsWith('>')) return parseError('missing-bracket', text.length)
  const to = bracketed ? text.length - 1 : text.length
  const from = bracketed ? 1 : 0
  if (text.charCodeAt(from) !== AT) return parsed({ from, to, bracketed })
  // RFC 5321 §4.1.1.3 and appendix C: a source route is to be taken and left out of account.
  const colon = endOfSourceRoute(text, from, to)
  // Postfix hands <""@example.org> on as @example.org: an empty local part, told as such.
  if (colon < 0) return parseError(bracketed ? 'bad-source-route' : 'empty-local-part', from)
  return parsed({ from: colon + 1, to, bracketed })
}

/** A-d-l = At-domain *( "," At-domain ), then a colon: its index, or -1. */
function endOfSourceRoute(text: string, from: number, to: number): number {
  let start = from
  for (;;) {
    let end = start + 1
    // A colon inside a literal's brackets is part of it.
    for (let open = false; end < to; end++) {
      const c = text[end]
      if (c === '[') open = true
      else if (c === ']') open = false
      else if (!open && (c === ',' || c === ':')) break
    }
    if (end >= to || text.charCodeAt(start) !== AT) return -1
    if (!parseDomain(text.slice(start + 1, end), 0, false).ok) return -1
    if (text[end] === ':') return end
    start = end + 1
  }
}

function parseDomain(text: string, at: number, strict: boolean): Parsed<string, MailboxErrorCode> {
  if (text.startsWith('[')) {
    const ip = parseAddressLiteral(text)
    return ip.ok ? parsed(formatAddressLiteral(ip.value)) : parseError('bad-domain', at + ip.error.at)
  }
  // Sites do send from names with underscores or a dot at the end, and Postfix hands them on.
  const name = parseHostname(text, { underscore: !strict, trailingDot: !strict })
  return name.ok ? name : parseError('bad-domain', at + name.error.at)
}

/** Octets in UTF-8. RFC 6531 §3.3 counts all limits in them. */
function countOctets(text: string): number {
  let octets = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Each half of a surrogate pair stands for two of its four octets.
    octets += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
  }
  return octets
}
