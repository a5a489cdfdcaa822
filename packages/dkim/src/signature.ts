// The text of a DKIM-Signature field: RFC 6376 §3.5. Not here: whether a verifier likes what it says (early-checks.ts).
import type { Parsed } from '@postern/addr'
import { type ByteString, fieldName } from '@postern/message'
import { decodeBase64 } from './base64.ts'
import { type CopiedField, parseCopiedFields } from './copied-fields.ts'
import { readDomain, readSelector, readText } from './domain-name.ts'
import { LENGTH_DIGITS, SIGNED_FIELDS, TIME_DIGITS } from './limits.ts'
import { decodeQuotedPrintable } from './quoted-printable.ts'
import { parseTagList, type Tag, type TagList, type TagListErrorCode, withoutWhiteSpace } from './tag-list.ts'

export type CanonicalizationName = 'simple' | 'relaxed'

/** RFC 6376 §3.4. */
export interface Canonicalization {
  readonly header: CanonicalizationName
  readonly body: CanonicalizationName
}

/** What a DKIM-Signature field says. Domains are in lower case, as A-labels. */
export interface DkimSignature {
  /** d= */
  readonly domain: string
  /** s= */
  readonly selector: string
  /** i=, `@` and the domain when it is not given. What stands before the @ comes from a stranger. */
  readonly identity: string
  /** What follows the last @ of the identity. */
  readonly identityDomain: string
  /** a=, in lower case. */
  readonly algorithm: string
  /** c= */
  readonly canonicalization: Canonicalization
  /** h=, in lower case and in order; names come as often as they are listed. */
  readonly signedFields: readonly string[]
  /** l=, octets of the canonicalized body. Infinity: a number beyond reckoning. */
  readonly bodyLength?: number
  /** t=, in seconds since 1970. Infinity: more than 12 digits. */
  readonly timestamp?: number
  /** x=, likewise. */
  readonly expiration?: number
  /** q=, in lower case. */
  readonly query: readonly string[]
  /** z= */
  readonly copiedFields?: readonly CopiedField[]
  /** bh= */
  readonly bodyHash: Buffer
  /** b= */
  readonly data: Buffer
  /** The field with the value of b= taken out, which is what was signed: RFC 6376 §3.7. */
  readonly unsigned: ByteString
}

export type SignatureErrorCode =
  | TagListErrorCode
  | 'not-a-signature'
  | 'missing-tag'
  /** The value of a tag is not what its grammar says. */
  | 'bad-value'
  | 'unknown-version'
  | 'unknown-canonicalization'

export interface SignatureError {
  readonly code: SignatureErrorCode
  /** Index into the raw field. */
  readonly at: number
  /** The tag at fault, where there is one. */
  readonly tag?: string
}

export type ParsedSignature =
  | Extract<Parsed<DkimSignature, SignatureErrorCode>, { ok: true }>
  | { readonly ok: false; readonly error: SignatureError }

/** Parses a raw field, name and all. */
export function parseSignature(raw: ByteString): ParsedSignature {
  if (!isSignatureField(raw)) return { ok: false, error: { code: 'not-a-signature', at: 0 } }
  const offset = raw.indexOf(':') + 1
  const list = parseTagList(raw.slice(offset))
  if (!list.ok) return { ok: false, error: { code: list.error.code, at: offset + list.error.at } }
  const reader = new TagReader(list.value, { offset, end: raw.length })
  const value = readSignature(reader, raw)
  return reader.error === undefined ? { ok: true, value } : { ok: false, error: reader.error }
}

/** Whether a raw field is a DKIM-Signature, by its name. */
export const isSignatureField = (raw: ByteString): boolean =>
  raw.length >= 15 && (raw.charCodeAt(0) | 32) === 100 && fieldName(raw)?.toLowerCase() === 'dkim-signature'

function readSignature(reader: TagReader, raw: ByteString): DkimSignature {
  const version = reader.required('v')
  if (version !== '1') reader.fail('unknown-version', 'v')
  const algorithm = reader.match('a', reader.required('a').toLowerCase(), ALGORITHM)
  const data = reader.read('b', readOctets)
  const bodyHash = reader.read('bh', readOctets)
  const domain = reader.read('d', readDomain)
  const selector = reader.read('s', readSelector)
  const identity = readIdentity(reader, domain)
  const signedFields = reader.read('h', readNames)
  const bodyLength = reader.number('l', LENGTH_DIGITS)
  const timestamp = reader.number('t', TIME_DIGITS)
  const expiration = reader.number('x', TIME_DIGITS)
  // RFC 6376 §3.5: x= has to be greater than t=. Infinity stands for any number that is.
  if (expiration !== undefined && expiration <= (timestamp ?? -1) && expiration !== Number.POSITIVE_INFINITY)
    reader.fail('bad-value', 'x')
  const value: { -readonly [K in keyof DkimSignature]: DkimSignature[K] } = {
    domain,
    selector,
    identity,
    identityDomain: identity.slice(identity.lastIndexOf('@') + 1),
    algorithm,
    canonicalization: readCanonicalization(reader),
    signedFields,
    query: reader.optional('q')?.toLowerCase().split(':').map(withoutWhiteSpace) ?? DEFAULT_QUERY,
    bodyHash,
    data,
    unsigned: reader.without('b', raw),
  }
  if (bodyLength !== undefined) value.bodyLength = bodyLength
  if (timestamp !== undefined) value.timestamp = timestamp
  if (expiration !== undefined) value.expiration = expiration
  const copies = reader.optional('z')
  if (copies !== undefined) value.copiedFields = parseCopiedFields(copies)
  return value
}

