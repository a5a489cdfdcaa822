// The body as it is hashed: RFC 6376 §3.4.3, §3.4.4. A line ends with CRLF; a CR or LF alone is data like any other byte.
import { type BodyHash, BodyOctets } from './body-hash.ts'
import { GapSearch } from './gap-search.ts'
import type { CanonicalizationName } from './signature.ts'

/** Takes a body in chunks, cut anywhere. */
export interface CanonicalBody {
  write(chunk: Buffer): void
  /** Finishes the hashes. */
  end(): void
  /** Octets of the canonicalized body. */
  readonly length: number
}

export const createCanonicalBody = (
  name: CanonicalizationName,
  hashes: readonly BodyHash[],
): CanonicalBody => (name === 'simple' ? new SimpleBody(hashes) : new RelaxedBody(hashes))

const TAB = 9
const LF = 10
const CR = 13
const SP = 32

class SimpleBody implements CanonicalBody {
  readonly #out: BodyOctets
  /** Line ends, and a CR behind them, that are held back as the body may end with them. */
  #lines = 0
  #hasCr = false

  constructor(hashes: readonly BodyHash[]) {
    this.#out = new BodyOctets(hashes)
  }

  get length(): number {
    return this.#out.length
  }

  write(chunk: Buffer): void {
    let from = 0
    if (chunk.length === 0) return
    if (this.#hasCr) {
      this.#hasCr = false
      if (chunk[0] === LF) {
        this.#lines++
        from = 1
      } else this.#release(true)
    }
    let to = chunk.length
    const hasCr = to > from && chunk[to - 1] === CR
    if (hasCr) to--
    let lines = 0
    while (to - 2 >= from && chunk[to - 1] === LF && chunk[to - 2] === CR) {
      to -= 2
      lines++
    }
    if (to > from) {
      this.#release(false)
      this.#out.add(chunk, from, to)
    }
    this.#lines += lines
    this.#hasCr = hasCr
  }

  // RFC 6376 §3.4.3: all line ends at the end of the body, even none, are one CRLF.
  end(): void {
    if (this.#hasCr) this.#release(true)
    this.#out.addLineEnds(1)
    this.#out.finish()
  }

  #release(withCr: boolean): void {
    if (this.#lines > 0) this.#out.addLineEnds(this.#lines)
    this.#lines = 0
    if (withCr) this.#out.addByte(CR)
  }
}

/** Whether a byte may belong to what has to be changed: white space, CR, LF. */
const isGap = (byte: number): boolean =>
  byte <= SP && (byte === SP || byte === LF || byte === CR || byte === TAB)

class RelaxedBody implements CanonicalBody {
  readonly #out: BodyOctets
  /** What is held back, in this order: line ends, a space (of any white space), a CR. */
  #lines = 0
  #hasSpace = false
  #hasCr = false

  constructor(hashes: readonly BodyHash[]) {
    this.#out = new BodyOctets(hashes)
  }

  get length(): number {
    return this.#out.length
  }

  write(chunk: Buffer): void {
    let to = chunk.length
    while (to > 0 && isGap(chunk[to - 1]!)) to--
    let from = this.#passGap(chunk, 0)
    // Here `from` is a byte of text, and so is the last one before `to`.
    if (from < to) {
      const search = new GapSearch(chunk)
      do {
        const gap = search.find(from, to)
        this.#out.add(chunk, from, gap)
        from = gap < to ? this.#passGap(chunk, gap) : to
      } while (from < to)
    }
    if (to > 0 && from === to) this.#passGap(chunk, to)
  }

  // RFC 6376 §3.4.4: no empty lines at the end; a CRLF at the end unless nothing is left.
  end(): void {
    if (this.#hasCr) this.#release()
    if (this.#out.length > 0) this.#out.addLineEnds(1)
    this.#out.finish()
  }

  /** Takes white space and line ends up to the next byte of text, and gives its index. */
  #passGap(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === SP || byte === TAB) {
        if (this.#hasCr) this.#release()
        this.#hasSpace = true
      } else if (byte === CR) {
        if (this.#hasCr) this.#release()
        this.#hasCr = true
      } else if (byte === LF && this.#hasCr) {
        this.#lines++
        this.#hasSpace = false
        this.#hasCr = false
      } else {
        this.#release()
        if (byte !== LF) return at
        this.#out.addByte(LF)
      }
    }
    return chunk.length
  }

  #release(): void {
    if (this.#lines > 0) this.#out.addLineEnds(this.#lines)
    if (this.#hasSpace) this.#out.addByte(SP)
    if (this.#hasCr) this.#out.addByte(CR)
    this.#lines = 0
    this.#hasSpace = false
    this.#hasCr = false
  }
}
