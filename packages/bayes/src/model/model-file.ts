import type { StoreTransaction } from '../store/bayes-store.ts'
import { blocksOf, decodeBlock, encodeBlock } from './block.ts'
import { applyEntry } from './log-entry.ts'
import { type Meta, readMeta, writeMeta } from './meta.ts'
import { Model } from './model.ts'

/**
 * A model in a store, and this process's copy of it. The store has the model as of some message (blocks), and a log of the
 * messages since, which each process repeats on its own copy. A copy that is older than the log is read anew.
 */
export class ModelFile {
  model: Model
  meta: Meta
  readonly #prefix: string
  /** Set while a transaction of this process has changed the copy and is not committed yet. */
  isAhead = false
  /** Which message the copy is at; below zero: not known, it has to be read. */
  #at = 0

  constructor(prefix: string, slotBits: number) {
    this.#prefix = prefix
    this.model = new Model(slotBits)
    this.meta = emptyMeta(slotBits)
  }

  /** Brings the copy to what `from` has. Throws NewerModelError when a later version wrote it. */
  refresh(from: Pick<StoreTransaction, 'get' | 'keys'>): void {
    const found = from.get(this.#key('meta'))
    const meta = found === undefined ? emptyMeta(this.model.slotBits) : readMeta(found)
    if (meta.at === this.#at && meta.epoch === this.meta.epoch) return
    const isStale = this.#at < meta.logFrom || this.#at > meta.at || meta.epoch !== this.meta.epoch
    if (isStale) this.#load(from, meta)
    else this.#repeat(from, this.#at, meta.at)
    this.model.ham = meta.ham
    this.model.spam = meta.spam
    this.model.order.mix = meta.mix
    this.model.order.trust = meta.trust
    this.meta = meta
    this.#at = meta.at
  }

  /** What this process did to its copy is not in the store: the copy is read anew before its next use. */
  invalidate(): void {
    this.#at = -1
  }

  /** Writes what was done to the copy since `refresh`: `entries`, when they are few, or the whole model. */
  write(
    to: StoreTransaction,
    done: { entries?: readonly Uint8Array[]; messages: number; seen: number },
  ): void {
    const { meta, model } = this
    const at = meta.at + done.messages
    const octets = done.entries?.reduce((sum, entry) => sum + entry.length, 0) ?? 0
    const { mix, trust } = model.order
    const next = { ...meta, at, ham: model.ham, spam: model.spam, seen: meta.seen + done.seen, mix, trust }
    if (done.entries !== undefined && meta.logOctets + octets <= MOST_LOG_OCTETS) {
      done.entries.forEach((entry, index) => {
        to.put(this.#key(`log/${numbered(meta.at + index + 1)}`), entry)
      })
      next.logOctets += octets
    } else {
      for (const key of to.keys(this.#key('log/'), this.#key('log0'))) to.remove(key)
      for (let block = 0; block < blocksOf(model); block++)
        to.put(this.#key(`block/${numbered(block)}`), encodeBlock(model, block))
      next.logFrom = at
      next.logOctets = 0
    }
    to.put(this.#key('meta'), writeMeta(next))
    this.meta = next
    this.#at = at
  }

  /** Puts another model in its place: other processes read it anew. */
  replace(
    to: StoreTransaction,
    model: Model,
    done: { messages: number; seen: number } = { messages: 0, seen: 0 },
  ): void {
    for (const key of to.keys(this.#key('block/'), this.#key('block0'))) to.remove(key)
    this.model = model
    this.meta = { ...this.meta, slotBits: model.slotBits, epoch: this.meta.epoch + 1 }
    this.write(to, done)
  }

  #load(from: Pick<StoreTransaction, 'get' | 'keys'>, meta: Meta): void {
    this.model = new Model(meta.slotBits)
    for (let block = 0; block < blocksOf(this.model); block++) {
      const octets = from.get(this.#key(`block/${numbered(block)}`))
      if (octets !== undefined) decodeBlock(this.model, block, octets)
    }
    this.#repeat(from, meta.logFrom, meta.at)
  }

  #repeat(from: Pick<StoreTransaction, 'get'>, after: number, to: number): void {
    for (let at = after + 1; at <= to; at++) {
      const entry = from.get(this.#key(`log/${numbered(at)}`))
      if (entry !== undefined) applyEntry(this.model, entry)
    }
  }

  #key(rest: string): string {
    return `${this.#prefix}${rest}`
  }
}

/** About 200 messages. Above it the whole model is written: a few megabytes, some 30 ms of an idle processor. */
const MOST_LOG_OCTETS = 2 * 1024 * 1024

const numbered = (value: number): string => value.toString().padStart(12, '0')

const emptyMeta = (slotBits: number): Meta => ({
  slotBits,
  epoch: 0,
  at: 0,
  logFrom: 0,
  logOctets: 0,
  ham: 0,
  spam: 0,
  seen: 0,
  mix: 0.5,
  trust: 0,
})
