// Byte strings: JS strings whose characters are bytes, 0-255 each. In this package everything on the wire but bodies is one.

/** One character per byte, U+0000 to U+00FF. */
export type ByteString = string

/** What Node's Buffer brings along; a plain Uint8Array does not. */
interface Latin1Source {
  latin1Slice?(start: number, end: number): string
}

/** The bytes from `start` to `end` as a byte string. */
export function octetsOf(bytes: Uint8Array, start: number, end: number): ByteString {
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

/** A byte string as bytes. */
export function bytesOf(octets: ByteString): Uint8Array {
  const bytes = new Uint8Array(octets.length)
  for (let at = 0; at < octets.length; at++) bytes[at] = octets.charCodeAt(at)
  return bytes
}

/** Whether every character is a byte. */
export const isByteString = (text: string): boolean => !/[^\0-\xff]/.test(text)

/** Text as a byte string of its UTF-8; an unpaired surrogate becomes U+FFFD. */
export function utf8Of(text: string): ByteString {
  if (!/[^\0-\x7f]/.test(text)) return text
  let octets = ''
  for (const character of text) {
    let point = character.codePointAt(0)!
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd
    if (point < 0x80) octets += character
    else if (point < 0x800) octets += String.fromCharCode(0xc0 | (point >> 6), tail(point))
    else if (point < 0x1_0000)
      octets += String.fromCharCode(0xe0 | (point >> 12), tail(point >> 6), tail(point))
    else octets += String.fromCharCode(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point))
  }
  return octets
}

const tail = (bits: number) => 0x80 | (bits & 0x3f)

/** The longest beginning of UTF-8 that has at most `bytes` bytes and cuts no character in two. */
export function cutUtf8(octets: ByteString, bytes: number): ByteString {
  if (octets.length <= bytes) return octets
  let end = bytes
  while (end > 0 && (octets.charCodeAt(end) & 0xc0) === 0x80) end--
  return octets.slice(0, end)
}

/** A number as four bytes, the highest first. */
export const uint32 = (n: number): ByteString =>
  String.fromCharCode(n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff)

/** The number of four bytes, the highest first. */
export const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** The beginning of a frame with this many bytes of data. */
export const frameHead = (command: string, dataLength: number): ByteString => uint32(dataLength + 1) + command

/** A frame: the length of what follows, the command, its data. */
export const frame = (command: string, data: ByteString = ''): ByteString =>
  frameHead(command, data.length) + data
