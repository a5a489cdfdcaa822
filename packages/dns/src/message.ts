// One question as bytes, and the bytes of a reply back to it. Decides whether a message can be the reply to our question;
// what the reply means is reply.ts.
import { AUTHENTIC_DATA, decode, encode, type OptAnswer, RECURSION_DESIRED } from 'dns-packet'
import { fromPacketRecord } from './codec.ts'
import { REPLY_RECORDS, UDP_PAYLOAD_BYTES } from './limits.ts'
import type { DnsRecord } from './record.ts'
import type { Reply } from './reply.ts'
import type { RecordType } from './resolver.ts'

const HEADER_BYTES = 12
/** The least a record takes: root name, type, class, TTL and length (RFC 1035 §3.2.1). */
const RECORD_BYTES = 11
const TYPE_AND_CLASS_BYTES = 4

export interface QuestionFields {
  /** 16 bits, not to be guessed (RFC 5452 §9.2). */
  readonly id: number
  /** As it goes on the wire: its case is the sender's choice. */
  readonly name: string
  readonly type: RecordType
  readonly hasEdns: boolean
}

/** An encoded question. */
export interface Query {
  readonly bytes: Buffer
  /** Where the question section ends: a reply repeats the bytes up to here, the header's flags and counts aside. */
  readonly questionEnd: number
}

const EDNS: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD_BYTES,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}

/** Encodes a question. The name must be one that isQueryName accepts. */
export function encodeQuery({ id, name, type, hasEdns }: QuestionFields): Query {
  const bytes = encode({
    type: 'query',
    id,
    // RFC 6840 §5.7: the AD bit asks for the AD bit, without the weight of the signatures.
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name: name === '' ? '.' : name, type, class: 'IN' }],
    additionals: hasEdns ? [EDNS] : [],
  })
  const nameBytes = name === '' ? 1 : name.length + 2
  return { bytes, questionEnd: HEADER_BYTES + nameBytes + TYPE_AND_CLASS_BYTES }
}

/**
 * Whether a message can be the reply to a question: same id, QR bit set, standard query, and our question repeated.
 * RFC 5452 §9.1. `isCaseExact` wants the letters of the name as they were sent, which a forger has to guess too.
 */
export function isReplyTo(query: Query, message: Uint8Array, isCaseExact: boolean): boolean {
  const sent = query.bytes
  if (message.length < query.questionEnd) return false
  if (message[0] !== sent[0] || message[1] !== sent[1]) return false
  // QR is 1 and OPCODE is 0 in the first byte of flags; exactly one question.
  if ((message[2]! & 0xf8) !== 0x80 || message[4] !== 0 || message[5] !== 1) return false
  for (let i = HEADER_BYTES; i < query.questionEnd; i++) {
    if (message[i] === sent[i]) continue
    if (isCaseExact || !isSameLetter(message[i]!, sent[i]!)) return false
  }
  return true
}

// Lengths of labels, types and class IN are below 'A': only letters of the name can pass here.
const isSameLetter = (a: number, b: number): boolean =>
  (a ^ b) === 0x20 && (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7a

/** Decodes a message that isReplyTo accepted; undefined when it cannot be read to its end. */
export function decodeReply(message: Buffer): Reply | undefined {
  if (!hasPlausibleCounts(message)) return undefined
  try {
    const packet = decode(message)
    // The codec reads some data past the end without noticing; its position tells.
    if (decode.bytes > message.length) return undefined
    const flags = packet.flags ?? 0
    const opt = packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT')
    return {
      // RFC 6891 §6.1.3: the upper bits of the code are in OPT.
      rcode: ((opt?.extendedRcode ?? 0) << 4) | (flags & 15),
      isTruncated: packet.flag_tc,
      isAuthentic: packet.flag_ad,
      answers: recordsOf(packet.answers ?? []),
      authorities: recordsOf(packet.authorities ?? []),
    }
  } catch {
    // The codec reports malformed messages by exceptions.
    return undefined
  }
}

// The codec allocates what the counts say, before it looks whether the bytes are there.
function hasPlausibleCounts(message: Buffer): boolean {
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10)
  return records <= REPLY_RECORDS && records * RECORD_BYTES <= message.length - HEADER_BYTES
}

function recordsOf(records: readonly Parameters<typeof fromPacketRecord>[0][]): DnsRecord[] {
  const found: DnsRecord[] = []
  for (const record of records) {
    const known = fromPacketRecord(record)
    if (known !== undefined) found.push(known)
  }
  return found
}
