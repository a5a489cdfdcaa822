// The attributes of a start tag, those that matter here. WHATWG HTML §13.2.5.32 to §13.2.5.39.
import { decodeHTMLAttribute } from 'entities/decode'

const GT = 62
const SLASH = 47
const EQUALS = 61
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39

const NAMES = new Set([
  'style',
  'href',
  'src',
  'alt',
  'color',
  'bgcolor',
  'background',
  'content',
  'hidden',
  'type',
  'value',
  'action',
  'text',
  'width',
  'height',
  'http-equiv',
])
/** By length, first letters as bits: nearly all other names are told from these without making a string of them. */
const FIRST_LETTERS = firstLetters()

function firstLetters(): Int32Array {
  const table = new Int32Array(16)
  for (const name of NAMES)
    table[name.length] = (table[name.length] as number) | (1 << (name.charCodeAt(0) - 97))
  return table
}

const isSpace = (code: number): boolean => code === 32 || (code <= 13 && code >= 9)

/** One is made for a document and used for each of its tags. */
export class Attributes {
  /** Of the tag read last; entities are decoded when asked for. */
  readonly #values = new Map<string, string>()
  /** An attribute that runs a script: `onclick`. */
  hasHandler = false

  get(name: string): string | undefined {
    if (this.#values.size === 0) return undefined
    const value = this.#values.get(name)
    return value?.includes('&') ? decodeHTMLAttribute(value) : value
  }

  get isEmpty(): boolean {
    return this.#values.size === 0
  }

  /** Reads from behind the tag's name; returns the place behind its `>`, or the end of `html` when there is none. */
  read(html: string, from: number): number {
    if (this.#values.size > 0) this.#values.clear()
    const { length } = html
    let at = from
    while (at < length) {
      const code = html.charCodeAt(at)
      if (code === GT) return at + 1
      if (isSpace(code) || code === SLASH) {
        at++
        continue
      }
      at = this.#readOne(html, at)
    }
    return length
  }

  #readOne(html: string, from: number): number {
    const { length } = html
    let at = from + 1
    for (; at < length; at++) {
      const code = html.charCodeAt(at)
      if (code === EQUALS || code === GT || code === SLASH || isSpace(code)) break
    }
    const nameEnd = at
    while (at < length && isSpace(html.charCodeAt(at))) at++
    if (html.charCodeAt(at) !== EQUALS) {
      this.#set(html, from, nameEnd, '')
      return at
    }
    at++
    while (at < length && isSpace(html.charCodeAt(at))) at++
    const quote = html.charCodeAt(at)
    let end: number
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      end = html.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", ++at)
      // WHATWG HTML §13.2.5.36: the end of the file in a value: the whole tag is dropped.
      if (end < 0) return length
    } else
      for (end = at; end < length; end++)
        if (html.charCodeAt(end) === GT || isSpace(html.charCodeAt(end))) break
    this.#set(html, from, nameEnd, undefined, at, end)
    return quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE ? end + 1 : end
  }

  #set(html: string, from: number, to: number, fixed: string | undefined, start = 0, end = 0): void {
    const letter = (html.charCodeAt(from) | 32) - 97
    if (letter === 14 && to - from > 4 && (html.charCodeAt(from + 1) | 32) === 110) this.hasHandler = true
    if (
      to - from > 10 ||
      letter < 0 ||
      letter > 25 ||
      !(((FIRST_LETTERS[to - from] as number) >> letter) & 1)
    )
      return
    const name = html.slice(from, to).toLowerCase()
    // §13.2.5.33: of two with one name the first counts.
    if (NAMES.has(name) && !this.#values.has(name)) this.#values.set(name, fixed ?? html.slice(start, end))
  }
}
