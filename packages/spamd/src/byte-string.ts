/** One character per byte, U+0000 to U+00FF. */
export type ByteString = string

/** What Node's Buffer brings along; a plain Uint8Array does not. */
interface Latin1Source {
  latin1Slice?(start: number, end: number): string
}

/** The bytes from `start` to `end` as a byte string. */
export function byteStringOf(bytes: Uint8Array, start = 0, end = bytes.length): ByteString {
  const fast = bytes as Uint8Array & Latin1Source
  if (typeof fast.latin1Slice === 'function') return fast.latin1Slice(start, end)
  let text = ''
  // In pieces: each byte becomes an argument on the stack.
  for (let from = start; from < end; from += 4096) {
    const piece = bytes.subarray(from, Math.min(end, from + 4096))
    text += String.fromCharCode.apply(null, piece as unknown as number[])
  }
  return text
}

/** The characters of a byte string as bytes. */
export function bytesOf(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** For people to read: what is not printable ASCII as `?`, cut to `length`. */
export const printable = (text: ByteString, length = 64): string =>
  text.slice(0, length).replaceAll(/[^\x20-\x7e]/g, '?')
