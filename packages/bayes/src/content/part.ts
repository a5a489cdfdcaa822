// The parts of a message: RFC 2045, RFC 2046.
import { isAscii } from 'node:buffer'
import { likelyBoundary, nextDelimiter } from './boundary.ts'
import { charsetLabel, decodeText } from './charset.ts'
import type { Draft } from './draft.ts'
import { fieldText } from './encoded-word.ts'
import { type Header, type RawField, readHeader } from './header.ts'
import { readHtml } from './html-text.ts'
import { BOUNDARY_LENGTH } from './limits.ts'
import type { ByteString } from './mail-content.ts'
import { type Parameters, parameterText, parseParameters } from './parameter.ts'
import { readPlainText } from './plain-text.ts'
import { decodeBase64, decodeQuotedPrintable } from './transfer-encoding.ts'
import { withoutNul } from './zero-width.ts'

/** The same octets twice: searching is faster in text, decoding needs bytes. */
export interface Source {
  readonly bytes: Buffer
  readonly text: ByteString
}

interface Entity {
  readonly source: Source
  readonly start: number
  readonly end: number
  readonly depth: number
}

interface Part extends Entity {
  /** `start` is that of its body. */
  readonly type: string
  readonly parameters: Parameters
  readonly encoding: string
  readonly disposition: Parameters | undefined
}

const PLAIN = 'text/plain'

/** Reads the whole message; returns its header. */
export function readMessage(source: Source, draft: Draft): Header {
  return readEntity({ source, start: 0, end: source.text.length, depth: 0 }, PLAIN, draft)
}

function readEntity(entity: Entity, defaultType: string, draft: Draft): Header {
  const { source, start, end } = entity
  const { fieldCount, headerOctets } = draft.limits
  const header = readHeader(source.text, { start, end, fieldCount, octets: headerOctets })
  if (header.isBroken) draft.fact('broken:header')
  draft.parts++
  readPart(partOf(entity, header, defaultType, draft), draft)
  return header
}

function partOf(entity: Entity, header: Header, defaultType: string, draft: Draft): Part {
  let contentType: RawField | undefined
  let contentEncoding: RawField | undefined
  let contentDisposition: RawField | undefined
  // The first of each: RFC 2045 allows one.
  for (const field of header.fields) {
    const { name } = field
    if (name.length < 12 || name.charCodeAt(0) !== 99) continue
    if (name === 'content-type') contentType ??= field
    else if (name === 'content-transfer-encoding') contentEncoding ??= field
    else if (name === 'content-disposition') contentDisposition ??= field
  }
  const parameters = parseParameters(withoutComments(contentType?.raw ?? ''))
  const type = mediaType(parameters.value, defaultType, draft)
  const encoding = wordOf(withoutComments(contentEncoding?.raw ?? ''))
  const disposition = contentDisposition && parseParameters(contentDisposition.raw)
  if (contentType !== undefined) draft.fact(`type:${type}`)
  if (encoding !== '') draft.fact(`encoding:${encoding}`)
  if (disposition !== undefined) draft.fact(`disposition:${wordOf(disposition.value)}`)
  return { ...entity, start: header.end, type, parameters, encoding, disposition }
}

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,80}$/

/** RFC 2045 §5.2: without a type, or with one that cannot be read, plain text. */
function mediaType(written: string, defaultType: string, draft: Draft): string {
  if (written === '') return defaultType
  if (MEDIA_TYPE.test(written)) return written
  const compact = written.replace(/\s+/g, '')
  if (MEDIA_TYPE.test(compact)) return compact
  draft.fact('broken:type')
  return written.includes('html') ? 'text/html' : defaultType
}

const withoutComments = (raw: string): string => (raw.includes('(') ? raw.replace(/\([^()]*\)/g, '') : raw)

