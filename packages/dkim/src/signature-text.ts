// Writes a DKIM-Signature field, RFC 6376 §3.5, so that relays have nothing to mend in it: lines of 78 columns at the most where
// that can be, each with something on it, no white space at their ends, folds only where the grammar allows white space.
import type { ByteString } from '@postern/message'
import { LINE_COLUMNS } from './limits.ts'

/** Begins the lines after the first. One column for a relay that turns the tab into a space, eight for one that counts it so. */
const FOLD = '\r\n\t'
const TAB_COLUMNS = 8
const NAME = 'DKIM-Signature:'

/** Puts text together that may be folded between its pieces. */
export class FoldedText {
  #text: ByteString
  #column: number

  constructor(start: ByteString) {
    this.#text = start
    this.#column = start.length
  }

  /** Adds `piece`, and `space` before it unless a fold takes its place. */
  add(piece: ByteString, space: '' | ' ' = ''): this {
    if (this.#column + space.length + piece.length > LINE_COLUMNS && this.#column > TAB_COLUMNS) {
      this.#text += FOLD + piece
      this.#column = TAB_COLUMNS + piece.length
    } else {
      this.#text += space + piece
      this.#column += space.length + piece.length
    }
    return this
  }

  /** Adds text that may be cut anywhere, as base64 may. */
  addCut(text: ByteString): this {
    for (let at = 0; at < text.length; ) {
      if (this.#column >= LINE_COLUMNS) {
        this.#text += FOLD
        this.#column = TAB_COLUMNS
      }
      const piece = text.slice(at, at + LINE_COLUMNS - this.#column)
      this.#text += piece
      this.#column += piece.length
      at += piece.length
    }
    return this
  }

  get text(): ByteString {
    return this.#text
  }
}

/** What stands in a signature besides b=. The order is that of the tags. */
export interface SignatureParts {
  readonly algorithm: string
  readonly canonicalization: string
  readonly domain: string
  readonly selector: string
  /** In dkim-quoted-printable. */
  readonly identity: ByteString | undefined
  readonly timestamp: number | undefined
  readonly expiration: number | undefined
  readonly bodyLength: number | undefined
  readonly fields: readonly string[]
  readonly bodyHash: string
}

/** The field up to and with `b=`: what is signed. */
export function startSignature(parts: SignatureParts): FoldedText {
  const text = new FoldedText(NAME)
  const tag = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) text.add(`${name}=${value};`, ' ')
  }
  tag('v', 1)
  tag('a', parts.algorithm)
  tag('c', parts.canonicalization)
  tag('d', parts.domain)
  tag('s', parts.selector)
  tag('i', parts.identity)
  tag('t', parts.timestamp)
  tag('x', parts.expiration)
  tag('l', parts.bodyLength)
  const { fields } = parts
  // sig-h-tag: white space may stand on either side of a colon.
  for (const [i, name] of fields.entries()) {
    const piece = `${i === 0 ? 'h=' : ''}${name}${i === fields.length - 1 ? ';' : ':'}`
    text.add(piece, i === 0 ? ' ' : '')
  }
  tag('bh', parts.bodyHash)
  return text.add('b=', ' ')
}
