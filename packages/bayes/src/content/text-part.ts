// A part that is text: its bytes decoded, and shown as what it is.
import { isAscii } from 'node:buffer'
import { charsetLabel, decodeText } from './charset.ts'
import type { Draft } from './draft.ts'
import { factWord } from './facts.ts'
import { readHtml } from './html-text.ts'
import type { Part } from './part.ts'
import { readPlainText } from './plain-text.ts'
import { decodeBase64, decodeQuotedPrintable } from './transfer-encoding.ts'
import { withoutNul } from './zero-width.ts'

/** Undefined where the encoding is none: the octets are those of the source. */
export function decodedBytes(part: Part, draft: Draft): Buffer | undefined {
  const { source, start, end, encoding } = part
  if (encoding === 'base64') {
    const { bytes, isBroken } = decodeBase64(source.text.slice(start, end))
    if (isBroken) draft.fact('broken:base64')
    return bytes
  }
  if (encoding !== 'quoted-printable') return undefined
  const { bytes, isBroken } = decodeQuotedPrintable(source.bytes.subarray(start, end))
  if (isBroken) draft.fact('broken:quoted-printable')
  return bytes
}

const META_CHARSET = /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i

/** `type`: as which it is read, whatever its header says. */
export function readText(part: Part, type: string, draft: Draft): void {
  const { source, start, end } = part
  const isHtml = type === 'text/html' || type === 'application/xhtml+xml'
  const decoded = decodedBytes(part, draft)
  const bytes = decoded ?? source.bytes.subarray(start, end)
  const written = charsetLabel(part.parameters.parameters.get('charset') ?? '')
  if (written !== '') draft.fact(`charset:${factWord(written)}`)
  const hasOnlyAscii = isAscii(bytes)
  const label = written === '' && isHtml && !hasOnlyAscii ? metaCharset(bytes) : written
  // A piece of a long text is read more slowly, character by character, than a text of its own (measured: a third).
  const byteText = decoded === undefined && !isHtml ? source.text.slice(start, end) : undefined
  const withNul = decodeText(bytes, label, byteText)
  const text = withoutNul(withNul)
  if (text !== withNul) draft.fact('text:nul')
  // UTF-7 and its like say in ASCII what is none.
  const isAsciiText = hasOnlyAscii && (label === '' || withNul.length === bytes.length)
  const isUndeclared = !isHtml && type === 'text/plain' && isHtmlPage(text)
  if (isUndeclared) draft.fact('html-undeclared')
  if (isHtml || isUndeclared) {
    draft.hasHtml = true
    readHtml(text, draft)
  } else {
    if (text.trim() !== '') draft.hasPlain = true
    readPlainText(text, draft, isAsciiText)
  }
}

/** Some programs show a page for one, whatever it is called; who sends one wants it seen so. SpamAssassin reads it so too. */
const isHtmlPage = (text: string): boolean =>
  text.includes('<') && /^\s*(?:<x-html>\s*)?<(?:!doctype html|html|head|body)\b/i.test(text)

/** HTML may say its charset itself: WHATWG HTML §13.2.3.2 looks at the first 1,024 octets. */
const metaCharset = (bytes: Buffer): string =>
  charsetLabel(META_CHARSET.exec(bytes.toString('latin1', 0, 1024))?.[1] ?? '')
