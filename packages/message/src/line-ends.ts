// Gives a message the line ends it travels with. RFC 5322 §2.3: CR and LF stand only together, as CRLF. RFC 6376 §5.3:
// what a local system ends its lines with has to become CRLF before anything is signed or verified.

/**
 * What ends a line of the input.
 *
 * - `crlf`: CRLF and nothing else; a CR or LF alone is data like any other byte.
 * - `any`: LF too, which is handed on as CRLF. A CR alone is data.
 * - `auto`: as the first line end says. LF alone: `any` (a file of a Unix system); else `crlf`.
 */
export type LineEnds = 'crlf' | 'any' | 'auto'

const CR = 13
const LF = 10

/** Passes chunks on, with CRLF in place of bare LFs where the mode wants it. Knows the last byte of the chunk before. */
export class LineEndMender {
  readonly #take: (chunk: Buffer) => void
  #mode: LineEnds
  #last = 0

  constructor(mode: LineEnds, take: (chunk: Buffer) => void) {
    this.#mode = mode
    this.#take = take
  }

  write(chunk: Buffer): void {
    if (chunk.length === 0) return
    if (this.#mode === 'auto') {
      const at = chunk.indexOf(LF)
      if (at >= 0) this.#mode = (at > 0 ? chunk[at - 1] : this.#last) === CR ? 'crlf' : 'any'
    }
    if (this.#mode === 'any') this.#mend(chunk)
    else this.#take(chunk)
    this.#last = chunk[chunk.length - 1]!
  }

  #mend(chunk: Buffer): void {
    let first = chunk.indexOf(LF)
    while (first >= 0 && (first > 0 ? chunk[first - 1] : this.#last) === CR)
      first = chunk.indexOf(LF, first + 1)
    if (first < 0) {
      this.#take(chunk)
      return
    }
    const mended = Buffer.allocUnsafe(first + 2 * (chunk.length - first))
    mended.set(chunk.subarray(0, first))
    let length = first
    let before = first > 0 ? chunk[first - 1]! : this.#last
    for (let at = first; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === LF && before !== CR) mended[length++] = CR
      mended[length++] = byte
      before = byte
    }
    this.#take(mended.subarray(0, length))
  }
}
