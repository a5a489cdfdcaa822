// Where the text of an HTML document goes: shown or hidden, and into the anchor it stands in.
import { decodeHTML } from 'entities/decode'
import type { Draft, DraftLink } from './draft.ts'
import type { Flow } from './flow.ts'
import { areRelated, hostOf, looksLikeUrl, shownHost } from './host.ts'
import type { Separation } from './html-elements.ts'
import type { Look } from './html-look.ts'
import { ANCHOR_LENGTH } from './limits.ts'
import { withoutZeroWidth } from './zero-width.ts'

/** More than one blank, or one that is no space. */
const LOOSE_SPACE = / [\t\n\f\r \u00a0]+|[\t\n\f\r\u00a0][\t\n\f\r \u00a0]*/g
/** An image with less text than this around it is the message itself. Ours: a line of "click here". */
const LITTLE_TEXT = 40

const isSpace = (code: number): boolean => code === 32 || (code <= 13 && code >= 9) || code === 0xa0

/** What is to be done with a text before it can be shown, as bits; most need nothing. */
const DECODE = 1
const SPACE = 2
const BARE = 4

function needsOf(html: string, start: number, end: number): number {
  let needs = 0
  for (let at = start; at < end; at++) {
    const code = html.charCodeAt(at)
    if (code > 127) needs |= code === 0xa0 ? SPACE | BARE : BARE
    else if (code < 32) needs |= SPACE
    else if (code === 38) needs |= DECODE
    else if (code === 32 && html.charCodeAt(at + 1) === 32) needs |= SPACE
  }
  return needs
}

export class HtmlOutput {
  images = 0
  readonly #draft: Draft
  #anchor: { readonly link: DraftLink; text: string } | undefined
  #shownCharacters = 0

  constructor(draft: Draft) {
    this.#draft = draft
    draft.visible.lineEnd()
    draft.hidden.lineEnd()
  }

  /** Text of the document from `from` to `to`, entities and blanks as they are written. */
  text(html: string, from: number, to: number, look: Look): void {
    let start = from
    let end = to
    while (start < end && isSpace(html.charCodeAt(start))) start++
    if (start > from) this.#flow(look).space()
    if (start === end) return
    while (isSpace(html.charCodeAt(end - 1))) end--
    const written = html.slice(start, end)
    const needs = needsOf(html, start, end)
    this.#put(needs === 0 ? written : this.#clean(written, needs), look)
    if (end < to) this.#flow(look).space()
  }

  /** Text of an attribute, which stands for its element. */
  add(text: string, look: Look): void {
    this.#put(this.#bare(text.replace(LOOSE_SPACE, ' ')), look)
  }

  #put(text: string, look: Look): void {
    const flow = this.#flow(look)
    // Entities and attributes can have blanks at their ends.
    const trimmed = text.startsWith(' ') || text.endsWith(' ') ? text.trim() : text
    if (text.startsWith(' ')) flow.space()
    if (trimmed === '') return
    flow.add(trimmed)
    if (text.endsWith(' ')) flow.space()
    if (look.hiddenBy !== undefined) {
      this.#draft.fact(`html:hidden-${look.hiddenBy}`)
      return
    }
    this.#shownCharacters += trimmed.length
    const anchor = this.#anchor
    if (anchor !== undefined && anchor.text.length < ANCHOR_LENGTH) anchor.text += trimmed
  }

  /** Text that no browser shows in the page: a title, a comment. */
  hide(written: string): void {
    const { hidden } = this.#draft
    hidden.lineEnd()
    const text = this.#bare(written.replace(LOOSE_SPACE, ' ')).trim()
    if (text !== '') hidden.add(text)
    hidden.lineEnd()
  }

  separate(by: Separation, look: Look): void {
    if (by === '') return
    const { visible, hidden } = this.#draft
    // What is not there takes no room; what cannot be seen does.
    if (look.isGone === undefined) {
      if (by === '\n') visible.lineEnd()
      else visible.space()
    }
    if (look.hiddenBy === undefined) return
    if (by === '\n') hidden.lineEnd()
    else hidden.space()
  }

  openAnchor(href: string | undefined): void {
    this.closeAnchor()
    const link = href === undefined ? undefined : this.#draft.link('href', href)
    if (link !== undefined) this.#anchor = { link, text: '' }
  }

  closeAnchor(): void {
    const anchor = this.#anchor
    this.#anchor = undefined
    if (anchor === undefined) return
    const text = anchor.text.slice(0, ANCHOR_LENGTH)
    if (!looksLikeUrl(text) || areRelated(shownHost(text), hostOf(anchor.link.url))) return
    anchor.link.shown = text.trim()
    this.#draft.fact('html:link-mismatch')
  }

  end(): void {
    this.closeAnchor()
    this.#draft.visible.lineEnd()
    if (this.images > 0 && this.#shownCharacters < LITTLE_TEXT) this.#draft.fact('html:image-only')
  }

  #flow(look: Look): Flow {
    return look.hiddenBy === undefined ? this.#draft.visible : this.#draft.hidden
  }

  #clean(written: string, needs: number): string {
    const text = needs & DECODE ? decodeHTML(written) : written
    // An entity can be any character.
    const spaced = needs & (DECODE | SPACE) ? text.replace(LOOSE_SPACE, ' ') : text
    return needs & (DECODE | BARE) ? this.#bare(spaced) : spaced
  }

  #bare(text: string): string {
    const bare = withoutZeroWidth(text)
    if (bare !== text) this.#draft.fact('text:zero-width')
    return bare
  }
}
