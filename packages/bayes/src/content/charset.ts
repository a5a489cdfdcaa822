// Bytes to text, whatever the charset is said to be. WHATWG Encoding for the labels; a wrong one is found out where bytes tell.
import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { decodeUtf7 } from './utf7.ts'

/** Their bytes below 0x80 are not all ASCII, so ASCII bytes must be decoded too. */
const UNLIKE_ASCII = /^(utf-?16|utf-?7|unicode-1-1-utf-7|iso-2022|csiso2022|unicode|ucs-2|hz-)/
/** Labels that programs write when they do not know: bytes that are UTF-8 are, then. */
const VAGUE =
  /^(us-ascii|ascii|iso-8859-1|iso8859-1|latin1|windows-1252|cp1252|ansi_x3.4-1968|x-unknown|unknown-8bit|)$/

const LABEL = /[^\s"'(),;<>]{1,40}/

const MAX_DECODERS = 100
const decoders = new Map<string, TextDecoder | undefined>()

function decoderOf(label: string): TextDecoder | undefined {
  if (decoders.has(label)) return decoders.get(label)
  // Labels come from the message: no more than the real ones are worth keeping.
  if (decoders.size >= MAX_DECODERS) decoders.clear()
  const decoder = createDecoder(label)
  decoders.set(label, decoder)
  return decoder
}

function createDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label)
  } catch {
    // RangeError: no such encoding, or one that this Node was built without.
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8')

/** The label as facts and decoders have it: lower case, without quotes or what follows it (`us-ascii (plain text)`). */
export const charsetLabel = (written: string): string => LABEL.exec(written)?.[0].toLowerCase() ?? ''

/** `label` from charsetLabel; empty: not said. `byteText`: the same bytes as byte string, where it is at hand. */
export function decodeText(bytes: Buffer, label: string, byteText?: string): string {
  if (UNLIKE_ASCII.test(label) && isTrulyUnlikeAscii(bytes, label))
    return /utf-?7/.test(label)
      ? decodeUtf7(bytes.toString('latin1'))
      : (decoderOf(label) ?? utf8).decode(bytes)
  if (isAscii(bytes)) return byteText ?? bytes.toString('latin1')
  if (label === 'utf-8' || label === 'utf8') return decodeUtf8(bytes)
  if (VAGUE.test(label)) return decodeUnknown(bytes)
  const decoder = decoderOf(label)
  if (decoder === undefined) return decodeUnknown(bytes)
  return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes)
}

/** UTF-16 without one zero byte, or a shift charset without a shift, is text of a program that does not know what it writes. */
function isTrulyUnlikeAscii(bytes: Buffer, label: string): boolean {
  if (label.includes('2022')) return bytes.includes(0x1b)
  if (/utf-?7/.test(label)) return bytes.includes(0x2b)
  if (label.startsWith('hz-')) return false
  return bytes.includes(0) || !isAscii(bytes)
}

const decodeUnknown = (bytes: Buffer): string =>
  isUtf8(bytes) || isCutUtf8(bytes) ? utf8.decode(bytes) : decodeWindows1252(bytes)

/** What windows-1252 has at 0x80 to 0x9F: WHATWG Encoding, index-windows-1252. */
const UPPER_CONTROLS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'
const UPPER_CONTROL = /[\x80-\x9f]/g

/** By hand: the TextDecoder of Node 20.20 takes windows-1252 for ISO-8859-1 (measured: 0x93 becomes U+0093). */
const decodeWindows1252 = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(UPPER_CONTROL, (control) => UPPER_CONTROLS[control.charCodeAt(0) - 0x80] as string)

/** A stray byte is shown as U+FFFD; where nearly all non-ASCII is stray, it was never UTF-8. */
function decodeUtf8(bytes: Buffer): string {
  const text = utf8.decode(bytes)
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text
  let stray = 0
  let good = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd) stray++
    else if (code > 127) good++
  }
  return stray > good ? decodeWindows1252(bytes) : text
}

/** UTF-8 but for its end, where the message was cut in a character; what comes before has one whole character at least. */
function isCutUtf8(bytes: Buffer): boolean {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return false
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    const whole = bytes.subarray(0, bytes.length - back)
    return length > back && !isAscii(whole) && isUtf8(whole)
  }
  return false
}
