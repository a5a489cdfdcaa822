// The ABNF of the two fields as regular expressions, written from the RFCs and from nothing in src: what may be sent.

const octet = String.raw`[^\0-\x7f]`
const quotedPair = String.raw`\\(?:[\t -~]|${octet})`
/** RFC 5322 §3.2.4 with RFC 6532 §3.2. */
const quotedString = String.raw`"(?:[\t !#-\[\]-~]|${octet}|${quotedPair})*"`
/** RFC 5322 §3.2.2, without comments in it: the writer escapes parentheses. */
const comment = String.raw`\((?:[\t !-'*-\[\]-~]|${octet}|${quotedPair})*\)`
const atext = `(?:[A-Za-z0-9!#$%&'*+/=?^_${'`'}{|}~-]|${octet})`
const dotAtom = String.raw`${atext}+(?:\.${atext}+)*`
/** RFC 2045 §5.1. */
const token = `[A-Za-z0-9!#$%&'*+.^_${'`'}{|}~-]+`
/** RFC 5321 §4.1.2. */
const keyword = '[A-Za-z0-9-]*[A-Za-z0-9]'
const letDigit = `(?:[A-Za-z0-9]|${octet})`
const label = `${letDigit}(?:(?:${letDigit}|-)*${letDigit})?`
const domainName = String.raw`${label}(?:\.${label})+`
const value = `(?:${token}|${quotedString})`
const pvalue = `(?:${value}|(?:(?:${dotAtom}|${quotedString})?@)?${domainName})`

const key = '[A-Za-z][A-Za-z0-9_.-]*'
const pair = `${key}=(?:${dotAtom}|${quotedString})`
const spfResult = '(?:pass|fail|softfail|neutral|none|temperror|permerror)'
/** RFC 7208 §9.1, on one line. */
export const receivedSpfField = new RegExp(
  `^Received-SPF: ${spfResult}(?: ${comment})?(?: ${pair}(?:; ${pair})*)?$`,
)

const property = ` ${keyword}\\.${keyword}=${pvalue}`
const result = `; ${keyword}(?:/[0-9]+)?=${keyword}(?: ${comment})?(?: reason=${value})?(?:${property})*`
/** RFC 8601 §2.2, on one line. */
export const authenticationResultsField = new RegExp(
  `^Authentication-Results: ${value}(?: [0-9]+)?(?:; none|(?:${result})+)$`,
)

/** The field on one line again: RFC 5322 §2.2.3, and the fold that this writer makes was a blank. */
export const unfold = (field: string): string => field.replace(/\r\n\t/g, ' ')
