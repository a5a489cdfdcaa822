// What is checked, made ready: RFC 7208 §2.4 and §4.3.
import { type Ip, parseHostname, parseIp, unmapIp } from '@postern/addr'
import { LABEL_CHARACTERS, NAME_CHARACTERS } from './limits.ts'
import type { SpfNoneReason } from './result.ts'

/** A client and who it says it is. */
export interface SpfInput {
  /** The address of the client; an IPv4-mapped IPv6 address counts as the IPv4 address in it. */
  readonly ip: string | Ip
  /** The address of MAIL FROM, without angle brackets. Empty, as for bounces: the HELO name is checked, for postmaster@ it. */
  readonly sender: string
  /** The argument of HELO or EHLO. */
  readonly helo: string
  /** The domain whose record is asked for, when it is not the sender's. */
  readonly domain?: string | undefined
}

/** An input that can be evaluated. */
export interface SpfRequest {
  readonly ip: Ip
  /** `localpart@domain`, for %{s}. */
  readonly sender: string
  /** For %{l}. */
  readonly localPart: string
  readonly isLocalPartAscii: boolean
  /** For %{o}. */
  readonly senderDomain: string
  /** For %{h}, in A-labels (RFC 8616 §4). */
  readonly helo: string
  /** As given, for %{d}. */
  readonly domain: string
}

export type ReadRequest =
  | { readonly ok: true; readonly request: SpfRequest }
  | {
      readonly ok: false
      readonly reason: SpfNoneReason
      readonly ip: Ip | undefined
      readonly sender: string
      readonly domain: string
    }

export function readRequest(input: SpfInput): ReadRequest {
  const { helo } = input
  const isNull = input.sender === ''
  const named = isNull ? helo : input.sender
  // RFC 7208 §2.4: behind a null sender the whole HELO name is the domain, whatever is in it.
  const at = isNull ? -1 : named.lastIndexOf('@')
  const senderDomain = toAscii(named.slice(at + 1))
  // RFC 7208 §4.3: a sender without a local part is postmaster's.
  const localPart = at > 0 ? named.slice(0, at) : 'postmaster'
  const sender = `${localPart}@${senderDomain}`
  const domain = input.domain === undefined ? senderDomain : toAscii(input.domain)
  const ip = addressOf(input.ip)
  if (ip === undefined) return { ok: false, reason: 'invalid-ip', ip, sender, domain }
  if (!isCheckable(domain)) return { ok: false, reason: 'invalid-domain', ip, sender, domain }
  const isLocalPartAscii = !NOT_ASCII.test(localPart)
  const request = { ip, sender, localPart, isLocalPartAscii, senderDomain, helo: toAscii(helo), domain }
  return { ok: true, request }
}

function addressOf(ip: string | Ip): Ip | undefined {
  if (typeof ip !== 'string') return unmapIp(ip)
  const parsed = parseIp(ip)
  return parsed.ok ? unmapIp(parsed.value) : undefined
}

const NOT_ASCII = /[^\0-\x7f]/

/** RFC 7208 §4.3: U-labels become A-labels. What has none stays, and is found invalid. */
function toAscii(name: string): string {
  // An A-label has no fewer characters than its U-label has code points, of at most two units each.
  if (!NOT_ASCII.test(name) || name.length > 2 * NAME_CHARACTERS) return name
  const parsed = parseHostname(name, { underscore: true, trailingDot: true })
  return parsed.ok ? parsed.value : name
}

const DOT = 46

/**
 * RFC 7208 §4.3: at least two labels, none empty or too long; one dot may end the name. No address literal, and no top label
 * of digits, as that is an address. Else any visible ASCII: names in the DNS are not only host names.
 */
function isCheckable(name: string): boolean {
  const length = name.endsWith('.') ? name.length - 1 : name.length
  if (length > NAME_CHARACTERS || name.charAt(0) === '[') return false
  let start = 0
  let isNumber = true
  for (let at = 0; at < length; at++) {
    const code = name.charCodeAt(at)
    if (code === DOT) {
      if (at === start || at - start > LABEL_CHARACTERS) return false
      start = at + 1
      isNumber = true
    } else {
      if (code < 33 || code > 126) return false
      if (code < 48 || code > 57) isNumber = false
    }
  }
  return start > 0 && length > start && length - start <= LABEL_CHARACTERS && !isNumber
}
