// Messages in a stream of bytes, whatever it turns out to be: one message, an mbox, packed, an archive.

import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { contentKind, explainOther, KIND_OCTETS, packerOf } from './content-kind.ts'
import { ARCHIVE_DEPTH, MESSAGE_OCTETS } from './limits.ts'
import { createMboxSplitter } from './mbox-splitter.ts'

/** Where the bytes come from. */
export interface ContentSource {
  readonly place: string
  /** Octets of the file that are read by now. */
  position(): number
  /** It is mail, says its name, whatever it begins with. */
  readonly isMail: boolean
  /** Archives around it. */
  readonly depth: number
}

export type Content =
  | { readonly kind: 'message'; readonly place: string; readonly message: Buffer; readonly end: number }
  | { readonly kind: 'no-mail'; readonly place: string; readonly reason: string }
  | { readonly kind: 'broken'; readonly place: string; readonly reason: string }

export type Chunks = AsyncIterable<Uint8Array>

/** Reads the messages; what is wrong with the content is an item too. Rejects when the source does. */
export async function* readContent(chunks: Chunks, source: ContentSource): AsyncGenerator<Content> {
  const { head, all } = await peek(chunks)
  const kind = contentKind(head)
  const { place } = source
  switch (kind) {
    case 'mbox':
      return yield* readMbox(all, source)
    case 'gzip':
      if (source.depth >= ARCHIVE_DEPTH) break
      return yield* readGzip(all, source)
    case 'tar': {
      if (source.depth >= ARCHIVE_DEPTH) break
      const { readTar } = await import('./tar-content.ts')
      return yield* readTar(all, source)
    }
    case 'empty':
      return yield { kind: 'no-mail', place, reason: 'is empty' }
    case 'zip':
      return yield { kind: 'no-mail', place, reason: 'is a ZIP archive, which has to be a file of its own' }
    case 'message':
      return yield* readMessage(all, source)
    case 'other':
      if (source.isMail && packerOf(head) === undefined) return yield* readMessage(all, source)
      return yield { kind: 'no-mail', place, reason: explainOther(head) }
  }
  yield { kind: 'no-mail', place, reason: 'is packed in archives more than twice' }
}

async function* readMessage(chunks: Chunks, { place, position }: ContentSource): AsyncGenerator<Content> {
  const pieces: Uint8Array[] = []
  let room = MESSAGE_OCTETS
  for await (const chunk of chunks) {
    if (room > 0) pieces.push(chunk.length <= room ? chunk : chunk.subarray(0, room))
    room -= Math.min(room, chunk.length)
  }
  const [only] = pieces
  const message = pieces.length === 1 ? bufferOf(only!) : Buffer.concat(pieces)
  yield { kind: 'message', place, message, end: position() }
}

async function* readMbox(chunks: Chunks, { place, position }: ContentSource): AsyncGenerator<Content> {
  const splitter = createMboxSplitter()
  let count = 0
  let octets = 0
  let done = 0
  const itemOf = ({ message, end }: { message: Buffer; end: number }): Content[] => {
    count++
    if (isFolderData(message)) return []
    // A part of what has been read, which may be packed: the mixing of classes goes by it.
    const read = octets === 0 ? 0 : Math.round((position() * end) / octets)
    done = Math.max(done, Math.min(read, position()))
    return [{ kind: 'message', place: `${place}#${count}`, message, end: done }]
  }
  // The first message waits for the second: the only one of a file needs no number.
  let waiting: Content | undefined
  for await (const chunk of chunks) {
    octets += chunk.length
    for (const item of splitter.push(chunk).flatMap(itemOf)) {
      if (waiting) yield waiting
      waiting = item
    }
  }
  for (const item of splitter.end().flatMap(itemOf)) {
    if (waiting) yield waiting
    waiting = item
  }
  if (waiting) yield count === 1 ? { ...waiting, place } : waiting
}

/** The first message of an mbox that UW-IMAP or Dovecot has served: their own notes. */
const isFolderData = (message: Buffer): boolean =>
  message.subarray(0, 1024).includes("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA")

async function* readGzip(chunks: Chunks, source: ContentSource): AsyncGenerator<Content> {
  const gunzip = createGunzip()
  // The callback takes the error that the reader of gunzip sees as well.
  pipeline(chunks, gunzip, () => {})
  try {
    yield* readContent(gunzip, { ...source, depth: source.depth + 1 })
  } catch (error) {
    if (!isZlibError(error)) throw error
    const reason = error.code === 'Z_BUF_ERROR' ? 'ends in the middle' : 'is damaged'
    yield { kind: 'broken', place: source.place, reason: `${reason} (gzip: ${error.message})` }
  } finally {
    gunzip.destroy()
  }
}

const isZlibError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('Z_')

/** The first octets, by which the kind is told, and then everything. */
async function peek(chunks: Chunks): Promise<{ head: Buffer; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  let isDone = false
  while (length < KIND_OCTETS && !isDone) {
    const { value, done } = await iterator.next()
    if (done) isDone = true
    else if (value.length > 0) {
      first.push(value)
      length += value.length
    }
  }
  const head = first.length === 1 ? bufferOf(first[0]!) : Buffer.concat(first)
  return { head, all: isDone ? only(head) : followedBy(head, iterator) }
}

async function* only(head: Buffer): Chunks {
  if (head.length > 0) yield head
}

async function* followedBy(head: Buffer, iterator: AsyncIterator<Uint8Array>): Chunks {
  try {
    yield head
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
