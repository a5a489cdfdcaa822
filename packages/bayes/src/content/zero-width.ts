// Characters that show nothing and take no room: they take words apart for programs only.

/** Soft hyphen, zero-width and directional marks, fillers, variation selectors. */
const ZERO_WIDTH = new RegExp(
  `[${[
    '\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f',
    '\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff',
  ].join('')}]`,
  'g',
)
const NUL = /\0+/g

/** `text` itself when it has none. */
export const withoutZeroWidth = (text: string): string =>
  text.search(ZERO_WIDTH) < 0 ? text : text.replace(ZERO_WIDTH, '')

/** Programs show nothing for it, or stop. UTF-16 that is called something else is full of them. */
export const withoutNul = (text: string): string => (text.includes('\0') ? text.replace(NUL, '') : text)
