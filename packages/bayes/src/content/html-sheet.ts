// Rules of a style sheet that hide what has a class or id. Not a cascade: `.name`, `#name`, `td.name`, for all screens.
import { parseStyle, type Style } from './html-style.ts'

const SELECTOR = /^[a-z0-9]*([.#][\w-]{1,60})$/i
const COMMENT = /\/\*[\s\S]*?\*\/|<!--|-->/g
/** Ours: sheets of newsletters have up to 30,000 characters and 300 rules. */
const MAX_CHARACTERS = 65_536
const MAX_RULES = 1000
const MAX_CLASSES = 10

/** As small as text can be and not be seen; html-look.ts decides. */
const couldHide = (style: Style): boolean =>
  style.isGone || style.isClipped || style.visibility === 'hidden' || style.pixels !== undefined

export class HidingRules {
  readonly #styles = new Map<string, Style>()
  #rules = 0

  get isEmpty(): boolean {
    return this.#styles.size === 0
  }

  /** The content of a `style` element. */
  add(written: string): void {
    const css = written.slice(0, MAX_CHARACTERS).replace(COMMENT, ' ')
    let at = 0
    while (this.#rules < MAX_RULES) {
      const open = css.indexOf('{', at)
      if (open < 0) return
      const prelude = css.slice(at, open)
      // `@media` and its like: for other screens, or not known to be for this one.
      const isBlock = prelude.includes('@') && prelude.lastIndexOf('@') > prelude.lastIndexOf(';')
      at = isBlock ? blockEnd(css, open + 1) : this.#rule(css, prelude, open + 1)
      this.#rules++
    }
  }

  /** What the sheet says of an element with these; the last rule counts. */
  of(classes: string | undefined, id: string | undefined): Style | undefined {
    if (id !== undefined) {
      const style = this.#styles.get(`#${id}`)
      if (style !== undefined) return style
    }
    if (classes === undefined) return undefined
    for (const name of classes.split(/\s+/, MAX_CLASSES)) {
      const style = this.#styles.get(`.${name}`)
      if (style !== undefined) return style
    }
    return undefined
  }

  #rule(css: string, prelude: string, start: number): number {
    const found = css.indexOf('}', start)
    const end = found < 0 ? css.length : found
    const style = parseStyle(css.slice(start, end))
    for (const selector of prelude.slice(prelude.lastIndexOf(';') + 1).split(',', 100)) {
      const key = SELECTOR.exec(selector.trim())?.[1]
      if (key === undefined) continue
      // Its colours say nothing without those of all other rules.
      if (couldHide(style)) this.#styles.set(key, { ...style, colour: undefined, background: undefined })
      else if (style.isDisplayed) this.#styles.delete(key)
    }
    return end + 1
  }
}

/** Behind the brace that closes the block, which has rules with braces in it. */
function blockEnd(css: string, start: number): number {
  let at = start
  for (;;) {
    const close = css.indexOf('}', at)
    if (close < 0) return css.length
    const open = css.indexOf('{', at)
    if (open < 0 || open > close) return close + 1
    const ruleEnd = css.indexOf('}', open)
    if (ruleEnd < 0) return css.length
    at = ruleEnd + 1
  }
}
