// Frames for tests, made without the library: what an MTA and a filter write, and every way to cut it.

export const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
export const textOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')

export const number = (n: number) => textOf(Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n))

/** One frame. */
export const frame = (command: string, data = '') => number(data.length + 1) + command + data

export interface Offer {
  readonly version?: number
  readonly actions?: number
  readonly steps?: number
}

export const offer = ({ version = 6, actions = 0x1ff, steps = 0x1f_ffff }: Offer = {}) =>
  frame('O', number(version) + number(actions) + number(steps))

/** The whole frames in a text, as `[letter, data]`. */
export function framesOf(text: string): [string, string][] {
  const frames: [string, string][] = []
  for (let at = 0; at < text.length; ) {
    const [a, b, c, d] = bytesOf(text.slice(at, at + 4))
    const length = ((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0
    if (at + 4 + length > text.length) break
    frames.push([text.charAt(at + 4), text.slice(at + 5, at + 4 + length)])
    at += 4 + length
  }
  return frames
}

/** Pieces of `bytes` at ascending cut positions. */
export function piecesOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.slice(places[index], end))
}

export const connectFrame = frame('C', 'mail.example.org\x004\x9c\x40192.0.2.1\0')

/** A message as an MTA sends one that does everything. */
export const messageFrames = [
  frame('D', 'Mi\0Q1\0{auth_authen}\0user\0'),
  frame('M', '<a@example.org>\0SIZE=100\0'),
  frame('D', 'R{rcpt_addr}\0b@example.org\0'),
  frame('R', '<b@example.org>\0'),
  frame('R', '<c@example.org>\0NOTIFY=NEVER\0'),
  frame('T'),
  frame('L', 'From\0 a@example.org\0'),
  frame('L', 'Subject\0 s\n\tt\0'),
  frame('N'),
  frame('B', 'hello\r\n'),
  frame('B', 'world\r\n'),
  frame('E'),
]
