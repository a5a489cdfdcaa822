// mbox files: messages behind each other, each below a line that begins with "From " (RFC 4155 appendix A).

import { MESSAGE_OCTETS } from './limits.ts'

/** A message of an mbox. */
export interface MboxMessage {
  /** Without its From_ line and the empty line that ends it; quoting undone. */
  readonly message: Buffer
  /** Where it ends in the file, in octets. */
  readonly end: number
}

export interface MboxSplitter {
  /** The messages that are whole now. */
  push(chunk: Uint8Array): MboxMessage[]
  /** The last one. */
  end(): MboxMessage[]
}

const LF = 10
const CR = 13
const FROM = Buffer.from('From ')
const LINE_FROM = Buffer.from('\nFrom ')
/** A From_ line that is longer is looked at up to here. */
const FROM_LINE_OCTETS = 1024
/** The ends of two lines. */
const BACKWARD_OCTETS = 4

/**
 * Splits an mbox as it is read; at most MESSAGE_OCTETS of a message are held. A message begins at a From_ line behind an empty line;
 * where the first From_ line of the file has a date, as it should, so must all. Content-Length is not looked at: it is
 * wrong too often. Lines may end with LF or CRLF.
 */
export function createMboxSplitter(maxOctets: number = MESSAGE_OCTETS): MboxSplitter {
  /** From the From_ line of the present message on. */
  let held: Buffer = Buffer.alloc(0)
  /** Where `held` begins in the file. */
  let offset = 0
  /** Up to here no From_ line begins. */
  let searched = 0
  /** Octets that have been dropped between the head of an overlong message, which is this, and `held`. */
  let head: Buffer | undefined
  let needsDate: boolean | undefined

  const finish = (upTo: number): MboxMessage => {
    const raw = head ?? held.subarray(0, upTo)
    const message = unquote(stripEnds(raw, head !== undefined))
    const end = offset + upTo
    held = held.subarray(upTo)
    offset = end
    searched = 0
    head = undefined
    return { message, end }
  }

  const nextBeginning = (isAll: boolean): number => {
    for (;;) {
      const at = held.indexOf(LINE_FROM, searched)
      if (at < 0) {
        searched = Math.max(searched, held.length - LINE_FROM.length)
        return -1
      }
      const lineEnd = held.indexOf(LF, at + 1)
      if (lineEnd < 0 && !isAll && held.length - at < FROM_LINE_OCTETS) {
        searched = at
        return -1
      }
      searched = at + 1
      const line = held.subarray(at + 1, lineEnd < 0 ? held.length : lineEnd)
      if (isBehindEmptyLine(held, at) && (needsDate !== true || hasDate(line))) return at + 1
    }
  }

  const dropOverflow = () => {
    if (head === undefined && held.length <= maxOctets) return
    head ??= Buffer.from(held.subarray(0, maxOctets))
    // What a From_ line is told by reaches back over the empty line before it.
    const dropped = Math.max(0, searched - BACKWARD_OCTETS)
    held = held.subarray(dropped)
    offset += dropped
    searched -= dropped
  }

  const take = (isAll: boolean): MboxMessage[] => {
    const messages: MboxMessage[] = []
    if (needsDate === undefined) {
      const lineEnd = held.indexOf(LF)
      if (lineEnd < 0 && !isAll && held.length < FROM_LINE_OCTETS) return messages
      needsDate = hasDate(held.subarray(0, lineEnd < 0 ? held.length : lineEnd))
    }
    for (let at = nextBeginning(isAll); at >= 0; at = nextBeginning(isAll)) messages.push(finish(at))
    return messages
  }

  return {
    push(chunk) {
      held = append(held, chunk)
      const messages = take(false)
      dropOverflow()
      return messages
    },
    end() {
      const messages = take(true)
      if (held.length > 0 || head) messages.push(finish(held.length))
      return messages
    },
  }
}

/** Text with more behind it. Moves it only when the memory behind it is used up, and to twice the room, so a long message is not copied for each chunk. */
function append(text: Buffer, chunk: Uint8Array): Buffer {
  const length = text.length + chunk.length
  const end = text.byteOffset + text.length
  if (text.length > 0 && end + chunk.length <= text.buffer.byteLength) {
    const longer = Buffer.from(text.buffer, text.byteOffset, length)
    longer.set(chunk, text.length)
    return longer
  }
  const room = Buffer.from(new ArrayBuffer(2 * length), 0, length)
  room.set(text)
  room.set(chunk, text.length)
  return room
}

/** Whether the text begins as an mbox does. */
export const beginsAsMbox = (text: Uint8Array): boolean =>
  text.length >= FROM.length && FROM.every((octet, i) => text[i] === octet)

/** Whether the line end at `at` is behind an empty line, or at the end of one. */
function isBehindEmptyLine(text: Buffer, at: number): boolean {
  const before = text[at - 1] === CR ? at - 2 : at - 1
  return text[before] === LF
}

/** `From ann@example.org Wed Jun  1 12:34:56 2022`: a time and a year somewhere, whatever the order and the zone. */
const hasDate = (line: Buffer): boolean => {
  const text = line.toString('latin1')
  return /\d:\d\d\b/.test(text) && /\b(19|20)\d\d\b/.test(text)
}

/** Without the From_ line, and without the empty line that separates it from the next message. */
function stripEnds(raw: Buffer, isCut: boolean): Buffer {
  const from = beginsAsMbox(raw) ? raw.indexOf(LF) + 1 || raw.length : 0
  if (isCut) return raw.subarray(from)
  let to = raw.length
  const isEmptyLineBefore = (end: number) =>
    raw[end - 1] === LF && (raw[end - 2] === LF || (raw[end - 2] === CR && raw[end - 3] === LF))
  if (isEmptyLineBefore(to)) to -= raw[to - 2] === CR ? 2 : 1
  return raw.subarray(from, Math.max(from, to))
}

const QUOTED = Buffer.from('>From ')

/** Takes one `>` from each line `>From `, `>>From ` and so on (mboxrd), which undoes the quoting of mboxo as well. */
function unquote(message: Buffer): Buffer {
  let pieces: Buffer[] | undefined
  let copied = 0
  for (let at = message.indexOf(QUOTED); at >= 0; at = message.indexOf(QUOTED, at + 1)) {
    let start = at
    while (message[start - 1] === 0x3e) start--
    if (start > 0 && message[start - 1] !== LF) continue
    pieces ??= []
    pieces.push(message.subarray(copied, start))
    copied = start + 1
  }
  return pieces ? Buffer.concat([...pieces, message.subarray(copied)]) : message
}
