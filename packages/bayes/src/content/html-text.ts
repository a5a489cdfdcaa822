// HTML as a person sees it. Not a DOM: one pass over the tags, with a stack of what is open. WHATWG HTML §13.2.5 for what a tag is.
import { decodeHTML } from 'entities/decode'
import type { Draft } from './draft.ts'
import { Attributes } from './html-attributes.ts'
import { type Element, elementOf } from './html-elements.ts'
import { readElement } from './html-facts.ts'
import { goneLook, type Look, Looks } from './html-look.ts'
import { HtmlOutput } from './html-output.ts'
import { OpenElements } from './html-stack.ts'

const GT = 62
const SLASH = 47
const BANG = 33
const QUESTION = 63

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122
const isSpace = (code: number): boolean => code === 32 || (code <= 13 && code >= 9)

const CONDITIONAL = /^\s*\[if\b/i
const END_TAGS = new Map<string, RegExp>()

export function readHtml(html: string, draft: Draft): void {
  new HtmlReader(html, draft).read()
}

class HtmlReader {
  readonly #html: string
  readonly #draft: Draft
  readonly #attributes: Attributes
  readonly #looks = new Looks()
  readonly #open: OpenElements
  readonly #output: HtmlOutput
  readonly #place: { readonly draft: Draft; readonly output: HtmlOutput }

  constructor(html: string, draft: Draft) {
    this.#html = html
    this.#draft = draft
    this.#attributes = new Attributes(html)
    this.#open = new OpenElements(draft.limits.elements)
    this.#output = new HtmlOutput(draft)
    this.#place = { draft, output: this.#output }
  }

  read(): void {
    const html = this.#html
    let from = 0
    let at = 0
    for (;;) {
      const lt = html.indexOf('<', at)
      if (lt < 0) break
      const next = html.charCodeAt(lt + 1)
      const isEnd = next === SLASH && isLetter(html.charCodeAt(lt + 2))
      if (!isEnd && !isLetter(next) && next !== BANG && next !== QUESTION && next !== SLASH) {
        at = lt + 1
        continue
      }
      if (lt > from) this.#output.text(html, from, lt, this.#open.look)
      from = isEnd ? this.#endTag(lt + 2) : isLetter(next) ? this.#startTag(lt + 1) : this.#declaration(lt)
      at = from
    }
    if (html.length > from) this.#output.text(html, from, html.length, this.#open.look)
    this.#output.end()
  }

  /** These three return the place behind what they read. */
  #startTag(nameStart: number): number {
    const nameEnd = this.#nameEnd(nameStart)
    const attributes = this.#attributes
    const end = attributes.read(nameEnd)
    // §13.2.5: a tag that the document ends in is no tag.
    if (end < 0) return this.#html.length
    const element = elementOf(this.#html.slice(nameStart, nameEnd))
    const { name } = element
    if (element.closes.length > 0) for (const other of element.closes) this.#open.closeImplied(other)
    const look = this.#looks.of(this.#open.look, name, attributes)
    this.#output.separate(element.separates, look)
    if (name === 'a') this.#output.openAnchor(attributes.get('href'))
    if (name === 'img') this.#output.images++
    const instead = readElement(element, attributes, this.#place)
    if (instead !== undefined && instead !== '') this.#output.add(instead, look)
    if (element.isVoid) this.#output.separate(element.separates, look)
    else if (element.raw !== undefined) return this.#rawText(element, look, end)
    else this.#open.push(element, name === 'noscript' ? goneLook : look)
    return end
  }

  #endTag(nameStart: number): number {
    const nameEnd = this.#nameEnd(nameStart)
    const element = elementOf(this.#html.slice(nameStart, nameEnd))
    const end = this.#html.indexOf('>', nameEnd)
    if (end < 0) return this.#html.length
    const { look } = this.#open
    this.#open.close(element)
    if (element.name === 'a') this.#output.closeAnchor()
    this.#output.separate(element.separates, look)
    return end + 1
  }

  #nameEnd(start: number): number {
    const html = this.#html
    let at = start + 1
    for (; at < html.length; at++) {
      const code = html.charCodeAt(at)
      if (code === GT || code === SLASH || isSpace(code)) break
    }
    return at
  }

  /** §13.2.6.2: the content of such an element is text up to its end tag, whatever is in it. */
  #rawText(element: Element, look: Look, start: number): number {
    const html = this.#html
    const end = rawEnd(html, element.name, start)
    if (element.raw === 'hidden') this.#output.hide(decodeHTML(html.slice(start, end)))
    else if (element.raw === 'shown') this.#output.text(html, start, end, look)
    else if (element.name === 'style') this.#styleSheet(html.slice(start, end))
    this.#output.separate(element.separates, look)
    const close = html.indexOf('>', end)
    return close < 0 ? html.length : close + 1
  }

  #styleSheet(css: string): void {
    if (/background/i.test(css)) this.#open.forgetBackground()
    this.#looks.rules.add(css)
  }

  /** A comment, `<!doctype>`, `<?xml>`, or what is taken for a comment (§13.2.5.41). */
  #declaration(lt: number): number {
    const html = this.#html
    if (!html.startsWith('<!--', lt)) {
      const end = html.indexOf('>', lt)
      return end < 0 ? html.length : end + 1
    }
    // §13.2.5.43: `<!-->` and `<!--->` are whole comments.
    if (html.charCodeAt(lt + 4) === GT) return lt + 5
    if (html.startsWith('->', lt + 4)) return lt + 6
    const end = html.indexOf('-->', lt + 4)
    const text = html.slice(lt + 4, end < 0 ? html.length : end)
    this.#draft.fact('html:comment')
    if (CONDITIONAL.test(text)) this.#draft.fact('html:conditional')
    else this.#output.hide(text)
    return end < 0 ? html.length : end + 3
  }
}

/** Where the end tag of `name` begins, or the end of the document. */
function rawEnd(html: string, name: string, start: number): number {
  let tag = END_TAGS.get(name)
  if (tag === undefined) {
    tag = new RegExp(`</${name}[\\s/>]`, 'gi')
    END_TAGS.set(name, tag)
  }
  tag.lastIndex = start
  return tag.exec(html)?.index ?? html.length
}
