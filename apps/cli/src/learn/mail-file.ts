// Reading one file of mail: small ones ahead of their turn and whole, others as a stream.

import { readFile as readFileWith } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isMailName } from './beside-mail.ts'
import { contentKind, packerOf } from './content-kind.ts'
import { CHUNK_OCTETS, SMALL_FILE_OCTETS } from './limits.ts'
import { type Chunks, type Content, readContent } from './mail-content.ts'
import type { MailFile, MailItem } from './mail-item.ts'
import { findRenamed } from './maildir.ts'
import { readZip } from './zip-content.ts'

// Half the time of its brother in node:fs/promises (measured), which matters with small files.
const readFile = promisify(readFileWith)

/** A small file's content, read already; undefined for what is read as a stream; or why it cannot be. */
export type ReadAhead =
  | { readonly kind: 'read'; readonly content: Buffer }
  | { readonly kind: 'stream' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Reads a file as far as it should be read before its turn. Never rejects. */
export async function readAhead(file: MailFile): Promise<ReadAhead> {
  const isSmall = file.octets > 0 && file.octets <= SMALL_FILE_OCTETS
  if (file.form === 'any' && !isSmall) return { kind: 'stream' }
  try {
    if (isSmall) return { kind: 'read', content: await readFile(file.path) }
    return { kind: 'stream' }
  } catch (error) {
    return again(file, error as NodeJS.ErrnoException)
  }
}

/** Mail programs rename a message while it is looked for: once more by its base name. */
async function again(file: MailFile, error: NodeJS.ErrnoException): Promise<ReadAhead> {
  if (error.code !== 'ENOENT' || file.form !== 'maildir')
    return { kind: 'failed', reason: explainFileError(error) }
  const renamed = await findRenamed(file.path)
  if (renamed === undefined) return { kind: 'gone' }
  try {
    return { kind: 'read', content: await readFile(renamed) }
  } catch {
    return { kind: 'gone' }
  }
}

/** The messages of the file. Never rejects. */
export async function* readMailFile(
  file: MailFile,
  ahead: ReadAhead,
  stdin: Chunks,
): AsyncGenerator<MailItem> {
  const { shown: place, octets: end } = file
  if (ahead.kind === 'gone') return yield { kind: 'passed-over', place, end }
  if (ahead.kind === 'failed') return yield { kind: 'unreadable', place, reason: ahead.reason, end }
  if (ahead.kind === 'read' && isPlainMessage(file, ahead.content))
    return yield { kind: 'message', place, message: ahead.content, end, file }
  try {
    for await (const content of contentOf(file, ahead, stdin)) yield itemOf(content, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && file.form === 'maildir') yield { kind: 'passed-over', place, end }
    else {
      const reason = explainFileError(error as NodeJS.ErrnoException)
      yield { kind: 'unreadable', place, reason, end }
    }
  }
}

/** Most files are; they need no stream. */
function isPlainMessage({ form }: MailFile, content: Buffer): boolean {
  const kind = contentKind(content)
  if (form === 'any') return kind === 'message'
  // Dovecot's zlib plugin packs the messages of a Maildir.
  return kind !== 'empty' && kind !== 'gzip' && packerOf(content) === undefined
}

function itemOf(content: Content, file: MailFile): MailItem {
  if (content.kind === 'message') return { ...content, file }
  const { place, reason } = content
  const end = file.octets
  if (content.kind === 'no-mail' && (!file.isNamed || place !== file.shown))
    return { kind: 'passed-over', place, end }
  return { kind: 'unreadable', place, reason, end }
}

async function* contentOf(file: MailFile, ahead: ReadAhead, stdin: Chunks): AsyncGenerator<Content> {
  const isMail = file.form === 'maildir' || isMailName(file.path)
  let position = 0
  const source = { place: file.shown, position: () => position, isMail, depth: 0 }
  const counted = async function* (chunks: Chunks): Chunks {
    for await (const chunk of chunks) {
      position += chunk.length
      yield chunk
    }
  }
  if (ahead.kind === 'read') {
    if (contentKind(ahead.content) === 'zip') return yield* readZip(file.path, file.shown)
    return yield* readContent(counted(slicesOf(ahead.content)), source)
  }
  if (file.path === '-') return yield* readContent(counted(stdin), source)
  const handle = await open(file.path)
  try {
    if (await isZip(handle, file)) return yield* readZip(file.path, file.shown)
    yield* readContent(counted(chunksOf(handle)), source)
  } finally {
    await handle.close()
  }
}

/** A pipe has no size, and cannot be looked into without taking from it. */
async function isZip(handle: FileHandle, { octets }: MailFile): Promise<boolean> {
  if (octets === 0) return false
  const head = Buffer.alloc(4)
  await handle.read(head, 0, 4, 0)
  return contentKind(head) === 'zip'
}

async function* chunksOf(handle: FileHandle): Chunks {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_OCTETS), 0, CHUNK_OCTETS, null)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

const SLICE_OCTETS = 16 * 1024

/** In slices, so that of a packed file it is known how far it has been read. */
async function* slicesOf(content: Buffer): Chunks {
  for (let at = 0; at < content.length; at += SLICE_OCTETS) yield content.subarray(at, at + SLICE_OCTETS)
}

/** Why a file cannot be read, behind its name. */
export function explainFileError({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  if (code === 'ENOTDIR') return 'does not exist: a part of the path is no directory'
  return `cannot be read: ${message}`
}
