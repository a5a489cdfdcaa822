// The mailboxes of an address field such as From: RFC 5322 §3.4 with its obsolete forms (§4.4), groups in From as
// RFC 6854 has them, UTF-8 as in RFC 6532. Not here: the paths of the envelope (parseMailbox of @postern/addr), whose
// grammar has neither comments nor folding nor display names.
import { formatAddressLiteral, parseAddressLiteral, parseHostname } from '@postern/addr'
import { type FieldToken, type FieldTokenProblem, readFieldTokens } from './field-token.ts'
import { FIELD_OCTETS, MAILBOXES } from './limits.ts'
import { decodeUtf8 } from './utf8.ts'

/** A mailbox of a header field. */
export interface HeaderMailbox {
  /** The value without quotes and escapes, its case kept. */
  readonly localPart: string
  /** A lower-case name in A-labels, or a canonical address literal. */
  readonly domain: string
}

export type MailboxListProblem =
  | FieldTokenProblem
  | 'no-address'
  | 'bad-local-part'
  | 'bad-domain'
  | 'unclosed-bracket'
  | 'too-many'

export interface MailboxList {
  /** In the order of the field; members of groups stand among the others. */
  readonly mailboxes: readonly HeaderMailbox[]
  /** What could not be read: a code and an index into the body. The rest was. */
  readonly problems: readonly { readonly code: MailboxListProblem; readonly at: number }[]
}

/**
 * Reads the body of an address field, a byte string with or without its folds. Never throws; what is no mailbox is
 * left out and told in `problems`. Both empty: the field has nothing in it, or only a group without members.
 */
export function parseMailboxList(body: string): MailboxList {
  const { tokens, problem } = readFieldTokens(body, FIELD_OCTETS)
  const mailboxes: HeaderMailbox[] = []
  const problems: { code: MailboxListProblem; at: number }[] = []
  let from = 0
  const take = (to: number) => {
    if (from < to && mailboxes.length === MAILBOXES) problems.push({ code: 'too-many', at: tokens[from]!.at })
    else if (from < to && mailboxes.length < MAILBOXES) {
      const read = readMailbox(tokens, from, to)
      if (typeof read === 'string') problems.push({ code: read, at: tokens[from]!.at })
      else mailboxes.push(read)
    }
    from = to + 1
  }
  let opened = -1
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.kind !== 'special') continue
    if (opened >= 0) {
      if (token.text === '>') opened = -1
    } else if (token.text === '<') opened = at
    else if (token.text === ',' || token.text === ';') take(at)
    // group = display-name ":" [group-list] ";" - what stood before the colon is a name.
    else if (token.text === ':') from = at + 1
    if (problems.length > MAILBOXES) break
  }
  if (opened >= 0) problems.push({ code: 'unclosed-bracket', at: tokens[opened]!.at })
  take(tokens.length)
  if (problem) problems.push(problem)
  return { mailboxes, problems }
}

/** One mailbox of the tokens from (inclusive) to (exclusive): `name <addr-spec>` or a bare addr-spec. */
function readMailbox(
  tokens: readonly FieldToken[],
  from: number,
  to: number,
): HeaderMailbox | MailboxListProblem {
  const open = indexOfSpecial(tokens, '<', from, to)
  if (open < 0) return readAddrSpec(tokens, from, to)
  const close = indexOfSpecial(tokens, '>', open, to)
  const end = close < 0 ? to : close
  // RFC 5322 §4.4 obs-route: `<@a,@b:user@c>`, to be ignored.
  let start = open + 1
  if (isSpecial(tokens[start], '@'))
    for (let at = start; at < end; at++) if (isSpecial(tokens[at], ':')) start = at + 1
  return readAddrSpec(tokens, start, end)
}

function readAddrSpec(
  tokens: readonly FieldToken[],
  from: number,
  to: number,
): HeaderMailbox | MailboxListProblem {
  let sign = -1
  for (let at = from; at < to; at++) if (isSpecial(tokens[at], '@')) sign = at
  if (sign < 0) return 'no-address'
  const localPart = joinWords(tokens, from, sign)
  if (localPart === undefined || localPart === '') return 'bad-local-part'
  const domain = readDomain(tokens, sign + 1, to)
  return domain === undefined ? 'bad-domain' : { localPart: decodeUtf8(localPart), domain }
}

/** Words of a local part; a blank between two that no dot joins is kept, as other readers keep it. */
function joinWords(tokens: readonly FieldToken[], from: number, to: number): string | undefined {
  let text = ''
  for (let at = from; at < to; at++) {
    const token = tokens[at]!
    if (token.kind !== 'atom' && token.kind !== 'quoted') return undefined
    const isApart = token.spaced && text !== '' && !text.endsWith('.') && !token.text.startsWith('.')
    text += isApart ? ` ${token.text}` : token.text
  }
  return text
}

function readDomain(tokens: readonly FieldToken[], from: number, to: number): string | undefined {
  const first = tokens[from]
  if (first?.kind === 'literal') {
    const ip = to === from + 1 ? parseAddressLiteral(`[${first.text}]`) : undefined
    return ip?.ok ? formatAddressLiteral(ip.value) : undefined
  }
  const text = joinWords(tokens, from, to)
  if (text === undefined || tokens[from]?.kind === 'quoted') return undefined
  // Sites do send from names with underscores; a signature needs what the DNS takes, no more.
  const name = parseHostname(decodeUtf8(text), { underscore: true, trailingDot: true })
  return name.ok ? name.value : undefined
}

const isSpecial = (token: FieldToken | undefined, text: string): boolean =>
  token?.kind === 'special' && token.text === text

function indexOfSpecial(tokens: readonly FieldToken[], text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) if (isSpecial(tokens[at], text)) return at
  return -1
}
