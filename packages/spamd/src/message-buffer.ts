// A message as it comes: not copied when it comes in one piece, copied once when its length is known.

/** Room made at once on the word of a Content-length; beyond it room grows with what has really come. */
const trustedBytes = 1 << 20

const none = new Uint8Array(0)

/** Gives that many bytes, whatever is in them: all that is read of them is written before. */
export type Allocate = (bytes: number) => Uint8Array

export const allocateZeroes: Allocate = (bytes) => new Uint8Array(bytes)

export class MessageBuffer {
  private bytes: Uint8Array = none
  private used = 0
  private readonly expected: number | undefined
  private readonly allocate: Allocate

  constructor(expected: number | undefined, allocate: Allocate) {
    this.expected = expected
    this.allocate = allocate
  }

  get length(): number {
    return this.used
  }

  /** The bytes are kept, and must not be changed afterwards. */
  add(bytes: Uint8Array): void {
    if (this.used === 0) {
      this.bytes = bytes
      this.used = bytes.length
      return
    }
    const needed = this.used + bytes.length
    if (needed > this.bytes.length) {
      const { expected = 0 } = this
      const wanted = expected <= trustedBytes ? expected : Math.min(expected, needed * 2)
      const grown = this.allocate(Math.max(needed, expected === 0 ? needed * 2 : wanted))
      grown.set(this.bytes.subarray(0, this.used))
      this.bytes = grown
    }
    this.bytes.set(bytes, this.used)
    this.used = needed
  }

  take(): Uint8Array {
    return this.used === this.bytes.length ? this.bytes : this.bytes.subarray(0, this.used)
  }
}
