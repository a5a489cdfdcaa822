// Text of header fields: unfolding (RFC 5322 §2.2.3) and encoded words (RFC 2047 §2, with RFC 2231 §5).
import { charsetLabel, decodeText } from './charset.ts'
import type { ByteString } from './mail-content.ts'
import { decodeHeaderQuotedPrintable } from './transfer-encoding.ts'
import { withoutNul, withoutZeroWidth } from './zero-width.ts'

const FOLD = /[\r\n]+[ \t]*/g
const NON_ASCII = /[\x80-\xff]/

/**
 * The text of an unstructured field, for people: one line, without what has no width. `isClean`: it is known to have neither NUL
 * nor 8-bit characters.
 */
export function fieldText(raw: ByteString, isClean = false): string {
  const line = isClean && !raw.includes('\n') && !raw.includes('\r') ? raw : oneLine(raw)
  const hasWords = line.includes('=?')
  if (isClean && !hasWords) return line.trim()
  if (!hasWords && !NON_ASCII.test(line)) return line.trim()
  return oneLine(withoutZeroWidth(hasWords ? decodeWords(line) : rawText(line))).trim()
}

function oneLine(text: string): string {
  const line = text.includes('\n') || text.includes('\r') ? text.replace(FOLD, ' ') : text
  return withoutNul(line)
}

/** 8-bit text without a charset: RFC 6532 has it UTF-8; the rest of the world, windows-1252. */
export const rawText = (text: ByteString): string =>
  NON_ASCII.test(text) ? decodeText(Buffer.from(text, 'latin1'), '') : text

interface Word {
  readonly charset: string
  readonly bytes: Buffer
  readonly end: number
}

function decodeWords(line: ByteString): string {
  let result = ''
  let at = 0
  /** Bytes of adjacent words of one charset: a character may be split between two of them, which RFC 2047 §5 forbids in vain. */
  let pending: Buffer[] = []
  let charset = ''
  const flush = () => {
    if (pending.length > 0)
      result += decodeText(pending.length === 1 ? pending[0]! : Buffer.concat(pending), charset)
    pending = []
  }
  /** The next end of a word, looked for once: a line may hold thousands of starts and no end. */
  let wordEnd = line.indexOf('?=')
  for (;;) {
    const start = line.indexOf('=?', at)
    if (start < 0) break
    const word = wordAt(line, start, (from) => {
      if (wordEnd >= 0 && wordEnd < from) wordEnd = line.indexOf('?=', from)
      return wordEnd
    })
    const between = line.slice(at, word === undefined ? start + 2 : start)
    // RFC 2047 §6.2: white space between two words is no part of the text.
    if (pending.length === 0 || word === undefined || !isBlank(between)) {
      flush()
      result += rawText(between)
    } else if (word.charset !== charset) flush()
    at = word === undefined ? start + 2 : word.end
    if (word === undefined) continue
    charset = word.charset
    pending.push(word.bytes)
  }
  flush()
  return result + rawText(line.slice(at))
}

const isBlank = (text: string): boolean => text.trim() === ''

/** The longest word that is read: RFC 2047 §2 allows 75, and programs write whole paragraphs. */
const WORD_LENGTH = 4000

function wordAt(line: ByteString, start: number, endBehind: (from: number) => number): Word | undefined {
  const charsetEnd = line.indexOf('?', start + 2)
  if (charsetEnd < 0 || charsetEnd > start + 60 || line[charsetEnd + 2] !== '?') return undefined
  const method = line[charsetEnd + 1]
  const textStart = charsetEnd + 3
  const textEnd = endBehind(textStart)
  if (textEnd < 0 || textEnd > textStart + WORD_LENGTH) return undefined
  const text = line.slice(textStart, textEnd)
  const written = line.slice(start + 2, charsetEnd)
  const star = written.indexOf('*')
  const charset = charsetLabel(star < 0 ? written : written.slice(0, star))
  if (method === 'B' || method === 'b')
    return { charset, bytes: Buffer.from(text, 'base64'), end: textEnd + 2 }
  if (method === 'Q' || method === 'q')
    return { charset, bytes: decodeHeaderQuotedPrintable(text), end: textEnd + 2 }
  return undefined
}
