// Macro strings, RFC 7208 §7: parsed once into parts, written back, and expanded elsewhere (expand.ts).
import { type Parsed, parsed, parseError } from '@postern/addr'

export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v'

/** `%{ir}` and the like. */
export interface Macro {
  readonly letter: MacroLetter
  /** How many parts are kept, counted from the right; undefined: all of them. */
  readonly keep: number | undefined
  readonly isReversed: boolean
  /** What the value is split at: some of `.-+,/_=`; '' means `.`. */
  readonly delimiters: string
  /** A capital letter: the value is escaped as in a URL (RFC 7208 §7.3). */
  readonly isEscaped: boolean
}

/** A macro string: literal text and macros in turn. `%%`, `%_` and `%-` are text already. */
export interface MacroString {
  readonly parts: readonly (string | Macro)[]
  /** The whole of it, when there is no macro inside. */
  readonly literal: string | undefined
}

/** A macro string that must name a domain (the rule domain-spec). */
export interface DomainSpec extends MacroString {
  /** The name as it is asked for, when there is no macro inside. */
  readonly name: string | undefined
}

export type MacroErrorCode = 'bad-character' | 'bad-macro' | 'macro-not-here' | 'not-a-domain'

const PERCENT = 37
/** Those that only make sense in an explanation, RFC 7208 §7.2. */
const ONLY_IN_EXPLANATIONS = new Set(['c', 'r', 't'])
const MACRO = /%\{([slodiphcrtv])([0-9]*)(r?)([-.+,/_=]*)\}/iy

export interface MacroStringOptions {
  /** An explain-string: blanks, and the letters c, r and t, are allowed. */
  readonly isExplanation?: boolean
  /** Where `text` begins in what positions of errors count from. Default 0. */
  readonly offset?: number
}

/** The rules macro-string and, for explanations, explain-string of RFC 7208 §7.1. */
export function parseMacroString(
  text: string,
  options: MacroStringOptions = {},
): Parsed<MacroString, MacroErrorCode> {
  const { isExplanation = false, offset = 0 } = options
  const parts: (string | Macro)[] = []
  let literal = ''
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== PERCENT) {
      // macro-literal is visible ASCII; an explanation may also have blanks.
      if (code > 126 || code < (isExplanation ? 32 : 33)) return parseError('bad-character', offset + at)
      continue
    }
    literal += text.slice(start, at)
    const escaped = escapes[text.charAt(at + 1)]
    if (escaped !== undefined) {
      literal += escaped
      start = at + 2
      at++
      continue
    }
    MACRO.lastIndex = at
    const found = MACRO.exec(text)
    const macro = found === null ? undefined : macroOf(found)
    if (found === null || macro === undefined) return parseError('bad-macro', offset + at)
    if (!isExplanation && ONLY_IN_EXPLANATIONS.has(macro.letter))
      return parseError('macro-not-here', offset + at)
    if (literal !== '') parts.push(literal)
    literal = ''
    parts.push(macro)
    at += found[0].length - 1
    start = at + 1
  }
  literal += text.slice(start)
  if (literal !== '' || parts.length === 0) parts.push(literal)
  return parsed({ parts, literal: parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : undefined })
}

const escapes: Readonly<Record<string, string>> = { '%': '%', _: ' ', '-': '%20' }

function macroOf([, letter = '', digits = '', reversed = '', delimiters = '']: RegExpExecArray):
  | Macro
  | undefined {
  // No value has more parts than this, and it can be written back.
  const keep = digits === '' ? undefined : Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
  // RFC 7208 §7.1: the number of parts must not be zero.
  if (keep === 0) return undefined
  const lower = letter.toLowerCase() as MacroLetter
  return { letter: lower, keep, isReversed: reversed !== '', delimiters, isEscaped: letter !== lower }
}

/** The macro string as it is published. Parsing it gives the same parts again. */
export function formatMacroString({ parts }: MacroString): string {
  return parts
    .map((part) =>
      typeof part === 'string' ? part.replaceAll(/%20|[% ]/g, (c) => unescapes[c]!) : formatMacro(part),
    )
    .join('')
}

const unescapes: Readonly<Record<string, string>> = { '%': '%%', ' ': '%_', '%20': '%-' }

function formatMacro({ letter, keep, isReversed, delimiters, isEscaped }: Macro): string {
  return `%{${isEscaped ? letter.toUpperCase() : letter}${keep ?? ''}${isReversed ? 'r' : ''}${delimiters}}`
}
