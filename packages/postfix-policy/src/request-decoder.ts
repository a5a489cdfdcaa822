// Bytes to requests. Each byte is looked at once. What a chunk leaves unfinished is kept: at most one request and one chunk.

import type { PolicyLimits } from './limits.ts'
import { OctetRequest } from './octet-request.ts'
import { octetsOf } from './octets.ts'
import type { PolicyErrorCode, PolicyEvent, PolicyProtocolError } from './session.ts'

export type DecoderLimits = Pick<PolicyLimits, 'lineBytes' | 'requestBytes' | 'attributes'>

const lineFeed = 10
const carriageReturn = 13
const equals = 61

/** What `equalsAt` is while the `=` of the line has not come. */
const inName = -1

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
}

const nothing: Unfinished = { bytes: new Uint8Array(0), length: 0, marks: [], lineStart: 0, equalsAt: inName }

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
    if (unfinished === nothing) return this.readWhole(chunk) ?? this.scan(chunk, nothing, 0)
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

  /**
   * The usual case, one chunk that is one valid request, with the engine's native searches only (measured: a third of the time
   * that `scan` takes). Anything else is left to `scan`, which gives the same result for the same bytes.
   */
  private readWhole(chunk: Uint8Array): readonly PolicyEvent[] | undefined {
    const { lineBytes, requestBytes, attributes } = this.limits
    const last = chunk.length - 1
    if (chunk.length > lineBytes || chunk.length > requestBytes) return undefined
    if (chunk[last] !== lineFeed || chunk[last - 1] !== lineFeed) return undefined
    const octets = octetsOf(chunk, 0, last)
    let count = 0
    for (let pos = 0; pos < last; ) {
      const equalsAt = octets.indexOf('=', pos)
      const lineEnd = octets.indexOf('\n', pos)
      if (equalsAt <= pos || equalsAt > lineEnd) return undefined
      marks[count++] = pos
      marks[count++] = equalsAt
      pos = lineEnd + 1
    }
    marks[count++] = last
    if (count > 2 * attributes + 1 || octets.includes('\0')) return undefined
    const request = new OctetRequest(octets, marks.slice(0, count))
    if (!isPolicyRequest(request)) return undefined
    this.consumed += chunk.length
    this.requests++
    return [{ kind: 'request', request }]
  }

  /** Reads `bytes` from `pos` on; the request in hand starts at 0 and has come as far as `state` says. */
  private scan(bytes: Uint8Array, state: Unfinished, pos: number): readonly PolicyEvent[] {
    const { lineBytes, requestBytes, attributes } = this.limits
    const end = bytes.length
    const events: PolicyEvent[] = []
    let { lineStart, equalsAt } = state
    let count = state.marks.length
    let base = 0
    const fail = (code: PolicyErrorCode, at: number) =>
      this.fail(events, code, { bytes, base, lineStart, pos: at })
    while (pos < end) {
      const byte = bytes[pos]!
      if (byte === 0) return fail('binary', pos)
      if (pos - lineStart >= lineBytes && byte !== lineFeed) return fail('line-too-long', pos)
      if (pos - base >= requestBytes) return fail('request-too-large', pos)
      if (equalsAt >= 0) {
        if (byte === lineFeed) {
          lineStart = pos + 1
          equalsAt = inName
        }
      } else if (byte === lineFeed) {
        const isEmpty = pos === lineStart || (pos === lineStart + 1 && bytes[lineStart] === carriageReturn)
        if (!isEmpty) return fail('not-an-attribute', pos)
        marks[count++] = lineStart - base
        const request = new OctetRequest(octetsOf(bytes, base, lineStart), marks.slice(0, count))
        if (!isPolicyRequest(request)) return fail('not-a-policy-request', pos)
        events.push({ kind: 'request', request })
        this.requests++
        base = lineStart = pos + 1
        equalsAt = inName
        count = 0
      } else if (byte === equals) {
        if (pos === lineStart) return fail('not-an-attribute', pos)
        if (count >= 2 * attributes) return fail('too-many-attributes', pos)
        marks[count++] = lineStart - base
        marks[count++] = pos - base
        equalsAt = pos
      }
      pos++
    }
    this.consumed += base
    if (base === end) this.unfinished = nothing
    else {
      const room = state !== nothing && base === 0 ? state.bytes : copyOf(bytes, base)
      const line = { lineStart: lineStart - base, equalsAt: equalsAt < 0 ? equalsAt : equalsAt - base }
      this.unfinished = { ...line, bytes: room, length: end - base, marks: marks.slice(0, count) }
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

const isPolicyRequest = (request: OctetRequest) => request.get('request') === 'smtpd_access_policy'

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
