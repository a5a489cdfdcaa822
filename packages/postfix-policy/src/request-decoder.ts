// Bytes to requests. Each byte is looked at once. What a chunk leaves unfinished is kept: at most one request and one chunk.

import type { PolicyLimits } from './limits.ts'
import { OctetRequest } from './octet-request.ts'
import { octetsOf } from './octets.ts'
import type { PolicyErrorCode, PolicyEvent, PolicyProtocolError } from './session.ts'

export type DecoderLimits = Pick<PolicyLimits, 'lineBytes' | 'requestBytes' | 'attributes'>

const lineFeed = 10
const carriageReturn = 13
const equals = 61

/** In a name: printable ASCII without blank and `=`. */
const isNameByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte > 32 && byte < 127 && byte !== equals),
)

// What `equalsAt` says of the line being read: where its `=` is, or one of these.
const inName = -1
const afterReturn = -2

// Where the lines of the request being read are (see OctetRequest). Shared by all decoders, because one chunk at a time is read:
// a decoder that leaves a request unfinished takes a copy with it.
const marks: number[] = []

const none: readonly PolicyEvent[] = []
const excerptLength = 64

/** A request whose end has not come. Indexes count from its first byte. */
interface Unfinished {
  bytes: Uint8Array
  length: number
  readonly marks: readonly number[]
  readonly lineStart: number
  readonly equalsAt: number
  /** All value bytes or-ed: above 127 when one of them is not ASCII. */
  readonly union: number
}

const nothing: Unfinished = {
  bytes: new Uint8Array(0),
  length: 0,
  marks: [],
  lineStart: 0,
  equalsAt: inName,
  union: 0,
}

export class RequestDecoder {
  private readonly limits: DecoderLimits
  private isOver = false
  private requests = 0
  /** Bytes of this session before the request in hand. */
  private consumed = 0
  private unfinished: Unfinished = nothing

  constructor(limits: DecoderLimits) {
    this.limits = limits
  }

  receive(chunk: Uint8Array): readonly PolicyEvent[] {
    if (this.isOver || chunk.length === 0) return none
    const { unfinished } = this
    if (unfinished === nothing) return this.scan(chunk, nothing, 0)
    for (let at = 0; at < unfinished.marks.length; at++) marks[at] = unfinished.marks[at]!
    return this.scan(append(unfinished, chunk), unfinished, unfinished.length - chunk.length)
  }

  end(): PolicyProtocolError | undefined {
    if (this.isOver) return undefined
    this.isOver = true
    const { bytes, length, lineStart } = this.unfinished
    this.unfinished = nothing
    if (length === 0) return undefined
    const excerpt = excerptOf(bytes, lineStart, length)
    return {
      kind: 'protocol-error',
      code: 'unfinished-request',
      at: this.consumed + length,
      excerpt,
      awaitsReply: false,
    }
  }

