// Bytes to text and back without the platform's codecs, which a package without I/O does not have.
// "Octets" below is a string whose characters are bytes, 0-255 each.

/** What Node's Buffer brings along; a plain Uint8Array does not. */
interface Latin1Source {
  latin1Slice?(start: number, end: number): string
}

/** The bytes from `start` to `end` as octets. */
export function octetsOf(bytes: Uint8Array, start: number, end: number): string {
  const fast = bytes as Uint8Array & Latin1Source
  if (typeof fast.latin1Slice === 'function') return fast.latin1Slice(start, end)
  let octets = ''
  // In pieces: each byte becomes an argument on the stack.
  for (let from = start; from < end; from += 4096)
    octets += String.fromCharCode.apply(
      null,
      bytes.subarray(from, Math.min(end, from + 4096)) as unknown as number[],
    )
  return octets
}

const replacement = '\ufffd'

/** Octets as UTF-8, each maximal invalid sequence replaced by U+FFFD (Unicode 15 §3.9, as TextDecoder does). */
export function decodeUtf8(octets: string): string {
  let text = ''
  let from = 0
  let at = 0
  while (at < octets.length) {
    const lead = octets.charCodeAt(at)
    if (lead < 0x80) {
      at++
      continue
    }
    text += octets.slice(from, at)
    const tail =
      lead >= 0xc2 && lead <= 0xdf
        ? 1
        : lead >= 0xe0 && lead <= 0xef
          ? 2
          : lead >= 0xf0 && lead <= 0xf4
            ? 3
            : 0
    let point = tail === 0 ? -1 : lead & (0x3f >> tail)
    at++
    for (let n = 0; n < tail; n++) {
      const next = at < octets.length ? octets.charCodeAt(at) : 0
      if (!isContinuation(lead, n, next)) {
        point = -1
        break
      }
      point = (point << 6) | (next & 0x3f)
      at++
    }
    text += point < 0 ? replacement : String.fromCodePoint(point)
    from = at
  }
  return text + octets.slice(from)
}

/** Whether `byte` may be the tail byte number `n` after `lead`: no overlong forms, no surrogates, nothing above U+10FFFF. */
function isContinuation(lead: number, n: number, byte: number): boolean {
  if (n > 0) return byte >= 0x80 && byte <= 0xbf
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  return byte >= lowest && byte <= highest
}

/** Bytes of UTF-8 that one code point takes; an unpaired surrogate counts as the U+FFFD it becomes. */
const pointBytes = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)

/** The longest beginning of `text` that takes at most `bytes` bytes of UTF-8. */
export function cutToBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  let used = 0
  let at = 0
  while (at < text.length) {
    const point = text.codePointAt(at)!
    used += pointBytes(point)
    if (used > bytes) return text.slice(0, at)
    at += point > 0xffff ? 2 : 1
  }
  return text
}

/** Text as UTF-8; an unpaired surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let used = 0
  for (let at = 0; at < text.length; at++) {
    let point = text.charCodeAt(at)
    if (point < 0x80) {
      bytes[used++] = point
      continue
    }
    if (point >= 0xd800 && point <= 0xdfff) {
      point = text.codePointAt(at)!
      if (point <= 0xffff) point = 0xfffd
      else at++
    }
    const size = pointBytes(point)
    for (let n = size - 1; n > 0; n--) {
      bytes[used + n] = 0x80 | (point & 0x3f)
      point >>= 6
    }
    bytes[used] = size === 2 ? 0xc0 | point : size === 3 ? 0xe0 | point : 0xf0 | point
    used += size
  }
  return bytes.slice(0, used)
}
