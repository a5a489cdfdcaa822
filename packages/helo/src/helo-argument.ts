// The argument of HELO or EHLO, looked at once for all rules.
import { isPostfixAddress, isPostfixLiteral } from './postfix-address.ts'
import { isPostfixHostname } from './postfix-hostname.ts'

/**
 * What the argument is.
 *
 * - `missing`: there was no HELO.
 * - `name`: a host name as Postfix means it.
 * - `address`: an IP address without the brackets it needs.
 * - `literal`: an address literal; `bad-literal` one that begins with `[` but is none.
 * - `other`: anything else.
 */
export type HeloForm = 'missing' | 'name' | 'address' | 'literal' | 'bad-literal' | 'other'

/** The argument of HELO or EHLO and what it is. */
export interface HeloArgument {
  /** As the client sent it. */
  readonly text: string
  readonly form: HeloForm
  /** A name, address or literal in lower case and without the one dot that may end it; else the text. */
  readonly name: string
}

const DOT = 46
const BRACKET = 91

/** Looks at the argument as Postfix 3.7 does. */
export function readHeloArgument(text: string): HeloArgument {
  const form = formOf(text)
  // Only what is known to be ASCII: lower case turns some foreign letters into ASCII ones (KELVIN SIGN into k).
  const isPlain = form === 'name' || form === 'address' || form === 'literal'
  return { text, form, name: isPlain ? dropDot(text).toLowerCase() : text }
}

function formOf(text: string): HeloForm {
  if (text === '') return 'missing'
  if (text.charCodeAt(0) === BRACKET) return isPostfixLiteral(text) ? 'literal' : 'bad-literal'
  const tested = dropDot(text)
  if (isPostfixHostname(tested)) return 'name'
  return isPostfixAddress(tested) ? 'address' : 'other'
}

/** Postfix forgives one dot at the end, not two. */
function dropDot(text: string): string {
  const last = text.length - 1
  if (text.charCodeAt(last) !== DOT || text.charCodeAt(last - 1) === DOT) return text
  return text.slice(0, last)
}
