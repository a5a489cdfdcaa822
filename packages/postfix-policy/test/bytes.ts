// Bytes for tests: requests as Postfix writes them, and every way to cut them.

export const bytesOf = (text: string) => new TextEncoder().encode(text)

export const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))

export const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** A request with these lines, the first one put before them. */
export const request = (...lines: string[]) => ['request=smtpd_access_policy', ...lines, '', ''].join('\n')

/** Pieces of `bytes` at ascending cut positions. */
export function piecesOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.slice(places[index], end))
}