/** A word of a header field as a fact may have it. */
const wordOf = (raw: string): string => /^["\s]*([a-z0-9_.+-]{1,40})/.exec(raw.toLowerCase())?.[1] ?? ''

function readPart(part: Part, draft: Draft): void {
  const { type } = part
  if (type.startsWith('multipart/')) readMultipart(part, draft)
  else if (type === 'message/rfc822' || type === 'message/global') readNested(part, draft)
  else if (isText(type)) readText(part, draft)
  else attach(part, draft)
}

/** Reports of delivery are text too (message/delivery-status); what stands for a message elsewhere, or a piece of one, is not. */
const isText = (type: string): boolean =>
  type.startsWith('text/') ||
  type === 'application/xhtml+xml' ||
  (type.startsWith('message/') && type !== 'message/partial' && type !== 'message/external-body')

const nameOf = (part: Part): string =>
  (part.disposition && parameterText(part.disposition, 'filename')) || parameterText(part.parameters, 'name')

const attach = (part: Part, draft: Draft): void =>
  draft.attach(nameOf(part), part.type, Math.max(0, part.end - part.start))

function readMultipart(part: Part, draft: Draft): void {
  const { source, start, end, depth } = part
  if (depth >= draft.limits.depth) {
    draft.fact('nested:deep')
    return
  }
  const written = part.parameters.parameters.get('boundary')?.trimEnd() ?? ''
  const boundary =
    written === '' ? likelyBoundary(source.text, start, end) : written.slice(0, BOUNDARY_LENGTH)
  let delimiter = nextDelimiter(source.text, boundary, start, end)
  if (delimiter === undefined) {
    draft.fact('broken:no-boundary')
    readText({ ...part, type: PLAIN }, draft)
    return
  }
  // RFC 2046 §5.1.5.
  const defaultType = part.type === 'multipart/digest' ? 'message/rfc822' : PLAIN
  while (delimiter !== undefined && !delimiter.isClose) {
    if (draft.parts >= draft.limits.parts) {
      draft.fact('parts:many')
      return
    }
    const { next } = delimiter
    delimiter = nextDelimiter(source.text, boundary, next, end)
    const entity = { source, start: next, end: delimiter?.at ?? end, depth: depth + 1 }
    readEntity(entity, defaultType, draft)
  }
  if (delimiter === undefined) draft.fact('broken:no-end')
}

function readNested(part: Part, draft: Draft): void {
  if (nameOf(part) !== '') attach(part, draft)
  if (part.depth >= draft.limits.depth) {
    draft.fact('nested:deep')
    return
  }
  draft.nested++
  const bytes = decodedBytes(part, draft)
  const source = bytes === undefined ? part.source : { bytes, text: bytes.toString('latin1') }
  const start = bytes === undefined ? part.start : 0
  const end = bytes === undefined ? part.end : bytes.length
  const { fieldCount, headerOctets } = draft.limits
  const { fields } = readHeader(source.text, { start, end, fieldCount, octets: headerOctets })
  for (const { name, raw } of fields)
    if (name === 'subject' || name === 'from') {
      draft.visible.lineEnd()
      draft.visible.add(fieldText(raw))
    }
  readEntity({ source, start, end, depth: part.depth + 1 }, PLAIN, draft)
}

/** Undefined where the encoding is none: the octets are those of the source. */
function decodedBytes(part: Part, draft: Draft): Buffer | undefined {
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

function readText(part: Part, draft: Draft): void {
  const { source, start, end } = part
  const isHtml = part.type === 'text/html' || part.type === 'application/xhtml+xml'
  if (part.disposition?.value === 'attachment' || nameOf(part) !== '') attach(part, draft)
  if (part.type === 'text/css' || part.type === 'text/javascript') return
  const decoded = decodedBytes(part, draft)
  const bytes = decoded ?? source.bytes.subarray(start, end)
  const written = charsetLabel(part.parameters.parameters.get('charset') ?? '')
  if (written !== '') draft.fact(`charset:${wordOf(written)}`)
  const hasOnlyAscii = isAscii(bytes)
  const label = written === '' && isHtml && !hasOnlyAscii ? metaCharset(bytes) : written
  const withNul = decodeText(bytes, label, decoded === undefined ? source.text.slice(start, end) : undefined)
  const text = withoutNul(withNul)
  if (text !== withNul) draft.fact('text:nul')
  // UTF-7 and its like say in ASCII what is none.
  const isAsciiText = hasOnlyAscii && (label === '' || withNul.length === bytes.length)
  const isUndeclared = !isHtml && part.type === PLAIN && isHtmlPage(text)
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
