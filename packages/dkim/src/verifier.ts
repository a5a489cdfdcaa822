// The shell around the verification of one message: takes it piece by piece, asks for the keys, judges.
import type { Budget, MaybeAsync, Resolver } from '@postern/dns'
import {
  type ByteString,
  createMessageReader,
  fieldAddresses,
  fieldBody,
  type LineEnds,
  type MessageReader,
  type MessageSink,
} from '@postern/message'
import { BodyHashes, type HashedBody } from './body-hashes.ts'
import { keyRecordName, readName } from './domain-name.ts'
import { checkEarly, defaultRules, type VerifyRules } from './early-checks.ts'
import { HeaderFields } from './header-fields.ts'
import { judgeSignature } from './judge-signature.ts'
import { commonKeys, type KeyCache } from './key-cache.ts'
import { KeyLookups } from './key-lookup.ts'
import { type DkimLimits, defaultLimits } from './limits.ts'
import { RESULTS, type ReasonCode, type SignatureResult, type Verification } from './result.ts'
import { type DkimSignature, isSignatureField, parseSignature, type SignatureErrorCode } from './signature.ts'

export interface VerifyOptions {
  readonly resolver: Resolver
  /** Seconds since 1970. */
  readonly now: number
  /** The time that all lookups may take together; handed to the resolver with each. */
  readonly budget?: Budget | undefined
  /** Keys that have not come when it fires count as timed out. */
  readonly signal?: AbortSignal | undefined
  /** Where parsed keys are kept between messages. Default: one cache for the process. */
  readonly keys?: KeyCache | undefined
  readonly limits?: Partial<DkimLimits> | undefined
  readonly rules?: Partial<VerifyRules> | undefined
  /** What ends the lines of a message that comes by `write`. Default `auto`. */
  readonly lineEnds?: LineEnds | undefined
}

/** Takes one message: by `write`, or else by field, endOfHeader and body. */
export interface Verifier extends MessageSink {
  write(chunk: Uint8Array): void
  /** At once when all keys are known, else by a promise, which does not reject. */
  end(): MaybeAsync<Verification>
}

export const createVerifier = (options: VerifyOptions): Verifier => new MessageVerifier(options)

/** A signature that may pass. */
interface Candidate {
  readonly at: number
  readonly field: number
  readonly signature: DkimSignature
  readonly name: string
  readonly body: HashedBody
}

class MessageVerifier implements Verifier {
  readonly #options: VerifyOptions
  readonly #limits: DkimLimits
  readonly #rules: VerifyRules
  readonly #lookups: KeyLookups
  readonly #header: HeaderFields
  readonly #bodies = new BodyHashes()
  /** Where the signatures stand, as many as are verified. */
  readonly #places: number[] = []
  #signatures = 0
  #reader: MessageReader | undefined
  #results: (SignatureResult | Candidate)[] | undefined

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#limits = options.limits === undefined ? defaultLimits : { ...defaultLimits, ...options.limits }
    this.#rules = options.rules === undefined ? defaultRules : rulesOf(options.rules)
    this.#lookups = new KeyLookups(options)
    this.#header = new HeaderFields(this.#limits)
  }

  write(chunk: Uint8Array): void {
    this.#reader ??= createMessageReader(this, {
      lineEnds: this.#options.lineEnds ?? 'auto',
      // A field that the reader has to cut is thus too large for us as well.
      limits: { fieldBytes: this.#limits.headerBytes + 1 },
    })
    this.#reader.write(chunk)
  }

  field(raw: ByteString): void {
    if (isSignatureField(raw) && ++this.#signatures <= this.#limits.signatures)
      this.#places.push(this.#header.length)
    this.#header.add(raw)
  }

  endOfHeader(): void {
    this.#results ??= this.#places.map((field, at) =>
      this.#header.isTooLarge ? resultOf(at, 'header-too-large') : this.#begin(at, field),
    )
  }

  body(chunk: Uint8Array): void {
    this.#bodies.write(chunk)
  }

  end(): MaybeAsync<Verification> {
    this.#reader?.end()
    this.endOfHeader()
    this.#bodies.end()
    return this.#lookups.isWaiting ? this.#lookups.all().then(() => this.#finish()) : this.#finish()
  }

  /** What can be said at once, or what has to be waited for: the key is asked for now, while the body is still on its way. */
  #begin(at: number, field: number): SignatureResult | Candidate {
    const parsed = parseSignature(this.#header.at(field))
    if (!parsed.ok) return { ...resultOf(at, reasonOf(parsed.error.code)), problem: parsed.error }
    const signature = parsed.value
    const { now } = this.#options
    const early = checkEarly(signature, { header: this.#header, rules: this.#rules, now })
    if (early !== undefined) return { ...resultOf(at, early.reason), signature, ...early }
    const name = keyRecordName(signature.selector, signature.domain)
    this.#lookups.ask(name)
    const { canonicalization, bodyLength } = signature
    return { at, field, signature, name, body: this.#bodies.request(canonicalization.body, bodyLength) }
  }

  #finish(): Verification {
    const signatures = (this.#results ?? []).map((result) =>
      'result' in result ? result : this.#judge(result),
    )
    const unverified = this.#signatures - this.#places.length
    return { signatures, from: fromDomains(this.#header), unverified }
  }

  #judge({ at, field, signature, name, body: { canonical, hash } }: Candidate): SignatureResult {
    const judgement = judgeSignature(
      {
        signature,
        field,
        header: this.#header,
        body: { digest: hash.digest, length: canonical.length },
        rules: this.#rules,
      },
      {
        name,
        answer: this.#lookups.answer(name),
        keys: this.#options.keys ?? commonKeys,
        limit: this.#limits.keys,
      },
    )
    const { reason, key, covered, isHeaderIntact, changedFields } = judgement
    const said: { -readonly [K in keyof SignatureResult]: SignatureResult[K] } = {
      result: RESULTS[reason],
      reason,
      signature,
      key,
      at,
    }
    if (covered !== undefined) said.covered = covered
    if (isHeaderIntact !== undefined) said.isHeaderIntact = isHeaderIntact
    if (changedFields !== undefined) said.changedFields = changedFields
    return said
  }
}

/** Names of fields may come in any case: one that never matched would not be required. */
const rulesOf = (rules: Partial<VerifyRules>): VerifyRules => {
  const merged = { ...defaultRules, ...rules }
  return { ...merged, requiredFields: merged.requiredFields.map((name) => name.toLowerCase()) }
}

const resultOf = (at: number, reason: ReasonCode): SignatureResult => ({
  result: RESULTS[reason],
  reason,
  at,
})

/** The other codes are all about how the text is written. */
function reasonOf(code: SignatureErrorCode): ReasonCode {
  return code === 'missing-tag' || code === 'unknown-version' || code === 'unknown-canonicalization'
    ? code
    : 'signature-syntax'
}

function fromDomains(header: HeaderFields): string[] {
  const domains: string[] = []
  for (const index of header.indexesOf('from'))
    for (const { domain } of fieldAddresses(fieldBody(header.at(index)))) {
      const name = readName(domain)
      // Not a set: there is one, and nearly always the same.
      if (name !== undefined && domains.at(-1) !== name) domains.push(name)
    }
  return domains.length < 2 ? domains : [...new Set(domains)]
}
