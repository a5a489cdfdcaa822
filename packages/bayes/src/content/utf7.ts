// UTF-7 (RFC 2152): no decoder of the platform knows it any more, and spam still uses it.

const SHIFTED = /\+([A-Za-z0-9+/]*)-?/g

export const decodeUtf7 = (text: string): string =>
  text.replace(SHIFTED, (_, base64: string) => (base64 === '' ? '+' : utf16Of(base64)))

/** The base64 of UTF-16 in network order; a last odd byte is padding. */
function utf16Of(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le')
}
