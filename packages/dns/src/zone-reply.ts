// The packets that the zone server of ./testing sends: the true reply, and the ways to get it wrong.
import {
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import { toPacketRecord } from './codec.ts'
import type { DnsRecord } from './record.ts'
import type { ZoneLookup } from './zone.ts'

/**
 * Forged replies, each with an address or a denial that is not in the zone: another id, name, type or class, no QR bit, no
 * question, another case of the name, from another port, or no DNS message at all.
 */
export type Forgery = 'id' | 'name' | 'type' | 'class' | 'query' | 'no-question' | 'case' | 'port' | 'garbage'

/** The address that forged replies to A questions give. */
export const FORGED_ADDRESS = '192.0.2.66'

const SERVFAIL = 2
const FORMERR = 1
const NXDOMAIN = 3
const REFUSED = 5

/** A question as the server received it. */
export interface Asked {
  readonly packet: DecodedPacket
  readonly question: Question
}

/** The true reply; undefined where the zone says that nobody answers. */
export function replyOf(asked: Asked, found: ZoneLookup, authentic: boolean): Buffer | undefined {
  if (found.kind === 'temperror') return failureOf(asked, found.reason)
  const { chain, records, soa } = found
  const isNegative = found.kind === 'nodata' || found.kind === 'nxdomain'
  return encode({
    ...headOf(asked, (authentic ? AUTHENTIC_DATA : 0) | (found.kind === 'nxdomain' ? NXDOMAIN : 0)),
    answers: [...chain, ...records].map(toPacketRecord),
    authorities: isNegative ? [toPacketRecord(soa satisfies DnsRecord)] : [],
  })
}

function failureOf(asked: Asked, reason: 'timeout' | 'servfail' | 'refused' | 'network'): Buffer | undefined {
  switch (reason) {
    case 'timeout':
      return undefined
    case 'servfail':
      return encode(headOf(asked, SERVFAIL))
    case 'refused':
      return encode(headOf(asked, REFUSED))
    case 'network':
      return malformed(asked)
  }
}

/** Ours by header and question, but it announces a record that is not there. */
export function malformed(asked: Asked): Buffer {
  const message = encode(headOf(asked, 0))
  message.writeUInt16BE(1, 6)
  return message
}

/** What a server older than EDNS says to OPT. */
export const formatError = (asked: Asked): Buffer => encode(headOf(asked, FORMERR))

/** An empty reply that asks to come by TCP. */
export const truncated = (asked: Asked): Buffer => encode(headOf(asked, TRUNCATED_RESPONSE))

/** A forged reply. 'port' is forged by where it is sent from. */
export function forged(asked: Asked, how: Forgery): Buffer {
  const { packet, question } = asked
  if (how === 'garbage') return Buffer.from([packet.id! >> 8, packet.id! & 255, 0x81, 0x80, 0, 1, 255])
  const head = headOf(asked, 0)
  const told: Packet = { ...head, answers: [poisonOf(question)] }
  switch (how) {
    case 'id':
      return encode({ ...told, id: (packet.id! + 1) & 0xffff })
    case 'name':
      return encode({ ...told, questions: [{ ...question, name: `x${question.name}` }] })
    case 'type':
      return encode({ ...told, questions: [{ ...question, type: question.type === 'A' ? 'AAAA' : 'A' }] })
    case 'class':
      return encode({ ...told, questions: [{ ...question, class: 'CH' }] })
    case 'query':
      return encode({ ...told, type: 'query' })
    case 'no-question':
      return encode({ ...told, questions: [] })
    case 'case':
      return encode({ ...told, questions: [{ ...question, name: swapCase(question.name) }] })
    case 'port':
      return encode(told)
  }
}

function poisonOf(question: Question): ReturnType<typeof toPacketRecord> {
  const poison: DnsRecord = { name: question.name, type: 'A', ttl: 86_400, data: FORGED_ADDRESS }
  return toPacketRecord(poison)
}

const swapCase = (name: string): string =>
  name.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))

function headOf({ packet, question }: Asked, flags: number) {
  const all = AUTHORITATIVE_ANSWER | RECURSION_DESIRED | RECURSION_AVAILABLE | flags
  return { type: 'response' as const, id: packet.id, flags: all, questions: [question] }
}
