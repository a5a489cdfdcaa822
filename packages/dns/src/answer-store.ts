// The memory of a cache: answers by name and type, in bounds, the least recently used dropped first.
import { sizeOfAnswer } from './answer-size.ts'
import type { Answer, RecordType, RecordTypes, Seconds, TempError } from './resolver.ts'

export type AnyAnswer = Answer<RecordTypes[RecordType]>

export interface AnswerStoreOptions {
  readonly now: () => number
  readonly maxEntries: number
  readonly maxBytes: number
}

interface Entry {
  readonly name: string
  readonly shelf: Shelf
  /** Its ttl is that of the second it was last given out in. */
  answer: AnyAnswer
  readonly storedMs: number
  readonly expiresMs: number
  readonly bytes: number
  newer: Entry | undefined
  older: Entry | undefined
}

/** One map per record type: a name is looked up as it is, without building a key. */
type Shelf = Map<string, Entry>

export class AnswerStore {
  evicted = 0
  expired = 0
  entries = 0
  bytes = 0
  readonly #options: AnswerStoreOptions
  readonly #shelves: Record<RecordType, Shelf> = {
    A: new Map(),
    AAAA: new Map(),
    MX: new Map(),
    TXT: new Map(),
    PTR: new Map(),
    NS: new Map(),
    CNAME: new Map(),
    SOA: new Map(),
  }
  #newest: Entry | undefined
  #oldest: Entry | undefined

  constructor(options: AnswerStoreOptions) {
    this.#options = options
  }

  /** The answer kept under a name, with what remains of its ttl; undefined when there is none or its time is over. */
  read(name: string, type: RecordType): AnyAnswer | undefined {
    const entry = this.#shelves[type].get(name)
    if (entry === undefined) return undefined
    const atMs = this.#options.now()
    // A clock set back must not lengthen the life of an answer.
    if (!(atMs < entry.expiresMs && atMs >= entry.storedMs)) {
      this.#remove(entry)
      this.expired += 1
      return undefined
    }
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#linkNewest(entry)
    }
    const answer = entry.answer
    if (answer.kind === 'temperror') return answer
    const ttl = Math.floor((entry.expiresMs - atMs) / 1000)
    if (answer.ttl === ttl) return answer
    const aged = withTtl(answer, ttl)
    entry.answer = aged
    return aged
  }

  /** Keeps an answer for `lifeMs`, in place of an earlier one; not at all when it alone is over the bounds. */
  write(name: string, type: RecordType, { answer, lifeMs }: { answer: AnyAnswer; lifeMs: number }): void {
    const { now, maxBytes, maxEntries } = this.#options
    const shelf = this.#shelves[type]
    const before = shelf.get(name)
    if (before !== undefined) this.#remove(before)
    const bytes = sizeOfAnswer(name, answer)
    if (!(bytes <= maxBytes && maxEntries >= 1)) return
    while (this.#oldest !== undefined && (this.bytes + bytes > maxBytes || this.entries + 1 > maxEntries)) {
      this.#remove(this.#oldest)
      this.evicted += 1
    }
    const key = ownCopy(name)
    const storedMs = now()
    const expiresMs = storedMs + lifeMs
    const links = { newer: undefined, older: undefined }
    const entry: Entry = { name: key, shelf, answer, storedMs, expiresMs, bytes, ...links }
    shelf.set(key, entry)
    this.#linkNewest(entry)
    this.entries += 1
    this.bytes += bytes
  }

  clear(): void {
    while (this.#newest !== undefined) this.#remove(this.#newest)
  }

  #remove(entry: Entry): void {
    this.#unlink(entry)
    entry.shelf.delete(entry.name)
    this.entries -= 1
    this.bytes -= entry.bytes
  }

  #unlink(entry: Entry): void {
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
  }

  #linkNewest(entry: Entry): void {
    entry.newer = undefined
    entry.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = entry
    this.#newest = entry
    this.#oldest ??= entry
  }
}

/** The same answer with another ttl. */
export function withTtl(answer: Exclude<AnyAnswer, TempError>, ttl: Seconds): Exclude<AnyAnswer, TempError> {
  if (answer.kind !== 'records') return { kind: answer.kind, ttl }
  return { kind: 'records', records: answer.records, ttl, authentic: answer.authentic }
}

/** A name cut from a request would keep the whole request alive (V8 slices by reference): this keeps one more byte. */
const ownCopy = (name: string): string => ` ${name}`.slice(1)
