// Reads the bytes of a message: RFC 5322 §2.1, §2.2. Where they were cut into chunks makes no difference to what is read.

import { fieldName } from './field.ts'
import { BLOCK_BYTES, defaultLimits, type MessageLimits } from './limits.ts'
import { LineEndMender, type LineEnds } from './line-ends.ts'
import type { ByteString, MessageSink } from './message-sink.ts'

export interface MessageReaderOptions {
  /** Default `crlf`. */
  readonly lineEnds?: LineEnds | undefined
  readonly limits?: Partial<MessageLimits> | undefined
}

export interface MessageReader {
  /** The next bytes of the message. They are not kept. */
  write(chunk: Uint8Array): void
  /** The message is over: hands on what is left, and the end of a header that had no empty line behind it. */
  end(): void
}

/**
 * Makes a reader that hands a message to `sink` as it comes. It keeps one header field at the most, and nothing of the body.
 *
 * A line without colon in the header is handed on like a field (`fieldName` gives undefined for it), and so is a fold before the
 * first field. A first line that begins with `From ` is that of a mailbox file, no part of the message, and is dropped.
 */
export function createMessageReader(sink: MessageSink, options: MessageReaderOptions = {}): MessageReader {
  const { lineEnds = 'crlf', limits } = options
  const splitter = new Splitter(sink, limits?.fieldBytes ?? defaultLimits.fieldBytes)
  const mender =
    lineEnds === 'crlf' ? splitter : new LineEndMender(lineEnds, (chunk) => splitter.write(chunk))
  return {
    write: (chunk) => mender.write(asBuffer(chunk)),
    end: () => splitter.end(),
  }
}

const asBuffer = (chunk: Uint8Array): Buffer =>
  chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)

const CRLF = '\r\n'
/** With the line end before it: it saves making text of the body, no more; where the header ends, the text tells. */
const EMPTY_LINE = Buffer.from('\r\n\r\n', 'latin1')

class Splitter {
  readonly #sink: MessageSink
  readonly #fieldBytes: number
  /** What there is of the field that is being read, without the end of its last line. */
  #field: ByteString = ''
  /** CR or CRLF at the end of the last block: what they are depends on what follows. */
  #undecided: '' | '\r' | '\r\n' = ''
  #isFirst = true
  #isBody = false

  constructor(sink: MessageSink, fieldBytes: number) {
    this.#sink = sink
    this.#fieldBytes = Math.max(1, fieldBytes)
  }

  write(chunk: Buffer): void {
    let from = 0
    const emptyLine = this.#isBody ? -1 : chunk.indexOf(EMPTY_LINE)
    const end = emptyLine < 0 ? chunk.length : emptyLine + EMPTY_LINE.length
    while (!this.#isBody && from < chunk.length) {
      const to = Math.min(from + BLOCK_BYTES, from < end ? end : chunk.length)
      const body = this.#readHeader(chunk.toString('latin1', from, to))
      from = this.#isBody ? from + body : to
    }
    if (from < chunk.length) this.#sink.body(from === 0 ? chunk : chunk.subarray(from))
  }

  end(): void {
    if (this.#isBody) return
    // A line end that nothing follows ends the field. A CR alone is data.
    if (this.#undecided === '\r') this.#append('\r')
    if (this.#field !== '') this.#emit()
    this.#endHeader()
  }

  /** Reads a block of the header. When the header ends there, gives the index in `block` where the body begins. */
  #readHeader(block: ByteString): number {
    const text = this.#undecided + block
    const offset = this.#undecided.length
    this.#undecided = ''
    let from = 0
    for (let search = 0; ; ) {
      const at = text.indexOf(CRLF, search)
      if (at < 0) break
      if (at === from && this.#field === '') {
        this.#endHeader()
        return at + 2 - offset
      }
      if (at + 2 === text.length) {
        this.#append(text.slice(from, at))
        this.#undecided = CRLF
        return 0
      }
      search = at + 2
      const next = text.charCodeAt(search)
      // RFC 5322 §2.2.3: the field goes on in a line that begins with white space.
      if (next === 32 || next === 9) continue
      this.#append(text.slice(from, at))
      this.#emit()
      from = search
    }
    const isCr = text.charCodeAt(text.length - 1) === 13
    this.#append(isCr ? text.slice(from, -1) : text.slice(from))
    if (isCr) this.#undecided = '\r'
    return 0
  }

  #append(text: ByteString): void {
    const room = this.#fieldBytes - this.#field.length
    this.#field += text.length <= room ? text : text.slice(0, room)
  }

  #emit(): void {
    const raw = this.#field
    this.#field = ''
    const isMailboxLine = this.#isFirst && raw.startsWith('From ') && fieldName(raw) === undefined
    this.#isFirst = false
    if (!isMailboxLine) this.#sink.field(raw)
  }

  #endHeader(): void {
    this.#isBody = true
    this.#sink.endOfHeader()
  }
}
