// The shell around the signing of one message: takes it piece by piece, hashes, writes the fields. RFC 6376 §5.
import { sign as cryptoSign, hash } from 'node:crypto'
import {
  type ByteString,
  createMessageReader,
  type LineEnds,
  type MessageReader,
  type MessageSink,
} from '@postern/message'
import { BodyHashes, type HashedBody } from './body-hashes.ts'
import { canonicalizeField } from './canonical-header.ts'
import { isWithin, readDomain, readSelector } from './domain-name.ts'
import { createFieldChooser, type FieldChoice } from './fields-to-sign.ts'
import { HeaderFields } from './header-fields.ts'
import { defaultLimits, MIN_RSA_BITS } from './limits.ts'
import { encodeQuotedPrintable } from './quoted-printable.ts'
import type { Canonicalization, CanonicalizationName } from './signature.ts'
import { startSignature } from './signature-text.ts'
import type { SigningKey } from './signing-key.ts'

export type CanonicalizationPair = `${CanonicalizationName}/${CanonicalizationName}`

/** One signature to make. */
export interface SignatureRequest extends FieldChoice {
  /** d=; Unicode is written as A-labels. */
  readonly domain: string
  /** s= */
  readonly selector: string
  readonly key: SigningKey
  /** i=: an address of the domain or one below it, its local part may be empty. Left out when not given. */
  readonly identity?: string | undefined
  /** Of header and body. Default `relaxed/relaxed`. */
  readonly canonicalization?: CanonicalizationPair | undefined
  /** Seconds until the signature expires (x=). Default: never. */
  readonly lifetimeSeconds?: number | undefined
  /** Say when it was signed (t=). Default true. */
  readonly timestamp?: boolean | undefined
  /** Octets of the canonicalized body to sign (l=), for tests of verifiers: what follows can be changed by anybody. */
  readonly bodyLength?: number | undefined
}

export interface SignOptions {
  readonly signatures: readonly SignatureRequest[]
  /** Seconds since 1970. */
  readonly now: number
  /** What ends the lines of a message that comes by `write`. Default `auto`. */
  readonly lineEnds?: LineEnds | undefined
  /** Bytes and fields of a header that are kept: see DkimLimits. */
  readonly limits?: { readonly headerBytes?: number; readonly headerFields?: number } | undefined
}

/** Takes one message: by `write`, or else by field, endOfHeader and body. */
export interface Signer extends MessageSink {
  write(chunk: Uint8Array): void
  /**
   * The fields to put above the message, in this order: raw, folded with CRLF and a tab, without CRLF at their ends. None when
   * the header is larger than the limits.
   */
  end(): readonly ByteString[]
  /** Why nothing was signed. */
  readonly problem: 'header-too-large' | undefined
}

/** Throws a TypeError for a domain, selector or identity that no signature can have. */
export const createSigner = (options: SignOptions): Signer => new MessageSigner(options)

/** A request, checked, in the form in which it is carried out. */
interface Task {
  readonly request: SignatureRequest
  readonly canonicalization: Canonicalization
  readonly domain: string
  readonly selector: string
  readonly identity: ByteString | undefined
  readonly chooseFields: (header: HeaderFields) => string[]
}

/** Requests are kept by those who sign many messages: each is prepared once. */
const tasks = new WeakMap<SignatureRequest, Task>()

function taskOf(request: SignatureRequest): Task {
  let task = tasks.get(request)
  if (task === undefined) {
    task = prepare(request)
    tasks.set(request, task)
  }
  return task
}

function prepare(request: SignatureRequest): Task {
  const { domain: givenDomain, selector: givenSelector, key } = request
  const domain = readDomain(encodeText(givenDomain))
  if (domain === undefined) throw new TypeError(`no domain that can sign: ${givenDomain}`)
  const selector = readSelector(encodeText(givenSelector))
  if (selector === undefined) throw new TypeError(`no selector: ${givenSelector}`)
  // RFC 8301 §3.2.
  if (key.algorithm === 'rsa' && key.bits < MIN_RSA_BITS)
    throw new TypeError(`an RSA key of ${key.bits} bits must not sign`)
  const [header, body] = (request.canonicalization ?? 'relaxed/relaxed').split('/')
  return {
    request,
    canonicalization: { header, body } as Canonicalization,
    domain,
    selector,
    identity: request.identity === undefined ? undefined : identityText(request.identity, domain),
    chooseFields: createFieldChooser(request),
  }
}

