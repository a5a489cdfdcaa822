// HTML as a person sees it. Not a DOM: one pass over the tags, with a stack of what is open. WHATWG HTML §13.2.5 for what a tag is.
import { decodeHTML } from 'entities/decode'
import type { Draft, DraftLink } from './draft.ts'
import { areRelated, hostOf, looksLikeUrl, shownHost } from './host.ts'
import { Attributes } from './html-attributes.ts'
import { type Element, elementOf } from './html-elements.ts'
import { readElement } from './html-facts.ts'
import { goneLook, type Look, Looks } from './html-look.ts'
import { OpenElements } from './html-stack.ts'
import { ANCHOR_LENGTH } from './limits.ts'
import { withoutZeroWidth } from './plain-text.ts'

const GT = 62
const SLASH = 47
const BANG = 33
const QUESTION = 63

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122
const isSpace = (code: number): boolean => code === 32 || (code <= 13 && code >= 9) || code === 0xa0
/** More than one blank, or one that is no space. */
const LOOSE_SPACE = / [\t\n\f\r \u00a0]+|[\t\n\f\r\u00a0][\t\n\f\r \u00a0]*/g
const CONDITIONAL = /^\s*\[if\b/i

/** `isAscii`: without entities, it cannot have characters without width. */
export function readHtml(html: string, draft: Draft, isAscii: boolean): void {
  new HtmlReader(html, draft, isAscii).read()
}

class HtmlReader {
  readonly #html: string
  readonly #draft: Draft
  readonly #isAscii: boolean
  readonly #attributes: Attributes
  readonly #looks = new Looks()
  readonly #open: OpenElements
  #anchor: { readonly link: DraftLink; text: string } | undefined
  #shownCharacters = 0
  #images = 0

  constructor(html: string, draft: Draft, isAscii: boolean) {
    this.#html = html
    this.#draft = draft
    this.#isAscii = isAscii
    this.#attributes = new Attributes(html)
    this.#open = new OpenElements(draft.limits.elements)
  }

  read(): void {
    const html = this.#html
    this.#draft.visible.lineEnd()
    this.#draft.hidden.lineEnd()
    let from = 0
    let at = 0
    for (;;) {
      const lt = html.indexOf('<', at)
      if (lt < 0) break
      const next = html.charCodeAt(lt + 1)
      if (isLetter(next)) {
        this.#text(from, lt)
        at = from = this.#startTag(lt + 1)
      } else if (next === SLASH && isLetter(html.charCodeAt(lt + 2))) {
        this.#text(from, lt)
        at = from = this.#endTag(lt + 2)
      } else if (next === BANG || next === QUESTION || next === SLASH) {
        this.#text(from, lt)
        at = from = this.#declaration(lt)
      } else at = lt + 1
    }
    this.#text(from, html.length)
    this.#closeAnchor()
    this.#draft.visible.lineEnd()
    if (this.#images > 0 && this.#shownCharacters < 40) this.#draft.fact('html:image-only')
  }

  #startTag(nameStart: number): number {
    const nameEnd = this.#nameEnd(nameStart)
    const element = elementOf(this.#html.slice(nameStart, nameEnd))
    const attributes = this.#attributes
    const end = attributes.read(nameEnd)
    // §13.2.5: a tag that the document ends in is no tag.
    if (end < 0) return this.#html.length
    for (const name of element.closes) this.#open.closeImplied(name)
    const parent = this.#open.look
    const look = this.#looks.of(parent, element.name, attributes)
    this.#separate(element, look)
    if (element.name === 'a') this.#openAnchor()
    const shown = readElement(element.name, attributes, this.#draft)
    if (element.name === 'img') this.#images++
    if (shown !== undefined && shown !== '') this.#add(this.#clean(shown), look)
    if (element.isVoid) {
      this.#separate(element, look)
      return end
    }
    if (element.raw !== undefined) return this.#rawText(element, look, end)
    this.#open.push(element, element.name === 'noscript' ? goneLook : look)
    return end
  }

  #endTag(nameStart: number): number {
    const nameEnd = this.#nameEnd(nameStart)
    const element = elementOf(this.#html.slice(nameStart, nameEnd))
    const end = this.#html.indexOf('>', nameEnd)
    if (end < 0) return this.#html.length
    const { look } = this.#open
    this.#open.close(element)
    if (element.name === 'a') this.#closeAnchor()
    this.#separate(element, look)
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

  /** §13.2.6.2: the content of such an element is text up to its end tag, whatever is in it. Returns the place behind that. */
  #rawText(element: Element, look: Look, start: number): number {
    const end = this.#rawEnd(element.name, start)
    if (element.raw !== 'dropped') {
      this.#add(this.#clean(this.#html.slice(start, end)), element.raw === 'hidden' ? goneLook : look)
      this.#draft.hidden.lineEnd()
    } else if (element.name === 'style' && /background/i.test(this.#html.slice(start, end)))
      this.#open.forgetBackground()
    const close = this.#html.indexOf('>', end)
    return end === this.#html.length || close < 0 ? this.#html.length : close + 1
  }

  #rawEnd(name: string, start: number): number {
    const close = new RegExp(`</${name}[\\s/>]`, 'gi')
    close.lastIndex = start
    return close.exec(this.#html)?.index ?? this.#html.length
  }

  /** A comment, `<!doctype>`, `<?xml>`, or what is taken for a comment (§13.2.5.41). Returns the place behind it. */
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
    else {
      this.#draft.hidden.lineEnd()
      this.#draft.hidden.add(this.#clean(text.trim()))
      this.#draft.hidden.lineEnd()
    }
    return end < 0 ? html.length : end + 3
  }

  #separate(element: Element, look: Look): void {
    if (element.separates === '') return
    const flow = look.hiddenBy === undefined ? this.#draft.visible : this.#draft.hidden
    if (element.separates === '\n') flow.lineEnd()
    else flow.space()
  }

  #text(from: number, to: number): void {
    const html = this.#html
    let start = from
    let end = to
    while (start < end && isSpace(html.charCodeAt(start))) start++
    const { look } = this.#open
    const flow = look.hiddenBy === undefined ? this.#draft.visible : this.#draft.hidden
    if (start > from) flow.space()
    if (start === end) return
    while (isSpace(html.charCodeAt(end - 1))) end--
    this.#add(this.#clean(html.slice(start, end)), look)
    if (end < to) flow.space()
  }

  /** Entities decoded, runs of blanks made one space. */
  #clean(written: string): string {
    const hasEntities = written.includes('&')
    const text = hasEntities ? decodeHTML(written) : written
    const spaced = text.replace(LOOSE_SPACE, ' ')
    return hasEntities || !this.#isAscii ? withoutZeroWidth(spaced, this.#draft) : spaced
  }

  #add(text: string, look: Look): void {
    if (text === '') return
    if (look.hiddenBy !== undefined) {
      this.#draft.fact(`html:hidden-${look.hiddenBy}`)
      this.#draft.hidden.add(text)
      return
    }
    this.#draft.visible.add(text)
    this.#shownCharacters += text.length
    const anchor = this.#anchor
    if (anchor !== undefined && anchor.text.length < ANCHOR_LENGTH) anchor.text += text
  }

  #openAnchor(): void {
    this.#closeAnchor()
    const href = this.#attributes.get('href')
    const link = href === undefined ? undefined : this.#draft.link('href', href)
    if (link !== undefined) this.#anchor = { link, text: '' }
  }

  #closeAnchor(): void {
    const anchor = this.#anchor
    this.#anchor = undefined
    if (anchor === undefined) return
    const text = anchor.text.slice(0, ANCHOR_LENGTH)
    if (!looksLikeUrl(text) || areRelated(shownHost(text), hostOf(anchor.link.url))) return
    anchor.link.shown = text.trim()
    this.#draft.fact('html:link-mismatch')
  }
}
