// UTF-8 in byte strings (one character for each byte), as raw header fields are.

/** The text that the bytes encode; the byte string as it is where they are not UTF-8 (RFC 3629 §4). */
export function decodeUtf8(bytes: string): string {
  let at = 0
  while (at < bytes.length && bytes.charCodeAt(at) < 0x80) at++
  if (at === bytes.length) return bytes
  let text = bytes.slice(0, at)
  while (at < bytes.length) {
    const lead = bytes.charCodeAt(at)
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
    if (length === 0 || at + length > bytes.length) return bytes
    let point = length === 1 ? lead : lead & (0x7f >> length)
    for (let i = 1; i < length; i++) {
      const next = bytes.charCodeAt(at + i)
      if ((next & 0xc0) !== 0x80 || next > 0xff) return bytes
      point = (point << 6) | (next & 0x3f)
    }
    if (!isScalar(point, length)) return bytes
    text += String.fromCodePoint(point)
    at += length
  }
  return text
}

/** Neither a surrogate nor an overlong form nor beyond U+10FFFF. */
const isScalar = (point: number, length: number): boolean =>
  length < 3 ||
  (length === 3
    ? point >= 0x800 && (point < 0xd800 || point > 0xdfff)
    : point >= 0x10000 && point <= 0x10ffff)
