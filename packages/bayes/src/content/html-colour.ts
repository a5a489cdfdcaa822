// Colours of HTML and CSS, as far as mail uses them, and whether text in one can be read on another.

/** 0xRRGGBB; UNKNOWN when it cannot be told; TRANSPARENT when nothing is painted. */
export type Colour = number
export const UNKNOWN = -1
export const TRANSPARENT = -2
export const WHITE = 0xffffff
export const BLACK = 0
export const LINK_BLUE = 0x0000ee

/** CSS Color 4 §6.1: the basic ones, and the near white and near black, which is where text hides. */
const NAMED = new Map<string, Colour>([
  ['white', WHITE],
  ['black', BLACK],
  ['red', 0xff0000],
  ['green', 0x008000],
  ['blue', 0x0000ff],
  ['yellow', 0xffff00],
  ['navy', 0x000080],
  ['maroon', 0x800000],
  ['purple', 0x800080],
  ['teal', 0x008080],
  ['olive', 0x808000],
  ['lime', 0x00ff00],
  ['aqua', 0x00ffff],
  ['cyan', 0x00ffff],
  ['fuchsia', 0xff00ff],
  ['magenta', 0xff00ff],
  ['gray', 0x808080],
  ['grey', 0x808080],
  ['silver', 0xc0c0c0],
  ['orange', 0xffa500],
  ['darkblue', 0x00008b],
  ['darkred', 0x8b0000],
  ['snow', 0xfffafa],
  ['ivory', 0xfffff0],
  ['ghostwhite', 0xf8f8ff],
  ['floralwhite', 0xfffaf0],
  ['whitesmoke', 0xf5f5f5],
  ['mintcream', 0xf5fffa],
  ['azure', 0xf0ffff],
  ['aliceblue', 0xf0f8ff],
  ['honeydew', 0xf0fff0],
  ['seashell', 0xfff5ee],
  ['lightyellow', 0xffffe0],
  ['lightcyan', 0xe0ffff],
  ['transparent', TRANSPARENT],
])

const HEX = /^#?([0-9a-f]{3,8})$/
const RGB = /^rgba?\(\s*([\d.]+)(%?)[\s,]+([\d.]+)%?[\s,]+([\d.]+)%?(?:[\s,/]+([\d.]+%?))?\s*\)$/

/** `text` in lower case, without blanks around it. */
export function parseColour(text: string): Colour {
  const named = NAMED.get(text)
  if (named !== undefined) return named
  const hex = HEX.exec(text)?.[1]
  if (hex !== undefined) return hexColour(hex)
  const rgb = RGB.exec(text)
  if (rgb === null) return UNKNOWN
  if (rgb[5] !== undefined && Number.parseFloat(rgb[5]) === 0) return TRANSPARENT
  const scale = rgb[2] === '%' ? 2.55 : 1
  const part = (index: number) => Math.min(255, Math.round(Number(rgb[index]) * scale))
  return (part(1) << 16) | (part(3) << 8) | part(4)
}

function hexColour(hex: string): Colour {
  const value = Number.parseInt(hex, 16)
  if (hex.length === 6) return value
  if (hex.length === 3) return spread(value)
  if (hex.length === 8) return (value & 0xff) === 0 ? TRANSPARENT : Math.floor(value / 256)
  if (hex.length === 4) return (value & 0xf) === 0 ? TRANSPARENT : spread(value >> 4)
  return UNKNOWN
}

const spread = (short: number): Colour =>
  ((short >> 8) & 15) * 0x110000 + ((short >> 4) & 15) * 0x1100 + (short & 15) * 0x11

/** Sum of the differences of red, green and blue below which text is as good as gone; #e8e8e8 on white is just above. Ours. */
const NEAR = 64

export function isUnreadable(text: Colour, background: Colour): boolean {
  if (text === TRANSPARENT) return true
  if (text < 0 || background < 0) return false
  const difference =
    Math.abs((text >> 16) - (background >> 16)) +
    Math.abs(((text >> 8) & 255) - ((background >> 8) & 255)) +
    Math.abs((text & 255) - (background & 255))
  return difference < NEAR
}
