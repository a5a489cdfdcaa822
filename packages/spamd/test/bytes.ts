/** A byte string as bytes. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

/** The same bytes in pieces that end at these places. */
export function split(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
  const ends = [...places, whole.length]
  return ends.map((end, i) => whole.subarray(i === 0 ? 0 : ends[i - 1], end))
}
