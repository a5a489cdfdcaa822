// The attributes of a start tag, those that matter here. WHATWG HTML §13.2.5.32 to §13.2.5.39.
import { decodeHTMLAttribute } from 'entities/decode'

const GT = 62
const SLASH = 47
const EQUALS = 61
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39

const NAMES = [
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
  'class',
  'id',
] as const

export type AttributeName = (typeof NAMES)[number]

const INDEX = Object.fromEntries(NAMES.map((name, index) => [name, index])) as Readonly<
  Record<AttributeName, number>
>
const LONGEST = 10
/** Names by length and first letter, so that no string is made of the others, which are the most. */
const CANDIDATES = createCandidates()

function createCandidates(): (number[] | undefined)[] {
  const table: (number[] | undefined)[] = Array.from({ length: (LONGEST + 1) * 32 })
  NAMES.forEach((name, index) => {
    const slot = name.length * 32 + (name.charCodeAt(0) & 31)
    table[slot] = [...(table[slot] ?? []), index]
  })
  return table
}

const isSpace = (code: number): boolean => code === 32 || (code <= 13 && code >= 9)

/** One is made for a document and used for each of its tags. */
export class Attributes {
  /** An attribute that runs a script: `onclick`. */
  hasHandler = false
  readonly #html: string
  /** Which of the names the tag read last has, as bits; where their values are. */
  #present = 0
  readonly #starts = new Int32Array(NAMES.length)
  readonly #ends = new Int32Array(NAMES.length)

  constructor(html: string) {
    this.#html = html
  }

  get isEmpty(): boolean {
    return this.#present === 0
  }

  has(name: AttributeName): boolean {
    return ((this.#present >> INDEX[name]) & 1) === 1
  }

  /** The value, entities decoded. */
  get(name: AttributeName): string | undefined {
    const index = INDEX[name]
    if (((this.#present >> index) & 1) === 0) return undefined
    const value = this.#html.slice(this.#starts[index], this.#ends[index])
    return value.includes('&') ? decodeHTMLAttribute(value) : value
  }

  /** Reads from behind the tag's name; returns the place behind its `>`, or -1 when there is none. */
  read(from: number): number {
    const html = this.#html
    const { length } = html
    this.#present = 0
    let at = from
    while (at < length) {
      const code = html.charCodeAt(at)
      if (code === GT) return at + 1
      at = isSpace(code) || code === SLASH ? at + 1 : this.#readOne(at)
    }
    return -1
  }

  #readOne(from: number): number {
    const html = this.#html
    const { length } = html
    let at = from + 1
    for (; at < length; at++) {
      const code = html.charCodeAt(at)
      if (code === EQUALS || code === GT || code === SLASH || isSpace(code)) break
    }
    const nameEnd = at
    while (at < length && isSpace(html.charCodeAt(at))) at++
    if (html.charCodeAt(at) !== EQUALS) {
      this.#note(from, nameEnd, at, at)
      return at
    }
    at++
    while (at < length && isSpace(html.charCodeAt(at))) at++
    const quote = html.charCodeAt(at)
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      const end = html.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", at + 1)
      // WHATWG HTML §13.2.5.36: a document that ends in a value: the whole tag is dropped.
      if (end < 0) return length
      this.#note(from, nameEnd, at + 1, end)
      return end + 1
    }
    let end = at
    for (; end < length; end++) {
      const code = html.charCodeAt(end)
      if (code === GT || isSpace(code)) break
    }
    this.#note(from, nameEnd, at, end)
    return end
  }

  #note(from: number, to: number, start: number, end: number): void {
    const html = this.#html
    const first = html.charCodeAt(from) | 32
    if (first === 111 && to - from > 4 && (html.charCodeAt(from + 1) | 32) === 110) this.hasHandler = true
    if (to - from > LONGEST) return
    const candidates = CANDIDATES[(to - from) * 32 + (first & 31)]
    if (candidates === undefined) return
    for (const index of candidates) {
      // §13.2.5.33: of two with one name the first counts.
      if ((this.#present >> index) & 1 || !isNamed(html, from, NAMES[index] as string)) continue
      this.#present |= 1 << index
      this.#starts[index] = start
      this.#ends[index] = end
    }
  }
}

/** Whatever the case of its letters; the dash of `http-equiv` has bit 32 set, as small letters have. */
function isNamed(html: string, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i++)
    if ((html.charCodeAt(from + i) | 32) !== name.charCodeAt(i)) return false
  return true
}
