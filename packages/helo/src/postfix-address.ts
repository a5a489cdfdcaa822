// What Postfix 3.7 takes for an IP address. It is laxer and stricter than @postern/addr by turns: leading zeros and
// IPv6 addresses of three groups pass, `0.1.2.3` and `1:2:3:4:5:6:7::` do not. Found by asking Postfix: test/golden.tsv.

const DOT = 46
const COLON = 58

/** Whether Postfix takes the text for an IPv4 or IPv6 address without brackets. */
export const isPostfixAddress = (text: string): boolean =>
  text.includes(':') ? isPostfixIpv6(text) : isPostfixIpv4(text, 0)

const IPV6_TAG = 'ipv6:'

/** Whether Postfix takes the text for an address literal: `[192.0.2.1]` or `[IPv6:2001:db8::1]`, in any case. */
export function isPostfixLiteral(text: string): boolean {
  if (text.length < 3 || !text.startsWith('[') || !text.endsWith(']')) return false
  const address = text.slice(1, -1)
  return address.slice(0, IPV6_TAG.length).toLowerCase() === IPV6_TAG
    ? isPostfixIpv6(address.slice(IPV6_TAG.length))
    : isPostfixIpv4(address, 0)
}

/** Four numbers up to 255, each with as many leading zeros as it likes; the first is 0 only if all are. */
function isPostfixIpv4(text: string, from: number): boolean {
  let octets = 0
  let value = -1
  let sum = 0
  let zeroFirst = false
  for (let at = from; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      value = Math.max(value, 0) * 10 + code - 48
      if (value > 255) return false
    } else if (code === DOT && value >= 0) {
      if (octets === 0) zeroFirst = value === 0
      sum += value
      octets++
      value = -1
    } else return false
  }
  return octets === 4 && !(zeroFirst && sum > 0)
}

/**
 * Groups of one to four hex digits between colons: two to seven colons, `::` at most once, a colon at either end only
 * as half of it. How many groups are missing is not counted. The last one may be an IPv4 address after two to six colons.
 */
function isPostfixIpv6(text: string): boolean {
  const length = text.length
  let colons = 0
  let doubled = false
  let digits = 0
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === COLON) {
      const isSecond = at > 0 && text.charCodeAt(at - 1) === COLON
      if (isSecond && doubled) return false
      if (isSecond) doubled = true
      if (at === 0 && text.charCodeAt(1) !== COLON) return false
      if (++colons > 7) return false
      digits = 0
    } else if (code === DOT) {
      return digits > 0 && colons >= 2 && colons <= 6 && isPostfixIpv4(text, at - digits)
    } else if (isHexDigit(code)) {
      if (++digits > 4) return false
    } else return false
  }
  if (colons < 2) return false
  return digits > 0 || text.charCodeAt(length - 2) === COLON
}

const isHexDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
