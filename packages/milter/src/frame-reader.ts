// Bytes to frames, in any split. A frame that lies whole in what came is read where it lies; one that goes on in the next piece
// is put together once. Body chunks are never put together: they are handed on in the pieces that came.

import { SMFIC } from './constants.ts'
import { octetsOf, readUint32 } from './octets.ts'

export type FrameErrorCode =
  /** A length of 0: not even a command. */
  | 'empty-frame'
  /** Longer than `limits.frameBytes`. */
  | 'frame-too-long'

/** Four bytes of length and the command. */
const headBytes = 5
const bodyCode = SMFIC.BODY.charCodeAt(0)
const nothing = new Uint8Array(0)
/** The frames of a small message's envelope and header. */
const windowBytes = 4096

export class FrameReader {
  /** Of the frame that `next` found: its command's code, 0 when there is none. */
  code = 0
  /** Index of its first byte, counted from the first byte of the session. */
  frameAt = 0
  /** Of a body chunk: bytes that `takeBody` has not given yet. */
  bodyLeft = 0
  error: FrameErrorCode | undefined = undefined
  private readonly frameBytes: number
  private readonly later: Uint8Array[] = []
  private chunk: Uint8Array = nothing
  private at = 0
  /** Bytes before `chunk`. */
  private base = 0
  /** Bytes in `later`. */
  private laterBytes = 0
  /** The beginning of a frame that goes on in the next chunk. */
  private assembly: Uint8Array = nothing
  private assembled = 0
  private wanted = headBytes
  /** Where the data of the current frame lie. */
  private source: Uint8Array = nothing
  private start = 0
  private end = 0
  /** `source` as text from `textStart` on: frames follow each other closely, and one conversion does for many. */
  private window = ''
  private windowSource: Uint8Array = nothing
  private windowStart = 0

  constructor(frameBytes: number) {
    this.frameBytes = frameBytes
  }

  /** The bytes are not copied, and not to be changed until they are read. */
  receive(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.later.push(bytes)
    this.laterBytes += bytes.length
  }

  /** Bytes received and not read yet. */
  get waitingBytes(): number {
    return this.chunk.length - this.at + this.laterBytes + this.assembled
  }

  /** Nothing is read any more. */
  drop(): void {
    this.later.length = 0
    this.laterBytes = 0
    this.assembled = 0
    this.assembly = nothing
    this.at = this.chunk.length
    this.advance()
  }

  get isMidFrame(): boolean {
    return this.assembled > 0 || this.bodyLeft > 0 || this.at < this.chunk.length
  }

  /** Bytes of data of the current frame. */
  get dataLength(): number {
    return this.end - this.start
  }

  /** A text that has the current frame's data from {@link textStart} to {@link textEnd}. */
  text(): string {
    const { source, start, end } = this
    if (source !== this.windowSource || end > this.windowStart + this.window.length) {
      this.window = octetsOf(source, start, Math.max(end, Math.min(source.length, start + windowBytes)))
      this.windowSource = source
      this.windowStart = start
    }
    return this.window
  }

  /** The current frame's data. */
  data(): string {
    return this.text().slice(this.textStart, this.textEnd)
  }

  get textStart(): number {
    return this.start - this.windowStart
  }

  get textEnd(): number {
    return this.end - this.windowStart
  }

  uint32At(index: number): number {
    return readUint32(this.source, this.start + index)
  }

  /** True when there is a frame; false when more bytes are needed or `error` is set. */
  next(): boolean {
    for (;;) {
      if (this.error !== undefined) return false
      if (this.assembled === 0 ? this.readInPlace() : this.readAssembled()) return true
      if (this.at < this.chunk.length) continue
      if (!this.advance()) return false
    }
  }

  /** The next piece of the current body chunk, if it is here already. */
  takeBody(): Uint8Array | undefined {
    if (this.at === this.chunk.length && !this.advance()) return undefined
    const piece = this.chunk.subarray(this.at, Math.min(this.chunk.length, this.at + this.bodyLeft))
    this.at += piece.length
    this.bodyLeft -= piece.length
    return piece
  }

  /** Leaves the chunk that is read. False when there is no other: an idle connection holds none. */
  private advance(): boolean {
    const bytes = this.later.shift()
    if (bytes !== undefined) this.laterBytes -= bytes.length
    this.base += this.chunk.length
    this.chunk = bytes ?? nothing
    this.at = 0
    return bytes !== undefined
  }

  private readInPlace(): boolean {
    const { chunk, at } = this
    const available = chunk.length - at
    if (available === 0) return false
    this.frameAt = this.base + at
    this.wanted = headBytes
    if (available >= headBytes) {
      if (!this.readHead(chunk, at)) return false
      if (this.code === bodyCode) {
        this.at = at + headBytes
        return true
      }
      if (available >= this.wanted) {
        this.source = chunk
        this.start = at + headBytes
        this.end = this.at = at + this.wanted
        return true
      }
    }
    this.assembly = new Uint8Array(Math.min(this.wanted, available + 256))
    this.append(available)
    return false
  }

  private readAssembled(): boolean {
    this.append(Math.min(this.chunk.length - this.at, this.wanted - this.assembled))
    if (this.assembled < this.wanted) return false
    if (this.assembled === headBytes) {
      if (!this.readHead(this.assembly, 0)) return false
      if (this.code === bodyCode) {
        this.assembled = 0
        return true
      }
      if (this.wanted > headBytes) return false
    }
    this.source = this.assembly
    this.start = headBytes
    this.end = this.assembled
    this.assembled = 0
    return true
  }

  /** Sets `code`, and `wanted` or `bodyLeft`. */
  private readHead(bytes: Uint8Array, at: number): boolean {
    const length = readUint32(bytes, at)
    this.code = bytes[at + 4]!
    if (length === 0 || length > this.frameBytes) {
      this.error = length === 0 ? 'empty-frame' : 'frame-too-long'
      return false
    }
    if (this.code === bodyCode) this.bodyLeft = length - 1
    else this.wanted = 4 + length
    return true
  }

  /** Memory grows with what came, not with what a length promises. */
  private append(count: number): void {
    const length = this.assembled + count
    if (length > this.assembly.length) {
      const grown = new Uint8Array(Math.min(this.wanted, Math.max(length, 2 * this.assembly.length)))
      grown.set(this.assembly.subarray(0, this.assembled))
      this.assembly = grown
    }
    this.assembly.set(this.chunk.subarray(this.at, this.at + count), this.assembled)
    this.assembled = length
    this.at += count
  }
}
