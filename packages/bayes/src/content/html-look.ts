// How text looks at a place of an HTML document, as far as it tells whether a person can read it.
import type { HiddenBy } from './facts.ts'
import type { Attributes } from './html-attributes.ts'
import {
  BLACK,
  type Colour,
  isUnreadable,
  LINK_BLUE,
  parseColour,
  TRANSPARENT,
  UNKNOWN,
  WHITE,
} from './html-colour.ts'
import { HidingRules } from './html-sheet.ts'
import { joinStyles, parseStyle, type Style } from './html-style.ts'

/** A font of so many pixels or fewer is a line of dots. Ours; bigger ones (4px footers) are read with effort. */
const TINY = 2

export class Look {
  readonly hiddenBy: HiddenBy | undefined
  /** That of an ancestor which nothing inside can undo. */
  readonly isGone: 'display' | 'clip' | undefined
  readonly isInvisible: boolean
  readonly pixels: number
  readonly colour: Colour
  readonly background: Colour

  constructor(look: Omit<Look, 'hiddenBy'>) {
    this.isGone = look.isGone
    this.isInvisible = look.isInvisible
    this.pixels = look.pixels
    this.colour = look.colour
    this.background = look.background
    this.hiddenBy = hiddenBy(look)
  }
}

export const plainLook = new Look({
  isGone: undefined,
  isInvisible: false,
  pixels: 16,
  colour: BLACK,
  background: WHITE,
})

/** What is inside of an element that is not shown. */
export const goneLook = new Look({ ...plainLook, isGone: 'display' })

const MAX_STYLES = 500

/** The looks of one document. Newsletters repeat a few styles hundreds of times: each is parsed once. */
export class Looks {
  readonly rules = new HidingRules()
  readonly #styles = new Map<string, Style>()

  /** `parent` itself, where the tag changes nothing. */
  of(parent: Look, name: string, attributes: Attributes): Look {
    if (attributes.isEmpty) return parent
    const written = attributes.get('style')
    const own = written === undefined ? undefined : this.#style(written)
    const ruled = this.rules.isEmpty
      ? undefined
      : this.rules.of(attributes.get('class'), attributes.get('id'))
    const style = ruled === undefined ? own : joinStyles(ruled, own)
    const isHidden = attributes.has('hidden')
    const colour = style?.colour ?? ownColour(name, attributes)
    const background = style?.background ?? ownBackground(attributes)
    if (style === undefined && !isHidden && colour === undefined && background === undefined) return parent
    return new Look({
      isGone:
        parent.isGone ?? (isHidden || style?.isGone ? 'display' : style?.isClipped ? 'clip' : undefined),
      isInvisible: style?.visibility === undefined ? parent.isInvisible : style.visibility === 'hidden',
      pixels: style?.pixels ?? parent.pixels * (style?.share ?? 1),
      colour: colour ?? parent.colour,
      background: background === undefined || background === TRANSPARENT ? parent.background : background,
    })
  }

  #style(written: string): Style {
    const known = this.#styles.get(written)
    if (known !== undefined) return known
    const style = parseStyle(written)
    if (this.#styles.size < MAX_STYLES) this.#styles.set(written, style)
    return style
  }
}

function hiddenBy(look: Omit<Look, 'hiddenBy'>): HiddenBy | undefined {
  if (look.isGone !== undefined) return look.isGone
  if (look.isInvisible) return 'visibility'
  if (look.pixels <= TINY) return 'size'
  return isUnreadable(look.colour, look.background) ? 'colour' : undefined
}

function ownColour(name: string, attributes: Attributes): Colour | undefined {
  const written =
    name === 'font' ? attributes.get('color') : name === 'body' ? attributes.get('text') : undefined
  if (written !== undefined) return parseColour(written.trim().toLowerCase())
  return name === 'a' && attributes.has('href') ? LINK_BLUE : undefined
}

function ownBackground(attributes: Attributes): Colour | undefined {
  if (attributes.has('background')) return UNKNOWN
  const written = attributes.get('bgcolor')
  return written === undefined ? undefined : parseColour(written.trim().toLowerCase())
}