const CONTROL = /[\0-\x1f\x7f]/
const encodeText = (text: string): ByteString => Buffer.from(text, 'utf8').toString('latin1')

function identityText(identity: string, domain: string): ByteString {
  const at = identity.lastIndexOf('@')
  const within = at < 0 ? undefined : readDomain(encodeText(identity.slice(at + 1)))
  if (within === undefined || !isWithin(within, domain) || CONTROL.test(identity))
    throw new TypeError(`no address of ${domain} or below it: ${identity}`)
  return `${encodeQuotedPrintable(encodeText(identity.slice(0, at)))}@${within}`
}

class MessageSigner implements Signer {
  readonly #options: SignOptions
  readonly #tasks: readonly (readonly [Task, HashedBody])[]
  readonly #bodies = new BodyHashes()
  readonly #header: HeaderFields
  #reader: MessageReader | undefined

  constructor(options: SignOptions) {
    this.#options = options
    this.#header = new HeaderFields({ ...defaultLimits, ...options.limits })
    this.#tasks = options.signatures.map((request) => {
      const task = taskOf(request)
      return [task, this.#bodies.request(task.canonicalization.body, request.bodyLength)]
    })
  }

  get problem(): 'header-too-large' | undefined {
    return this.#header.isTooLarge ? 'header-too-large' : undefined
  }

  write(chunk: Uint8Array): void {
    this.#reader ??= createMessageReader(this, {
      lineEnds: this.#options.lineEnds ?? 'auto',
      limits: { fieldBytes: (this.#options.limits?.headerBytes ?? defaultLimits.headerBytes) + 1 },
    })
    this.#reader.write(chunk)
  }

  field(raw: ByteString): void {
    this.#header.add(raw)
  }

  endOfHeader(): void {}

  body(chunk: Uint8Array): void {
    this.#bodies.write(chunk)
  }

  end(): readonly ByteString[] {
    this.#reader?.end()
    this.#bodies.end()
    if (this.#header.isTooLarge) return []
    return this.#tasks.map(([task, body]) => this.#sign(task, body))
  }

  // RFC 6376 §3.7: the field with an empty b= is signed, after the fields that it lists.
  #sign(task: Task, { canonical, hash: bodyHash }: HashedBody): ByteString {
    const { request, canonicalization, domain, selector, identity } = task
    const { key, lifetimeSeconds, bodyLength } = request
    const now = Math.floor(this.#options.now)
    const fields = task.chooseFields(this.#header)
    const text = startSignature({
      algorithm: `${key.algorithm}-sha256`,
      canonicalization: `${canonicalization.header}/${canonicalization.body}`,
      domain,
      selector,
      identity,
      timestamp: request.timestamp === false ? undefined : now,
      expiration: lifetimeSeconds === undefined ? undefined : now + Math.max(1, Math.floor(lifetimeSeconds)),
      bodyLength: bodyLength === undefined ? undefined : Math.min(bodyLength, canonical.length),
      fields,
      bodyHash: bodyHash.digest,
    })
    const selected = this.#header.select({ names: fields, canonicalization: canonicalization.header })
    const data = Buffer.from(selected.text + canonicalizeField(text.text, canonicalization.header), 'latin1')
    return text.addCut(signatureOf(key, data).toString('base64')).text
  }
}

// RFC 8463 §3: Ed25519 signs the hash, RSA (PKCS#1 v1.5) hashes by itself.
const signatureOf = ({ algorithm, key }: SigningKey, data: Buffer): Buffer =>
  algorithm === 'ed25519'
    ? cryptoSign(null, hash('sha256', data, 'buffer'), key)
    : cryptoSign('sha256', data, key)
