// Content-Transfer-Encoding undone. RFC 2045 §6.7, §6.8.
import type { ByteString } from './mail-content.ts'

const LF = 10
const CR = 13
const EQUALS = 61

const HEX = hexTable()

function hexTable(): Int8Array {
  const table = new Int8Array(256).fill(-1)
  for (let digit = 0; digit < 16; digit++) {
    table[digit.toString(16).charCodeAt(0)] = digit
    table[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
  }
  return table
}

/** `isBroken`: it has an `=` that means nothing, which is kept as it is. */
export interface Decoded {
  readonly bytes: Buffer
  readonly isBroken: boolean
}

export function decodeQuotedPrintable(input: Buffer): Decoded {
  if (!input.includes(EQUALS)) return { bytes: input, isBroken: false }
  const output = Buffer.allocUnsafe(input.length)
  let to = 0
  let isBroken = false
  for (let at = 0; at < input.length; at++) {
    const byte = input[at] as number
    if (byte !== EQUALS) {
      output[to++] = byte
      continue
    }
    const high = at + 2 < input.length ? (HEX[input[at + 1] as number] as number) : -1
    const low = high < 0 ? -1 : (HEX[input[at + 2] as number] as number)
    if (low >= 0) {
      output[to++] = (high << 4) | low
      at += 2
      continue
    }
    const end = softBreakEnd(input, at + 1)
    if (end < 0) {
      output[to++] = byte
      isBroken = true
    } else at = end - 1
  }
  return { bytes: output.subarray(0, to), isBroken }
}

/** Behind the line end of a soft break (blanks may have come before it on the way: §6.7 (3)), or -1. */
function softBreakEnd(input: Buffer, from: number): number {
  let at = from
  while (input[at] === 32 || input[at] === 9) at++
  if (at >= input.length) return at
  if (input[at] === CR) at++
  return input[at] === LF ? at + 1 : -1
}

/** RFC 2047 §4.2: as quoted-printable, and `_` is a space. */
export function decodeHeaderQuotedPrintable(text: ByteString): Buffer {
  const output = Buffer.allocUnsafe(text.length)
  let to = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const high = code === EQUALS && at + 2 < text.length ? (HEX[text.charCodeAt(at + 1)] as number) : -1
    const low = high < 0 ? -1 : (HEX[text.charCodeAt(at + 2)] as number)
    if (low >= 0) {
      output[to++] = (high << 4) | low
      at += 2
    } else output[to++] = code === 95 ? 32 : code
  }
  return output.subarray(0, to)
}

/** Ours: nobody joins so many; each costs more than its octets. */
const MAX_PIECES = 1000
const FOREIGN_TO_BASE64 = /[^A-Za-z0-9+/=\s]/

/** RFC 2045 §6.8: what is not of the alphabet is skipped. Several encoded texts in a row, each with its padding, are joined. */
export function decodeBase64(text: ByteString): Decoded {
  const isBroken = FOREIGN_TO_BASE64.test(text)
  const padding = text.indexOf('=')
  if (padding < 0 || !/[A-Za-z0-9+/]/.test(text.slice(padding)))
    return { bytes: Buffer.from(text, 'base64'), isBroken }
  const bytes = Buffer.concat(text.split(/=+/, MAX_PIECES).map((piece) => Buffer.from(piece, 'base64')))
  return { bytes, isBroken: true }
}
