import { prefixOf } from '../bayes-filter.ts'
import { type BayesSettings, defaultBayesSettings } from '../bayes-settings.ts'
import { importEndsAt } from '../import/imported-opinion.ts'
import type { ImportedRow } from '../import/imported-row.ts'
import {
  type ImportSource,
  loadTable,
  readTable,
  removeTable,
  storeTable,
  tableHead,
} from '../import/imported-table.ts'
import type { Gains } from '../model/gains.ts'
import { ModelFile } from '../model/model-file.ts'
import { allSeen, SeenMessages } from '../seen-messages.ts'
import type { BayesStore, StoreTransaction } from '../store/bayes-store.ts'
import { USER_SLOT_BITS } from '../user-model.ts'
import type { Dump, DumpError } from './dump.ts'
import { formatDump } from './format-dump.ts'
import { mergeModel, shareOf } from './merge-model.ts'
import { type DumpLines, readDump } from './read-dump.ts'

/** Whose model: a user's, or without a user the shared one. */
export interface WhoseModel {
  readonly user?: string
}

export type LoadedDump =
  | {
      readonly ok: true
      /** Messages that the dump's model has learned. */
      readonly ham: number
      readonly spam: number
      /** Messages of the dump that were known here before; merging counts them twice. */
      readonly both: number
    }
  /** Nothing was written. */
  | { readonly ok: false; readonly error: DumpError }

export interface ImportedCounts {
  readonly ham: number
  readonly spam: number
  /** Words that are kept. */
  readonly words: number
  /** An earlier import gave way to this one. */
  readonly replaced: boolean
}

export interface ExpireOptions extends WhoseModel {
  /** Learned messages that stay known, the latest; default: the settings' `seenLimit`. */
  readonly keep?: number
  /** Halves the counts however much room there is. */
  readonly force?: boolean
}

export interface Expired {
  /** Share of the slots for tokens that were taken, 0 to 1. */
  readonly full: number
  /** All counts were halved: what was seen once is gone. */
  readonly halved: boolean
  /** Learned messages that are not known any more. */
  readonly forgotten: number
  /** An import that had nothing to say any more is gone. */
  readonly importDropped: boolean
}

/** What is done to a store beside scoring and learning. A rejected promise is the store failing, or a NewerModelError. */
export interface BayesAdmin {
  /** All that a model has learned, as lines without line ends (see formatDump), of the moment when the first is asked for. */
  dump(whose?: WhoseModel): Iterable<string>
  /** Takes a dump in place of what the model has learned. */
  restore(lines: DumpLines, whose?: WhoseModel): Promise<LoadedDump>
  /** Takes a dump in addition to what the model has learned. */
  merge(lines: DumpLines, whose?: WhoseModel): Promise<LoadedDump>
  /** Takes the counts of another filter, in place of those of an earlier import. They speak until enough has been learned here. */
  importCounts(
    rows: Iterable<ImportedRow> | AsyncIterable<ImportedRow>,
    options: WhoseModel & { readonly from: ImportSource },
  ): Promise<ImportedCounts>
  /** Whether there was an import to be forgotten. */
  forgetImport(whose?: WhoseModel): Promise<boolean>
  /** Makes room: halves the counts when the table is full, forgets the oldest messages and what is spent. */
  expire(options?: ExpireOptions): Promise<Expired>
}

/**
 * From here on new tokens find no room but that of others. 5,839 messages of the SpamAssassin corpus take 82 % of the default table.
 */
const FULL = 0.95

/**
 * The administration of what a filter over the same store has learned, in this process or another. Settings left out are those
 * of `defaultBayesSettings`.
 */
