// The parts of a message: RFC 2045, RFC 2046.
import { likelyBoundary, nextDelimiter } from './boundary.ts'
import type { Draft } from './draft.ts'
import { fieldText } from './encoded-word.ts'
import { type Fact, factWord } from './facts.ts'
import { type Header, type RawField, readHeader } from './header.ts'
import { BOUNDARY_LENGTH } from './limits.ts'
import type { ByteString } from './mail-content.ts'
import { type Parameters, parameterText, parseParameters, withoutComments } from './parameter.ts'
import { decodedBytes, readText } from './text-part.ts'

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

export interface Part extends Entity {
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
  const parameters = parseParameters(contentType?.raw ?? '')
  const type = mediaType(parameters.value, defaultType, draft)
  const encoding = factWord(withoutComments(contentEncoding?.raw ?? ''))
  const disposition = contentDisposition && parseParameters(contentDisposition.raw)
  if (contentType !== undefined) draft.fact(`type:${type}`)
  if (encoding !== '') draft.fact(`encoding:${encoding}`)
  if (disposition !== undefined) draft.fact(`disposition:${factWord(disposition.value)}`)
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

function readPart(part: Part, draft: Draft): void {
  const { type } = part
  if (type.startsWith('multipart/')) readMultipart(part, draft)
  else if (type === 'message/rfc822' || type === 'message/global') readNested(part, draft)
  else if (isText(type)) {
    if (part.disposition?.value === 'attachment' || nameOf(part) !== '') attach(part, draft)
    // What styles and runs a page is no text of it.
    if (type !== 'text/css' && type !== 'text/javascript') readText(part, type, draft)
  } else attach(part, draft)
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

/** What is not taken apart any more is text as it stands: nothing should hide behind a limit. */
function readRest(part: Part, because: Fact, draft: Draft): void {
  draft.fact(because)
  readText(part, PLAIN, draft)
}

function readMultipart(part: Part, draft: Draft): void {
  const { source, start, end, depth } = part
  if (depth >= draft.limits.depth) {
    readRest(part, 'nested:deep', draft)
    return
  }
  const written = part.parameters.parameters.get('boundary')?.trimEnd() ?? ''
  const boundary =
    written === '' ? likelyBoundary(source.text, start, end) : written.slice(0, BOUNDARY_LENGTH)
  let delimiter = nextDelimiter(source.text, boundary, start, end)
  if (delimiter === undefined) {
    readRest(part, 'broken:no-boundary', draft)
    return
  }
  // RFC 2046 §5.1.5.
  const defaultType = part.type === 'multipart/digest' ? 'message/rfc822' : PLAIN
  while (delimiter !== undefined && !delimiter.isClose) {
    if (draft.parts >= draft.limits.parts) {
      readRest({ ...part, start: delimiter.next }, 'parts:many', draft)
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
    readRest(part, 'nested:deep', draft)
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
