// The elements that are open, and how text looks in each.
import { UNKNOWN } from './html-colour.ts'
import { ELEMENT_KINDS, type Element, elementOf } from './html-elements.ts'
import { Look, plainLook } from './html-look.ts'

const LISTS = new Set(['ul', 'ol', 'dl', 'select'])

export class OpenElements {
  readonly #limit: number
  readonly #elements: Element[] = []
  readonly #looks: Look[] = []
  /** How many of a kind are open: most wrong end tags are told from it without a search. */
  readonly #counts = new Int32Array(ELEMENT_KINDS)
  /** Elements deeper than the limit, which are counted only. */
  #deeper = 0
  #root = plainLook

  constructor(limit: number) {
    this.#limit = limit
  }

  get look(): Look {
    return this.#looks.length === 0 ? this.#root : (this.#looks[this.#looks.length - 1] as Look)
  }

  /** A style sheet paints backgrounds: it is not known on what the text stands. */
  forgetBackground(): void {
    this.#root = new Look({ ...plainLook, background: UNKNOWN })
  }

  push(element: Element, look: Look): void {
    if (this.#elements.length >= this.#limit) {
      this.#deeper++
      return
    }
    this.#elements.push(element)
    this.#looks.push(look)
    this.#count(element, 1)
  }

  /** An end tag. WHATWG HTML §13.2.6.4.7: that of an inline element does not reach out of a block, nor any out of a table's cell. */
  close(element: Element): void {
    if (this.#deeper > 0) {
      this.#deeper--
      return
    }
    if (this.#counts[element.kind] === 0) return
    this.#cutAt(element.name, (open) => (element.isBlock ? open.isScope && !element.isScope : open.isBlock))
  }

  /** A start tag that ends an open element: `<p>` the `<p>` before it. */
  closeImplied(name: string): void {
    if (this.#deeper > 0 || this.#counts[elementOf(name).kind] === 0) return
    this.#cutAt(name, (open) => open.isScope || LISTS.has(open.name))
  }

  /** Closes the innermost open element of that name, and what is in it; not when it is behind a `wall`. */
  #cutAt(name: string, wall: (open: Element) => boolean): void {
    for (let i = this.#elements.length - 1; i >= 0; i--) {
      const open = this.#elements[i] as Element
      if (open.name === name) {
        this.#cut(i)
        return
      }
      if (wall(open)) return
    }
  }

  #cut(length: number): void {
    while (this.#elements.length > length) {
      this.#count(this.#elements.pop() as Element, -1)
      this.#looks.pop()
    }
  }

  #count({ kind }: Element, change: number): void {
    this.#counts[kind] = (this.#counts[kind] as number) + change
  }
}
