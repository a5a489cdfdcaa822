// What Postfix 3.7 takes for a host name. It is not RFC 1123 (@postern/addr has that): underscores are letters, one
// label will do, and only the name as a whole must not be a number. Found by asking Postfix: test/golden.tsv.

/** Octets of a whole name and of one label. RFC 1035 §2.3.4; Postfix counts the text, not the wire form. */
const NAME_OCTETS = 255
const LABEL_OCTETS = 63

const ASTERISK = 42
const HYPHEN = 45
const DOT = 46

/**
 * Whether Postfix takes the text for a host name: labels of letters, digits, `_` and `-` between single dots, no hyphen
 * at either end of a label, not digits and dots only. `wildcard` lets the first label be `*`, as Postfix does with
 * names that go to or come from the DNS.
 */
export function isPostfixHostname(text: string, wildcard = false): boolean {
  const length = text.length
  if (length === 0 || length > NAME_OCTETS) return false
  let start = 0
  let numeric = true
  let previous = DOT
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (previous === DOT || previous === HYPHEN || at - start > LABEL_OCTETS) return false
      start = at + 1
    } else if (code === HYPHEN) {
      if (previous === DOT) return false
      numeric = false
    } else if (code >= 48 && code <= 57) {
      // A digit alone decides nothing.
    } else if (isLetterOrUnderscore(code)) numeric = false
    else if (!(wildcard && at === 0 && code === ASTERISK && text.charCodeAt(1) === DOT)) return false
    previous = code
  }
  return !numeric && previous !== DOT && previous !== HYPHEN && length - start <= LABEL_OCTETS
}

const isLetterOrUnderscore = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