  /** Reads `bytes` from `pos` on; the request in hand starts at 0 and has come as far as `state` says. */
  private scan(bytes: Uint8Array, state: Unfinished, pos: number): readonly PolicyEvent[] {
    const { lineBytes, requestBytes, attributes } = this.limits
    const end = bytes.length
    const events: PolicyEvent[] = []
    let { lineStart, equalsAt, union } = state
    let count = state.marks.length
    let base = 0
    while (pos < end) {
      const stop = Math.min(end, lineStart + lineBytes + 1, base + requestBytes)
      if (equalsAt >= 0) {
        while (pos < stop) {
          const value = bytes[pos]!
          if (value === lineFeed || value === 0) break
          union |= value
          pos++
        }
      } else if (equalsAt === inName) while (pos < stop && isNameByte[bytes[pos]!] === 1) pos++
      const byte = pos < stop ? bytes[pos]! : 0

      if (pos >= stop) {
        // One of three: the bytes are used up, or a limit is.
        if (pos - lineStart > lineBytes)
          return this.fail(events, 'line-too-long', { bytes, base, lineStart, pos: pos - 1 })
        if (pos - base >= requestBytes)
          return this.fail(events, 'request-too-large', { bytes, base, lineStart, pos: pos - 1 })
      } else if (equalsAt >= 0 && byte === lineFeed) {
        lineStart = ++pos
        equalsAt = inName
      } else if (equalsAt === inName && byte === equals && pos > lineStart) {
        if (count >= 2 * attributes)
          return this.fail(events, 'too-many-attributes', { bytes, base, lineStart, pos })
        marks[count++] = lineStart - base
        marks[count++] = pos - base
        equalsAt = pos++
      } else if (equalsAt === inName && byte === carriageReturn && pos === lineStart) {
        equalsAt = afterReturn
        pos++
      } else if (byte === lineFeed && (equalsAt === afterReturn || pos === lineStart)) {
        marks[count++] = lineStart - base
        const request = new OctetRequest(octetsOf(bytes, base, lineStart), marks.slice(0, count), union < 128)
        if (request.get('request') !== 'smtpd_access_policy')
          return this.fail(events, 'not-a-policy-request', { bytes, base, lineStart, pos })
        events.push({ kind: 'request', request })
        this.requests++
        base = lineStart = ++pos
        equalsAt = inName
        union = count = 0
      } else return this.fail(events, faultOf(byte, equalsAt), { bytes, base, lineStart, pos })
    }
    this.consumed += base
    if (base === end) this.unfinished = nothing
    else {
      const room = state !== nothing && base === 0 ? state.bytes : copyOf(bytes, base)
      const rest = { marks: marks.slice(0, count), lineStart: lineStart - base, union }
      this.unfinished = {
        ...rest,
        bytes: room,
        length: end - base,
        equalsAt: equalsAt < 0 ? equalsAt : equalsAt - base,
      }
    }
    return events
  }

  private fail(events: PolicyEvent[], code: PolicyErrorCode, where: Place): readonly PolicyEvent[] {
    const { bytes, base, lineStart, pos } = where
    // Nothing is wrong with one line there, so the first one is shown.
    const from = code === 'not-a-policy-request' ? base : lineStart
    const to = code === 'not-a-policy-request' ? Math.min(pos, base + excerptLength) : pos + 1
    this.isOver = true
    this.unfinished = nothing
    events.push({
      kind: 'protocol-error',
      code,
      at: this.consumed + pos,
      excerpt: excerptOf(bytes, from, to),
      awaitsReply: lineStart > base || this.requests > 0,
    })
    return events
  }
}

/** Where in the bytes in hand: the start of the request, the start of the line, the offending byte. */
interface Place {
  readonly bytes: Uint8Array
  readonly base: number
  readonly lineStart: number
  readonly pos: number
}

function faultOf(byte: number, equalsAt: number): PolicyErrorCode {
  if (equalsAt !== inName) return 'binary'
  return byte === 9 || byte === lineFeed || byte === carriageReturn || byte === 32 || byte === equals
    ? 'not-an-attribute'
    : 'binary'
}

/** Adds a chunk to the unfinished request and gives its bytes. */
function append(unfinished: Unfinished, chunk: Uint8Array): Uint8Array {
  const { bytes, length } = unfinished
  const needed = length + chunk.length
  if (needed > bytes.length) {
    unfinished.bytes = new Uint8Array(Math.max(needed, bytes.length * 2))
    unfinished.bytes.set(bytes.subarray(0, length))
  }
  unfinished.bytes.set(chunk, length)
  unfinished.length = needed
  return unfinished.bytes.subarray(0, needed)
}

function copyOf(bytes: Uint8Array, from: number): Uint8Array {
  // Not slice(): a Buffer's slice is a view, and the chunk belongs to the caller.
  const copy = new Uint8Array(bytes.length - from)
  copy.set(from === 0 ? bytes : bytes.subarray(from))
  return copy
}

function excerptOf(bytes: Uint8Array, from: number, to: number): string {
  return octetsOf(bytes, Math.max(from, to - excerptLength), to).replace(/[^ -~]/g, '?')
}