const ALGORITHM = /^[a-z][a-z0-9]*-[a-z][a-z0-9]*$/
const DIGITS = /^[0-9]+$/
const DEFAULT_QUERY: readonly string[] = ['dns/txt']
const SIMPLE: Canonicalization = { header: 'simple', body: 'simple' }

const readOctets = (value: ByteString): Buffer | undefined => decodeBase64(withoutWhiteSpace(value))

// sig-h-tag: names between colons, with white space around each. DEVIATION RFC 6376 §3.5: a colon too many, which some signers
// write and all verifiers take, names nothing.
const NAMES = /^(?:[!-9<-~]*[ \t\r\n]*:[ \t\r\n]*)*[!-9<-~]*$/

function readNames(value: ByteString): readonly string[] | undefined {
  if (!NAMES.test(value)) return undefined
  const names = withoutWhiteSpace(value)
    .toLowerCase()
    .split(':', SIGNED_FIELDS + 1)
  if (names.length > SIGNED_FIELDS) return undefined
  if (!names.includes('')) return names
  const named = names.filter((name) => name !== '')
  return named.length > 0 ? named : undefined
}

// sig-c-tag: RFC 6376 §3.5: simple/simple when not given; one name is that of the header, and the body is simple.
function readCanonicalization(reader: TagReader): Canonicalization {
  const value = reader.optional('c')
  if (value === undefined) return SIMPLE
  const [header, body = 'simple', more] = value.toLowerCase().split('/')
  if (isCanonicalization(header) && isCanonicalization(body) && more === undefined) return { header, body }
  reader.fail('unknown-canonicalization', 'c')
  return SIMPLE
}

const isCanonicalization = (name: string | undefined): name is CanonicalizationName =>
  name === 'simple' || name === 'relaxed'

// sig-i-tag: [ Local-part ] "@" domain-name. What stands for a local part is up to the signer, but no control character.
function readIdentity(reader: TagReader, domain: string): string {
  const value = reader.optional('i')
  if (value === undefined || value === `@${reader.optional('d')}`) return `@${domain}`
  const octets = decodeQuotedPrintable(value) ?? ''
  const at = octets.lastIndexOf('@')
  const identityDomain = at < 0 ? undefined : readDomain(octets.slice(at + 1))
  if (identityDomain !== undefined && !CONTROL.test(octets))
    return `${readText(octets.slice(0, at))}@${identityDomain}`
  reader.fail('bad-value', 'i')
  return ''
}

const CONTROL = /[\0-\x1f\x7f]/

/** Takes tags out of a list and remembers the first fault. */
class TagReader {
  readonly #tags: TagList
  readonly #place: { readonly offset: number; readonly end: number }
  error: SignatureError | undefined

  constructor(tags: TagList, place: { offset: number; end: number }) {
    this.#tags = tags
    this.#place = place
  }

  fail(code: SignatureErrorCode, tag: string): void {
    const { offset, end } = this.#place
    const at = this.#tags.get(tag)?.at
    this.error ??= { code, at: at === undefined ? end : offset + at, tag }
  }

  optional(name: string): ByteString | undefined {
    return this.#tags.get(name)?.value
  }

  required(name: string): ByteString {
    const value = this.optional(name)
    if (value === undefined) this.fail('missing-tag', name)
    return value ?? ''
  }

  match(name: string, value: ByteString, pattern: RegExp): ByteString {
    if (!pattern.test(value)) this.fail('bad-value', name)
    return value
  }

  read<T>(name: string, parse: (value: ByteString) => T | undefined): T {
    const value = parse(this.required(name))
    if (value === undefined) this.fail('bad-value', name)
    // Without a value there is an error, and nobody sees this.
    return value as T
  }

  number(name: string, digits: number): number | undefined {
    const value = this.optional(name)
    if (value === undefined) return undefined
    if (!DIGITS.test(value)) this.fail('bad-value', name)
    const number = value.length > digits ? Number.POSITIVE_INFINITY : Number(value)
    return number > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : number
  }

  /** The raw field with the value of a tag taken out, and the white space around it. */
  without(name: string, raw: ByteString): ByteString {
    const tag: Tag | undefined = this.#tags.get(name)
    if (tag === undefined) return raw
    const { offset } = this.#place
    return raw.slice(0, offset + tag.start) + raw.slice(offset + tag.end)
  }
}