export function createBayesAdmin({
  store,
  settings,
}: {
  readonly store: BayesStore
  readonly settings?: Partial<BayesSettings>
}): BayesAdmin {
  const { slotBits, minLearned, seenLimit } = { ...defaultBayesSettings, ...settings }
  const refreshed = (from: Pick<StoreTransaction, 'get' | 'keys'>, user: string | undefined): ModelFile => {
    const file = new ModelFile(prefixOf(user), user === undefined ? slotBits : USER_SLOT_BITS)
    file.refresh(from)
    return file
  }

  async function load(lines: DumpLines, user: string | undefined, isMerged: boolean): Promise<LoadedDump> {
    const read = await readDump(lines)
    if (!read.ok) return read
    const { dump } = read
    if ((dump.kind === 'user') !== (user !== undefined))
      return { ok: false, error: { code: 'other-kind', line: 2 } }
    const { ham, spam } = dump.model
    return store.transact((transaction): LoadedDump => {
      const file = refreshed(transaction, user)
      const place = { transaction, file, prefix: prefixOf(user) }
      const isEmpty = file.model.ham + file.model.spam === 0
      if (!isMerged || isEmpty) return { ok: true, ham, spam, both: replaceAll(place, dump, isMerged) }
      if (file.model.slotBits !== dump.model.slotBits)
        return { ok: false, error: { code: 'other-size', line: 2 } }
      return { ok: true, ham, spam, both: addAll(place, dump) }
    })
  }

  return {
    *dump({ user } = {}) {
      // All is read in one go, without giving way: in LMDB that is one moment.
      const prefix = prefixOf(user)
      const { model } = refreshed(store, user)
      const imported = loadTable(store, prefix)
      yield* formatDump({
        kind: user === undefined ? 'shared' : 'user',
        model,
        seen: allSeen(store, prefix),
        imported,
      })
    },
    restore: (lines, { user } = {}) => load(lines, user, false),
    merge: (lines, { user } = {}) => load(lines, user, true),
    async importCounts(rows, { from, user }) {
      const table = await readTable(rows, from)
      const { ham, spam, keys } = table
      return store.transact((transaction) => {
        const replaced = tableHead(transaction, prefixOf(user)) !== undefined
        storeTable(transaction, prefixOf(user), table)
        return { ham, spam, words: keys.length, replaced }
      })
    },
    forgetImport: ({ user } = {}) =>
      store.transact((transaction) => removeTable(transaction, prefixOf(user))),
    expire: ({ user, keep = seenLimit, force = false } = {}) =>
      store.transact((transaction) => {
        const place = { transaction, file: refreshed(transaction, user), prefix: prefixOf(user) }
        return expireIn(place, { keep, force, minLearned })
      }),
  }
}

interface Place {
  readonly transaction: StoreTransaction
  readonly file: ModelFile
  readonly prefix: string
}

/** Returns how many of the dump's messages were known. */
function replaceAll(place: Place, { model, seen, imported }: Dump, isMerged: boolean): number {
  const { transaction, file, prefix } = place
  let both = 0
  for (const { digest } of seen) if (transaction.get(`${prefix}seen/${digest}`) !== undefined) both++
  for (const [from, to] of [
    ['seen/', 'seen0'],
    ['order/', 'order0'],
  ] as const)
    for (const key of transaction.keys(prefix + from, prefix + to)) transaction.remove(key)
  const messages = new SeenMessages(prefix, transaction)
  seen.forEach(({ digest, ...message }, index) => {
    messages.remember(digest, { ...message, at: file.meta.at + index + 1 })
  })
  if (!isMerged) removeTable(transaction, prefix)
  addImport(place, imported)
  file.replace(transaction, model, { messages: seen.length, seen: seen.length - file.meta.seen })
  return both
}

/** Returns how many of the dump's messages were known. */
function addAll(place: Place, { model, seen, imported }: Dump): number {
  const { transaction, file, prefix } = place
  const messages = new SeenMessages(prefix, transaction)
  const known = new Set(seen.filter(({ digest }) => messages.find(digest) !== undefined))
  // What a message did to the weights is as much less as the weights are.
  const own = shareOf(file.model, model)
  const scaled = (gains: Gains, by: number): Gains => gains.map((gain) => gain * by) as unknown as Gains
  for (const { digest, ...message } of allSeen(transaction, prefix)) {
    messages.remember(digest, { ...message, gains: scaled(message.gains, own) })
    messages.change--
  }
  seen.forEach((message, index) => {
    const { digest, isSpam, gains } = message
    if (!known.has(message))
      messages.remember(digest, { isSpam, gains: scaled(gains, 1 - own), at: file.meta.at + index + 1 })
  })
  addImport(place, imported)
  mergeModel(file.model, model)
  file.replace(transaction, file.model, { messages: seen.length, seen: messages.change })
  return known.size
}

/** An import that is there stays: two cannot be added, since a word may be in one under another form. */
function addImport({ transaction, prefix }: Place, imported: Dump['imported']): void {
  if (imported !== undefined && tableHead(transaction, prefix) === undefined)
    storeTable(transaction, prefix, imported)
}

function expireIn(
  { transaction, file, prefix }: Place,
  { keep, force, minLearned }: { keep: number; force: boolean; minLearned: number },
): Expired {
  const { model } = file
  const { slots, size } = model.tokens
  const full = slots.reduce((sum, slot) => sum + (slot > 0xff ? 1 : 0), 0) / size
  const head = tableHead(transaction, prefix)
  const importDropped = head !== undefined && model.ham + model.spam >= importEndsAt(head)
  if (importDropped) removeTable(transaction, prefix)
  const messages = new SeenMessages(prefix, transaction)
  const seen = allSeen(transaction, prefix)
  for (const message of seen.slice(0, Math.max(0, seen.length - keep)))
    messages.forget(message.digest, message)
  // Halving what has only just been enough would leave a filter that says nothing.
  const halved = (force || full >= FULL) && Math.min(model.ham, model.spam) >= 2 * minLearned
  if (halved) model.age()
  const done = { messages: 1, seen: messages.change }
  if (halved) file.replace(transaction, model, done)
  else if (messages.change !== 0) file.write(transaction, { ...done, entries: [] })
  return { full, halved, forgotten: 0 - messages.change, importDropped }
}
