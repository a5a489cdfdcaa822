// The words of a structured header field, RFC 5322 §3.2: atoms, quoted strings, literals and single specials, with
// folding white space and comments left out.

/** `text` is the value: without quotes and escapes. An atom here may have dots in it (dot-atom). */
export interface FieldToken {
  readonly kind: 'atom' | 'quoted' | 'literal' | 'special'
  readonly text: string
  readonly at: number
  /** White space or a comment stands before it. */
  readonly spaced: boolean
}

export type FieldTokenProblem = 'unclosed-comment' | 'unclosed-quote' | 'unclosed-literal'

const BACKSLASH = 92
const specials = '<>@,;:\\"[]()'

/** All tokens of a field body, up to `limit` octets or the first comment, quote or literal that has no end. */
export function readFieldTokens(
  body: string,
  limit: number,
): { readonly tokens: readonly FieldToken[]; readonly problem?: { code: FieldTokenProblem; at: number } } {
  const tokens: FieldToken[] = []
  const to = Math.min(body.length, limit)
  let at = 0
  let spaced = false
  while (at < to) {
    const character = body[at]!
    if (isBlank(body.charCodeAt(at))) {
      spaced = true
      at++
      continue
    }
    if (character === '(') {
      const end = endOfComment(body, at, to)
      if (end < 0) return { tokens, problem: { code: 'unclosed-comment', at } }
      spaced = true
      at = end
      continue
    }
    if (character === '"' || character === '[') {
      const enclosed = readEnclosed(body, at, to)
      if (enclosed === undefined) {
        const code = character === '"' ? 'unclosed-quote' : 'unclosed-literal'
        return { tokens, problem: { code, at } }
      }
      const kind = character === '"' ? 'quoted' : 'literal'
      tokens.push({ kind, text: enclosed.text, at, spaced })
      at = enclosed.end
    } else if (specials.includes(character)) {
      tokens.push({ kind: 'special', text: character, at, spaced })
      at++
    } else {
      const start = at
      while (at < to && !isBlank(body.charCodeAt(at)) && !specials.includes(body[at]!)) at++
      tokens.push({ kind: 'atom', text: body.slice(start, at), at: start, spaced })
    }
    spaced = false
  }
  return { tokens }
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10

/** Behind the closing parenthesis, or -1. Comments nest (RFC 5322 §3.2.2). */
function endOfComment(body: string, from: number, to: number): number {
  let depth = 0
  for (let at = from; at < to; at++) {
    const character = body[at]
    if (character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at + 1
  }
  return -1
}

function readEnclosed(body: string, from: number, to: number): { text: string; end: number } | undefined {
  const close = body[from] === '"' ? '"' : ']'
  let text = ''
  for (let at = from + 1; at < to; at++) {
    if (body[at] === close) return { text, end: at + 1 }
    if (body.charCodeAt(at) === BACKSLASH && at + 1 < to) at++
    // RFC 5322 §3.2.2: the CRLF of a fold is not part of the value; the blank behind it is.
    const code = body.charCodeAt(at)
    if (code !== 13 && code !== 10) text += body[at]
  }
  return undefined
}
