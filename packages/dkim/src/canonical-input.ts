// What a signature was made over, for people who look for the difference: the canonicalized fields and the canonicalized body.
import { type ByteString, createMessageReader, type LineEnds, type MessageSink } from '@postern/message'
import { BodyHash } from './body-hash.ts'
import { type CanonicalBody, createCanonicalBody } from './canonical-body.ts'
import { canonicalizeField } from './canonical-header.ts'
import { HeaderFields } from './header-fields.ts'
import { defaultLimits } from './limits.ts'
import { type CanonicalizationName, parseSignature } from './signature.ts'
import { type MessageInput, takeMessage } from './verify.ts'

/** The input of one signature. */
export interface CanonicalInput {
  /** Index among the DKIM-Signature fields of the message, from the top. */
  readonly at: number
  /** What is signed: the fields of h=, each with its CRLF, and last the signature itself, with b= empty and without CRLF. */
  readonly header: ByteString
  /** The beginning of what is hashed of the body. */
  readonly body: Buffer
  /** Octets of the canonicalized body that are hashed: all of it, or those of l=. */
  readonly bodyBytes: number
}

export interface CanonicalInputOptions {
  /** Octets of each body that are kept. */
  readonly bodyBytes: number
  /** What ends the lines of the message. Default `auto`. */
  readonly lineEnds?: LineEnds | undefined
}

/** The inputs of the signatures that can be read, as many as createVerifier looks at. Rejects when reading the message fails. */
export function canonicalInputs(
  message: MessageInput,
  options: CanonicalInputOptions,
): Promise<readonly CanonicalInput[]> {
  const collector = new InputCollector(options.bodyBytes)
  const reader = createMessageReader(collector, { lineEnds: options.lineEnds ?? 'auto' })
  return takeMessage(message, {
    write: (chunk) => reader.write(chunk),
    end: () => {
      reader.end()
      return collector.end()
    },
  })
}

/** Keeps what a hash would be fed with. */
class KeptBody extends BodyHash {
  readonly #pieces: Buffer[] = []
  readonly #room: number
  #kept = 0

  constructor(room: number) {
    super(Number.POSITIVE_INFINITY)
    this.#room = room
  }

  // A copy, as the pieces lie in a block that is used again.
  override update(bytes: Buffer): void {
    const piece = Buffer.from(bytes.subarray(0, this.#room - this.#kept))
    this.#kept += piece.length
    if (piece.length > 0) this.#pieces.push(piece)
  }

  override finish(bytes: Buffer): void {
    this.update(bytes)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

interface Kept {
  readonly canonical: CanonicalBody
  readonly body: KeptBody
}

class InputCollector implements MessageSink {
  readonly #room: number
  readonly #header = new HeaderFields(defaultLimits)
  readonly #bodies: Record<CanonicalizationName, Kept>

  constructor(room: number) {
    this.#room = room
    this.#bodies = { simple: this.#keep('simple'), relaxed: this.#keep('relaxed') }
  }

  field(raw: ByteString): void {
    this.#header.add(raw)
  }

  endOfHeader(): void {}

  body(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (const { canonical } of Object.values(this.#bodies)) canonical.write(bytes)
  }

  end(): CanonicalInput[] {
    for (const { canonical } of Object.values(this.#bodies)) canonical.end()
    const places = this.#header.indexesOf('dkim-signature').slice(0, defaultLimits.signatures)
    return places.flatMap((field, at) => this.#inputOf(field, at))
  }

  #keep(name: CanonicalizationName): Kept {
    const body = new KeptBody(this.#room)
    return { canonical: createCanonicalBody(name, [body]), body }
  }

  #inputOf(field: number, at: number): CanonicalInput[] {
    const parsed = parseSignature(this.#header.at(field))
    if (!parsed.ok) return []
    const { canonicalization, signedFields, bodyLength, unsigned } = parsed.value
    const selection = { names: signedFields, canonicalization: canonicalization.header, except: field }
    const header = this.#header.select(selection).text + canonicalizeField(unsigned, canonicalization.header)
    const { canonical, body } = this.#bodies[canonicalization.body]
    const bodyBytes = Math.min(bodyLength ?? canonical.length, canonical.length)
    return [{ at, header, body: body.bytes.subarray(0, bodyBytes), bodyBytes }]
  }
}
