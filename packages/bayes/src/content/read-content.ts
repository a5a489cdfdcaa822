// The message as a person sees it, from its bytes: headers, the texts of its parts, and the marks of how it was made.
import { isAscii } from 'node:buffer'
import { Draft } from './draft.ts'
import { fieldText } from './encoded-word.ts'
import { type ContentLimits, defaultContentLimits } from './limits.ts'
import type { MailContent } from './mail-content.ts'
import { readMessage, type Source } from './part.ts'

/**
 * Reads the start of `message` (`octets` of the limits). Never throws; what is broken is read as far as it goes, and noted as a
 * fact. Time and memory grow with the octets looked at, not more.
 */
export function readContent(message: Uint8Array, limits?: Partial<ContentLimits>): MailContent {
  const draft = new Draft(
    limits === undefined ? defaultContentLimits : { ...defaultContentLimits, ...limits },
  )
  const { octets } = draft.limits
  const source = sourceOf(message, Math.min(message.length, octets))
  const header = readMessage(source, draft)
  finish(draft)
  const head = source.bytes.subarray(0, header.end)
  const isClean = isAscii(head) && !head.includes(0)
  const content: MailContent = {
    fields: header.fields.map(({ name, raw }) => ({ name, value: fieldText(raw, isClean), raw })),
    visible: draft.visible.text,
    hidden: draft.hidden.text,
    links: draft.links,
    attachments: draft.attachments,
    facts: [...draft.facts],
  }
  return message.length > octets ? { ...content, truncatedAt: octets } : content
}

function sourceOf(message: Uint8Array, length: number): Source {
  const bytes = Buffer.from(message.buffer, message.byteOffset, length)
  const text = bytes.toString('latin1')
  if (text.includes('\n') || !text.includes('\r')) return { bytes, text }
  // Lines that end in CR alone, all of them.
  const mended = text.replaceAll('\r', '\n')
  return { bytes: Buffer.from(mended, 'latin1'), text: mended }
}

function finish(draft: Draft): void {
  if (draft.hasHtml && !draft.hasPlain) draft.fact('html-only')
  if (draft.nested > 0) draft.fact(`nested:${draft.nested}`)
  if (draft.visible.isFull || draft.hidden.isFull) draft.fact('text:cut')
  if (draft.links.length >= draft.limits.links) draft.fact('links:many')
}
