// Text with its white space to be seen, as the difference that breaks a signature is often nothing else.

/** What stands for what. */
export const VISIBLE_LEGEND = '\u00B7 blank, \u2192 tab, \u240D CR, \u240A LF, \\x.. any other byte'

const signs: Readonly<Record<string, string>> = {
  ' ': '\u00B7',
  '\t': '\u2192',
  '\r': '\u240D',
  '\n': '\u240A',
}

/** The lines of a byte string, each with the signs of its end. */
export function visibleLines(text: string): string[] {
  return text
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(/[^!-~]/g, (byte) => signs[byte] ?? hex(byte)))
}

const hex = (byte: string): string => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
