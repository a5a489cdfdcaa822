// The header of one message, and which of its fields a signature covers: RFC 6376 §3.7, §5.4.2.
import type { ByteString } from '@postern/message'
import { lowerName, relaxedBody } from './canonical-header.ts'
import type { CanonicalizationName } from './signature.ts'

export interface SelectedFields {
  /** Names of the fields that are there, in the order of h=. */
  readonly names: readonly string[]
  /** Them, each with CRLF at its end, canonicalized and in that order. */
  readonly text: ByteString
}

export interface Selection {
  /** h=, in lower case. */
  readonly names: readonly string[]
  readonly canonicalization: CanonicalizationName
  /** Index of a field that is not to be found: the signature itself. */
  readonly except?: number
}

/** See DkimLimits. */
export interface HeaderLimits {
  readonly headerBytes: number
  readonly headerFields: number
}

export class HeaderFields {
  readonly #limits: HeaderLimits
  #bytes = 0
  #isTooLarge = false
  readonly #raw: ByteString[] = []
  readonly #relaxed: (ByteString | undefined)[] = []
  readonly #lowerNames: string[] = []
  #byName: Map<string, number[]> | undefined

  constructor(limits: HeaderLimits) {
    this.#limits = limits
  }

  /** Fields that were kept. */
  get length(): number {
    return this.#raw.length
  }

  /** Whether there were more than are kept. */
  get isTooLarge(): boolean {
    return this.#isTooLarge
  }

  add(raw: ByteString): void {
    this.#bytes += raw.length + 2
    this.#isTooLarge ||=
      this.#bytes > this.#limits.headerBytes || this.#raw.length === this.#limits.headerFields
    if (!this.#isTooLarge) this.#raw.push(raw)
  }

  at(index: number): ByteString {
    return this.#raw[index]!
  }

  /** Indexes of the fields of this name, which is in lower case, from the top. */
  indexesOf(name: string): readonly number[] {
    return this.#names().get(name) ?? []
  }

  /**
   * The fields that h= means. RFC 6376 §5.4.2: of those with one name, the last one that is left each time the name comes; none
   * is left: nothing.
   */
  select({ names, canonicalization, except }: Selection): SelectedFields {
    const isTaken: boolean[] = []
    if (except !== undefined) isTaken[except] = true
    const found: string[] = []
    let text = ''
    for (const name of names) {
      const indexes = this.indexesOf(name)
      let last = indexes.length - 1
      while (last >= 0 && isTaken[indexes[last]!]) last--
      if (last < 0) continue
      const index = indexes[last]!
      isTaken[index] = true
      text += `${this.#canonical(index, canonicalization)}\r\n`
      found.push(name)
    }
    return { names: found, text }
  }

  #canonical(index: number, name: CanonicalizationName): ByteString {
    if (name === 'simple') return this.#raw[index]!
    this.#relaxed[index] ??= `${this.#lowerNames[index]}:${relaxedBody(this.#raw[index]!)}`
    return this.#relaxed[index]
  }

  #names(): Map<string, number[]> {
    if (this.#byName !== undefined) return this.#byName
    const byName = new Map<string, number[]>()
    for (let index = 0; index < this.#raw.length; index++) {
      const raw = this.#raw[index]!
      // What is no name (fieldName) is asked for by nobody.
      const name = lowerName(raw)
      this.#lowerNames.push(name)
      const indexes = byName.get(name)
      if (indexes === undefined) byName.set(name, [index])
      else indexes.push(index)
    }
    this.#byName = byName
    return byName
  }
}
