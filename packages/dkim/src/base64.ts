// base64string of RFC 6376 §2.10, which leaves padding to the writer.

/** The octets; undefined for anything but base64 without white space, and for nothing. */
export function decodeBase64(text: string): Buffer | undefined {
  const padding = text.indexOf('=')
  const length = padding < 0 ? text.length : padding
  // One digit alone, behind whole groups of four, has fewer bits than an octet.
  if (length === 0 || length % 4 === 1 || (padding >= 0 && !PADDING.test(text.slice(padding))))
    return undefined
  // Buffer also takes the alphabet for URLs, and leaves out what it does not know.
  if (text.includes('-') || text.includes('_')) return undefined
  const octets = Buffer.from(text, 'base64')
  return octets.length === Math.floor((length * 3) / 4) ? octets : undefined
}

const PADDING = /^={1,2}$/
