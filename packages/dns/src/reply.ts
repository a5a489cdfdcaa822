// What the reply of a server means for our question. Pure: follows the chain of CNAMEs inside the reply, tells "no such name"
// from "no such record", and finds the time that may be remembered.
import { CNAME_CHAIN } from './limits.ts'
import type { DnsRecord } from './record.ts'
import type { Answer, RecordType, RecordTypes, Seconds, TempReason } from './resolver.ts'

/** A decoded reply. */
export interface Reply {
  /** RFC 1035 §4.1.1, with the upper bits of RFC 6891 §6.1.3. */
  readonly rcode: number
  readonly isTruncated: boolean
  /** The AD bit. */
  readonly isAuthentic: boolean
  readonly answers: readonly DnsRecord[]
  readonly authorities: readonly DnsRecord[]
}

/** What we are after, and the CNAMEs that led here. */
export interface Pursuit {
  readonly name: string
  readonly type: RecordType
  /** CNAMEs followed in earlier replies. */
  readonly links: number
  /** The least TTL of those. */
  readonly ttl: Seconds
  /** Whether all earlier replies had the AD bit. */
  readonly isAuthentic: boolean
}

export type Reading =
  | { readonly kind: 'answer'; readonly answer: Answer<RecordTypes[RecordType]> }
  /** The chain of CNAMEs leaves the reply: ask for its end. */
  | { readonly kind: 'onward'; readonly pursuit: Pursuit }
  /** The server did not understand the question: it may without EDNS. */
  | { readonly kind: 'no-edns' }
  /** This server has no answer: ask the next. */
  | { readonly kind: 'useless'; readonly reason: TempReason }

const NOERROR = 0
const FORMERR = 1
const NXDOMAIN = 3
const NOTIMP = 4
const REFUSED = 5
const BADVERS = 16

/** Reads a reply to the question of `pursuit`. */
export function readReply(reply: Reply, pursuit: Pursuit): Reading {
  switch (reply.rcode) {
    case NOERROR:
    case NXDOMAIN:
      return readAnswers(reply, pursuit)
    // RFC 6891 §7: servers older than EDNS answer so.
    case FORMERR:
    case NOTIMP:
    case BADVERS:
      return { kind: 'no-edns' }
    case REFUSED:
      return { kind: 'useless', reason: 'refused' }
    default:
      return { kind: 'useless', reason: 'servfail' }
  }
}

function readAnswers(reply: Reply, pursuit: Pursuit): Reading {
  const { type } = pursuit
  const end = followChain(reply.answers, pursuit)
  if (end === undefined) return { kind: 'useless', reason: 'servfail' }
  const isAuthentic = pursuit.isAuthentic && reply.isAuthentic
  const found = reply.answers.filter((record) => record.type === type && record.name === end.name)
  if (found.length > 0) {
    const ttl = found.reduce((least, record) => Math.min(least, record.ttl), end.ttl)
    const records = found.map((record) => record.data)
    return { kind: 'answer', answer: { kind: 'records', records, ttl, authentic: isAuthentic } }
  }
  const soa = reply.authorities.find((record) => record.type === 'SOA' && isAtOrBelow(end.name, record.name))
  // RFC 2308 §5: without an SOA nothing says how long, so it is not to be kept.
  const ttl = soa?.type === 'SOA' ? Math.min(soa.ttl, soa.data.minimum, end.ttl) : 0
  // RFC 6604 §3: the code is about the last name of the chain.
  if (reply.rcode === NXDOMAIN) return { kind: 'answer', answer: { kind: 'nxdomain', ttl } }
  if (soa !== undefined) return { kind: 'answer', answer: { kind: 'nodata', ttl } }
  if (end.links > pursuit.links) return { kind: 'onward', pursuit: { ...end, type, isAuthentic } }
  // RFC 2308 §2.2: name servers without an SOA are a referral; a server that refers does not recurse.
  if (reply.authorities.some((record) => record.type === 'NS')) return { kind: 'useless', reason: 'servfail' }
  return { kind: 'answer', answer: { kind: 'nodata', ttl } }
}

interface ChainEnd {
  readonly name: string
  readonly links: number
  readonly ttl: Seconds
}

/** RFC 1034 §3.6.2: an alias stands for its target in every type but CNAME. Undefined for a loop or too long a chain. */
function followChain(answers: readonly DnsRecord[], pursuit: Pursuit): ChainEnd | undefined {
  let { name, links, ttl } = pursuit
  for (;;) {
    const alias =
      pursuit.type === 'CNAME' ? undefined : answers.find((r) => r.type === 'CNAME' && r.name === name)
    if (alias?.type !== 'CNAME') return { name, links, ttl }
    links += 1
    if (links > CNAME_CHAIN) return undefined
    ttl = Math.min(ttl, alias.ttl)
    name = alias.data
  }
}

const isAtOrBelow = (name: string, zone: string): boolean =>
  zone === '' || name === zone || name.endsWith(`.${zone}`)
