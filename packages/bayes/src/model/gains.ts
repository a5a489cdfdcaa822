/** What one learned message did to the weights, for each view: enough to take it back. */
export type Gains = readonly [trigrams: number, facts: number, raw: number, header: number]

export const GAIN_OCTETS = 16
/** No step of ours is larger. What is read from a damaged store may be anything. */
const MOST = 64

export const encodeGains = (gains: Gains): Uint8Array => new Uint8Array(Float32Array.from(gains).buffer)

/** Of octets that are too few, the missing ones are zeros. */
export function decodeGains(octets: Uint8Array): Gains {
  const whole = new Uint8Array(GAIN_OCTETS)
  whole.set(octets.subarray(0, GAIN_OCTETS))
  const [trigrams = 0, facts = 0, raw = 0, header = 0] = new Float32Array(whole.buffer).map((gain) =>
    Math.abs(gain) <= MOST ? gain : 0,
  )
  return [trigrams, facts, raw, header]
}
