// The style attribute: what of it can make text invisible.
import { type Colour, parseColour, UNKNOWN } from './html-colour.ts'

export interface Style {
  /** `display: none`, nothing of it opaque, or moved out of the window: nothing inside can undo it. */
  readonly isGone: boolean
  /** `display` is set, and not to none. */
  readonly isDisplayed: boolean
  /** No room for its content, which is not shown outside of it. */
  readonly isClipped: boolean
  readonly visibility: 'hidden' | 'visible' | undefined
  /** Font size in pixels, or as a share of the parent's. */
  readonly pixels: number | undefined
  readonly share: number | undefined
  readonly colour: Colour | undefined
  readonly background: Colour | undefined
}

const PIXELS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 3.78,
  cm: 37.8,
  in: 96,
  q: 0.94,
  rem: 16,
  '': 1,
}
const SIZE = /^(-?\d*\.?\d+)\s*(px|pt|pc|mm|cm|in|q|rem|em|ex|%|)$/
const FONT_SIZE = /(?:^|\s)(\d*\.?\d+(?:px|pt|pc|mm|cm|in|q|rem|em|ex|%)?)(?:\s*\/|\s|$)/
const FAR_AWAY = -900
const MAX_DECLARATIONS = 100

/** `text`: the attribute, entities decoded. */
export function parseStyle(text: string): Style {
  const values = new Map<string, string>()
  for (const declaration of text.toLowerCase().split(';', MAX_DECLARATIONS)) {
    const colon = declaration.indexOf(':')
    if (colon < 0) continue
    const value = declaration.slice(colon + 1)
    const important = value.indexOf('!')
    values.set(declaration.slice(0, colon).trim(), (important < 0 ? value : value.slice(0, important)).trim())
  }
  const size = fontSize(values)
  return {
    isGone: isGone(values),
    isDisplayed: values.has('display') && values.get('display') !== 'none',
    isClipped: isClipped(values),
    visibility: visibilityOf(values.get('visibility')),
    pixels: size?.pixels,
    share: size?.share,
    colour: colourOf(values.get('color')),
    background: backgroundOf(values),
  }
}

const visibilityOf = (value: string | undefined) =>
  value === 'hidden' || value === 'collapse' ? 'hidden' : value === 'visible' ? 'visible' : undefined

function isGone(values: ReadonlyMap<string, string>): boolean {
  if (values.get('display') === 'none') return true
  const opacity = values.get('opacity')
  if (opacity !== undefined && Number.parseFloat(opacity) < 0.05) return true
  if (isFarAway(values.get('text-indent'))) return true
  const position = values.get('position')
  return (
    (position === 'absolute' || position === 'fixed') &&
    (isFarAway(values.get('left')) || isFarAway(values.get('top')))
  )
}

const isFarAway = (value: string | undefined): boolean =>
  value !== undefined && Number.parseFloat(value) < FAR_AWAY

function isClipped(values: ReadonlyMap<string, string>): boolean {
  const overflow = values.get('overflow')
  if (overflow !== 'hidden' && overflow !== 'clip') return false
  return ['width', 'height', 'max-width', 'max-height'].some((name) => isZero(values.get(name)))
}

const isZero = (value: string | undefined): boolean =>
  value !== undefined && /^0*\.?0+(?:[a-z%]*)$/.test(value)

function fontSize(values: ReadonlyMap<string, string>): { pixels?: number; share?: number } | undefined {
  const written = values.get('font-size') ?? FONT_SIZE.exec(values.get('font') ?? '')?.[1]
  if (written === undefined) return undefined
  const match = SIZE.exec(written)
  // A word (`medium`) or what cannot be read: of a size that can be.
  if (match === null) return written === 'inherit' ? undefined : { pixels: 16 }
  const number = Number(match[1])
  const unit = match[2] as string
  if (unit === '%') return { share: number / 100 }
  if (unit === 'em') return { share: number }
  if (unit === 'ex') return { share: number / 2 }
  return { pixels: number * (PIXELS[unit] as number) }
}

const colourOf = (value: string | undefined): Colour | undefined =>
  value === undefined || value === 'inherit' ? undefined : parseColour(value)

function backgroundOf(values: ReadonlyMap<string, string>): Colour | undefined {
  const image = values.get('background-image')
  if (image !== undefined && image !== 'none') return UNKNOWN
  const colour = colourOf(values.get('background-color'))
  const all = values.get('background')
  if (all === undefined) return colour
  // An image or gradient; else the first word that is a colour.
  if (all.includes('url(') || all.includes('gradient')) return UNKNOWN
  const whole = parseColour(all)
  if (whole !== UNKNOWN) return whole
  for (const word of all.split(/\s+/, 10)) {
    const found = parseColour(word)
    if (found !== UNKNOWN) return found
  }
  return colour
}

/** That of a rule with the element's own over it. */
export function joinStyles(rule: Style, own: Style | undefined): Style {
  if (own === undefined) return rule
  return {
    isGone: own.isGone || (rule.isGone && !own.isDisplayed),
    isDisplayed: own.isDisplayed,
    isClipped: own.isClipped || rule.isClipped,
    visibility: own.visibility ?? rule.visibility,
    pixels: own.pixels ?? (own.share === undefined ? rule.pixels : undefined),
    share: own.share ?? (own.pixels === undefined ? rule.share : undefined),
    colour: own.colour,
    background: own.background,
  }
}
