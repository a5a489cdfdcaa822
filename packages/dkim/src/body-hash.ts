// The hash of a canonicalized body, or of its first octets (l=). One canonicalization feeds the hashes of all signatures.
import { createHash, type Hash, hash } from 'node:crypto'

/** Octets that are gathered before they are hashed: as large as the caches of the processor like it. */
const BLOCK_BYTES = 32_768
/** A piece this long is hashed where it lies. */
const DIRECT_BYTES = 8192
/** A piece this short is copied byte by byte, which is faster than asking for it (measured). */
const SHORT_BYTES = 24
/** Blocks kept for the next message. */
const SPARE_BLOCKS = 16

const EMPTY = Buffer.alloc(0)
const spares: Buffer[] = []
const lineEnds = Buffer.from('\r\n'.repeat(512), 'latin1')
const CR = 13
const LF = 10

/** What one signature wants to know of the body. */
export class BodyHash {
  /** Canonicalized octets that count: l=. */
  readonly limit: number
  /** Of SHA-256, in base64, once the body is over. A string is cheaper than a buffer here (measured). */
  digest = ''
  #hash: Hash | undefined
  #taken = 0

  constructor(limit: number) {
    this.limit = limit
  }

  update(bytes: Buffer): void {
    const room = this.limit - this.#taken
    if (room <= 0) return
    this.#hash ??= createHash('sha256')
    this.#hash.update(bytes.length <= room ? bytes : bytes.subarray(0, room))
    this.#taken += bytes.length
  }

  /** The last octets; for short bodies they are all there are. */
  finish(bytes: Buffer): void {
    if (this.#hash === undefined) {
      this.digest = hash(
        'sha256',
        bytes.length <= this.limit ? bytes : bytes.subarray(0, this.limit),
        'base64',
      )
      return
    }
    this.update(bytes)
    this.digest = this.#hash.digest('base64')
  }
}

/** Takes the octets of a canonicalized body, piece by piece. */
export class BodyOctets {
  readonly #hashes: readonly BodyHash[]
  #block: Buffer | undefined
  #used = 0
  #fed = 0

  constructor(hashes: readonly BodyHash[]) {
    this.#hashes = hashes
  }

  /** Octets so far. */
  get length(): number {
    return this.#fed + this.#used
  }

  add(bytes: Buffer, from: number, to: number): void {
    const length = to - from
    if (length >= DIRECT_BYTES) {
      this.#flush()
      this.#feed(bytes.subarray(from, to))
      return
    }
    const block = this.#room(length)
    if (length < SHORT_BYTES) for (let at = from, out = this.#used; at < to; at++) block[out++] = bytes[at]!
    else bytes.copy(block, this.#used, from, to)
    this.#used += length
  }

  addByte(byte: number): void {
    this.#room(1)[this.#used++] = byte
  }

  addLineEnds(count: number): void {
    if (count === 1) {
      const block = this.#room(2)
      block[this.#used++] = CR
      block[this.#used++] = LF
      return
    }
    for (let left = count * 2; left > 0; left -= lineEnds.length)
      this.add(lineEnds, 0, Math.min(left, lineEnds.length))
  }

  finish(): void {
    const last = this.#block?.subarray(0, this.#used) ?? EMPTY
    for (const bodyHash of this.#hashes) bodyHash.finish(last)
    if (this.#block !== undefined && spares.length < SPARE_BLOCKS) spares.push(this.#block)
    this.#block = undefined
    this.#fed += this.#used
    this.#used = 0
  }

  #room(length: number): Buffer {
    if (this.#used + length > BLOCK_BYTES) this.#flush()
    this.#block ??= spares.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
    return this.#block
  }

  #flush(): void {
    if (this.#used === 0) return
    this.#feed(this.#block!.subarray(0, this.#used))
    this.#used = 0
  }

  #feed(bytes: Buffer): void {
    for (const bodyHash of this.#hashes) bodyHash.update(bytes)
    this.#fed += bytes.length
  }
}
