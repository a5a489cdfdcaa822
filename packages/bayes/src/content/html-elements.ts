// What the elements of HTML do to the text around them. WHATWG HTML §15.3 (rendering), shortened to what mail shows.
import { type Fact, TOLD_ELEMENTS, type ToldElement } from './facts.ts'

/** How its tags separate words: not at all, as a space (cells), as the end of a line (blocks). */
export type Separation = '' | ' ' | '\n'

export interface Element {
  readonly name: string
  /** Its number, below ELEMENT_KINDS; all that are not of HTML have 0. */
  readonly kind: number
  /** What its presence tells. */
  readonly told: Fact | undefined
  readonly separates: Separation
  /** Has no content and no end tag. */
  readonly isVoid: boolean
  /** Its content is no markup; up to its end tag it is dropped, or hidden text (`title`), or shown (`textarea`, `xmp`). */
  readonly raw: 'dropped' | 'hidden' | 'shown' | undefined
  /** End tags inside do not reach out of it. */
  readonly isScope: boolean
  /** An end tag of another, inline element does not close it. */
  readonly isBlock: boolean
  /** A start tag of it closes an open one of these. */
  readonly closes: readonly string[]
}

export const ELEMENT_KINDS = 128

const BLOCKS =
  'address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 ' +
  'h4 h5 h6 header hgroup html legend li main menu nav ol optgroup option p pre search section select summary table tbody tfoot ' +
  'thead tr ul caption noscript head hr br xmp'
const CELLS = 'td th input button img'
const VOID =
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr keygen'
const SCOPES = 'html table td th caption object marquee applet template'
const DROPPED = 'script style iframe noembed noframes'
const SHOWN = 'textarea xmp'
const CLOSES: Readonly<Record<string, string>> = {
  li: 'li',
  td: 'td th',
  th: 'td th',
  tr: 'tr',
  option: 'option',
  dt: 'dt dd',
  dd: 'dt dd',
  a: 'a',
  p: 'p',
  div: 'p',
  table: 'p',
  ul: 'p',
  ol: 'p',
  center: 'p',
  blockquote: 'p',
  hr: 'p',
  h1: 'p',
  h2: 'p',
  h3: 'p',
}

const NOTHING: readonly string[] = []

const inline = (name: string): Element => ({
  name,
  kind: 0,
  told: undefined,
  separates: '',
  isVoid: false,
  raw: undefined,
  isScope: false,
  isBlock: false,
  closes: NOTHING,
})

const known = createTable()

function rawOf(name: string): Element['raw'] {
  if (DROPPED.split(' ').includes(name)) return 'dropped'
  if (SHOWN.split(' ').includes(name)) return 'shown'
  return name === 'title' ? 'hidden' : undefined
}

/** By name as written in small or capital letters. */
function createTable(): Map<string, Element> {
  const has = (list: string, name: string) => list.split(' ').includes(name)
  const names = new Set(
    [
      BLOCKS,
      CELLS,
      VOID,
      SCOPES,
      DROPPED,
      TOLD_ELEMENTS.join(' '),
      'a b font span i u em strong big small title textarea',
    ].flatMap((list) => list.split(' ')),
  )
  const table = new Map<string, Element>()
  for (const name of names) {
    const element: Element = {
      name,
      kind: table.size / 2 + 1,
      told: (TOLD_ELEMENTS as readonly string[]).includes(name) ? `html:${name as ToldElement}` : undefined,
      separates: has(BLOCKS, name) ? '\n' : has(CELLS, name) ? ' ' : '',
      isVoid: has(VOID, name),
      raw: rawOf(name),
      isScope: has(SCOPES, name),
      isBlock: has(BLOCKS, name) || has(SCOPES, name),
      closes: CLOSES[name]?.split(' ') ?? NOTHING,
    }
    table.set(name, element)
    table.set(name.toUpperCase(), element)
  }
  return table
}

/** What is not of HTML (`o:p`, `blink`) is inline, as in browsers. */
export const elementOf = (written: string): Element =>
  known.get(written) ?? known.get(written.toLowerCase()) ?? inline(written.toLowerCase())
