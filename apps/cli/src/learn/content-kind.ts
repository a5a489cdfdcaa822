// What a file is, by its first octets.

import { beginsAsMbox } from './mbox-splitter.ts'

export type ContentKind = 'mbox' | 'message' | 'gzip' | 'tar' | 'zip' | 'empty' | 'other'

/** Octets by which the kind can be told. */
export const KIND_OCTETS = 512

/** The kind of a file that begins so. A text is a message when its first line is a header field. */
export function contentKind(head: Uint8Array): ContentKind {
  if (head.length === 0) return 'empty'
  if (beginsAsMbox(head)) return 'mbox'
  if (begins(head, [0x1f, 0x8b])) return 'gzip'
  if (begins(head, [0x50, 0x4b, 0x03, 0x04])) return 'zip'
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, KIND_OCTETS)).toString(
    'latin1',
  )
  if (text.startsWith('ustar', TAR_MAGIC_AT)) return 'tar'
  return firstField.test(text) ? 'message' : 'other'
}

/** POSIX ustar: the magic of a header block. */
const TAR_MAGIC_AT = 257

/**
 * A field name, as mail has them: RFC 5322 section 2.2 allows braces and quotes too, by which JSON would be mail. Old mail has a quoted
 * From_ line first, or white space before the colon.
 */
const firstField = /^(>From [^\n]*\n)?[A-Za-z][\w.-]{0,75}[ \t]*:(?!\/\/)/

const begins = (head: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((octet, i) => head[i] === octet)

/** Why nothing can be learned from it, for people. */
export function explainOther(head: Uint8Array): string {
  const packer = packerOf(head)
  if (packer !== undefined)
    return `is packed by ${packer.name}: pipe it in, "${packer.command} FILE | postern learn --spam -"`
  const text = Buffer.from(head.subarray(0, 16)).toString('latin1')
  if (text.startsWith('\xd0\xcf\x11\xe0')) return 'is a message of Outlook (.msg): save it as .eml'
  if (text.startsWith('!BDN'))
    return 'is a folder of Outlook (.pst): export it as mbox, with readpst for example'
  return 'is no mail: it begins with no header field'
}

/** What a file is packed by that Node cannot unpack. */
export function packerOf(head: Uint8Array): { readonly name: string; readonly command: string } | undefined {
  const text = Buffer.from(head.subarray(0, 8)).toString('latin1')
  return packers.find(({ magic }) => text.startsWith(magic))
}

const packers = [
  { magic: 'BZh', name: 'bzip2', command: 'bzcat' },
  { magic: '\xfd7zXZ', name: 'xz', command: 'xzcat' },
  { magic: '\x28\xb5\x2f\xfd', name: 'zstd', command: 'zstdcat' },
]
