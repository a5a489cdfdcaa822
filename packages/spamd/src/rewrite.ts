// The message as PROCESS and HEADERS give it back: earlier X-Spam fields go, new ones come in at the top.

import { type ByteString, byteStringOf } from './byte-string.ts'

const lineFeed = 10
const carriageReturn = 13

/** X-Spam-Prev- fields hold what a field was before SpamAssassin changed it: they stay. */
const spamField = '^X-Spam-(?!Prev-)'
const ours = new RegExp(spamField, 'im')
/** What stays above new fields: the line that mbox files begin a message with, and the envelope sender. */
const separator = /^(?:From [^\n]*\n)?/
const returnPath = /^(?:Return-Path:[^\n]*\n(?:[ \t][^\n]*\n)*)?/i

export interface RewrittenMessage {
  /** The new header, up to where the rest of the message goes on unchanged. */
  readonly header: ByteString
  /** Index in the message of that rest. */
  readonly restAt: number
  /** Index of the body: after the empty line. */
  readonly bodyAt: number
}

/**
 * Puts header fields into a message, in the place of earlier X-Spam fields and of earlier fields of the same names. A field is a byte
 * string such as `X-Spam-Flag: YES`, folded with `\n\t`; lines end as those of the message do.
 */
export function rewriteMessage(message: Uint8Array, fields: readonly ByteString[]): RewrittenMessage {
  const { end, bodyAt } = findHeaderEnd(message)
  const header = byteStringOf(message, 0, end)
  const newLine = header.includes('\r\n') || message[end] === carriageReturn ? '\r\n' : '\n'
  let added = ''
  for (const field of fields) added += field.replaceAll(/\r?\n/g, newLine) + newLine
  const replaced = replacedBy(fields)
  const isReplacing = replaced.test(header)
  const kept = isReplacing ? without(replaced, header) : header
  const mbox = separator.exec(header)![0]
  const top = mbox + returnPath.exec(kept.slice(mbox.length))![0]
  // A line that continues no field would continue our last one, and say what it likes there: it is no header, so it is body.
  const needsEnd = message.length === 0 || kept[top.length] === ' ' || kept[top.length] === '\t'
  if (needsEnd) added += newLine
  if (!isReplacing) return { header: top + added, restAt: top.length, bodyAt }
  return { header: top + added + kept.slice(top.length), restAt: end, bodyAt }
}

/** Where the empty line that ends the header begins and ends. A message without one is all header. */
export function findHeaderEnd(message: Uint8Array): { readonly end: number; readonly bodyAt: number } {
  for (let start = 0; start < message.length; ) {
    if (message[start] === lineFeed) return { end: start, bodyAt: start + 1 }
    if (message[start] === carriageReturn && message[start + 1] === lineFeed)
      return { end: start, bodyAt: start + 2 }
    const next = message.indexOf(lineFeed, start)
    if (next < 0) break
    start = next + 1
  }
  return { end: message.length, bodyAt: message.length }
}

/** Matches the beginning of fields that go when these come. */
function replacedBy(fields: readonly ByteString[]): RegExp {
  const others = fields.map((field) => field.slice(0, field.indexOf(':'))).filter((name) => !ours.test(name))
  return others.length === 0 ? ours : new RegExp(`${spamField}|^(?:${others.map(escaped).join('|')}):`, 'im')
}

const escaped = (name: string): string => name.replaceAll(/[^\w-]/g, '\\$&')

function without(replaced: RegExp, header: ByteString): ByteString {
  let kept = ''
  let isReplaced = false
  for (let start = 0; start < header.length; ) {
    const next = header.indexOf('\n', start)
    const end = next < 0 ? header.length : next + 1
    const isContinuation = header[start] === ' ' || header[start] === '\t'
    const line = header.slice(start, end)
    if (!isContinuation) isReplaced = replaced.test(line)
    if (!isReplaced) kept += line
    start = end
  }
  return kept
}

/** A message as it was before a filter put its X-Spam fields in: what is learned should not be our own words. */
export function removeSpamFields(message: Uint8Array): readonly [ByteString, Uint8Array] | undefined {
  const { end } = findHeaderEnd(message)
  const header = byteStringOf(message, 0, end)
  return ours.test(header) ? [without(ours, header), message.subarray(end)] : undefined
}
