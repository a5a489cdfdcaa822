import { readContent } from '../content/index.ts'
import { TokenOdds } from '../model/token-odds.ts'
import type { Evidence } from '../score.ts'
import type { BayesStore } from '../store/bayes-store.ts'
import { eachBogofilterWord } from './bogofilter-words.ts'
import { findKey, type ImportedTable, keyOf, loadTable, tableMark } from './imported-table.ts'
import { eachSpamAssassinWord } from './spamassassin-words.ts'

const readers = { spamassassin: eachSpamAssassinWord, bogofilter: eachBogofilterWord } as const

/**
 * What the mean of the log-odds of all words is multiplied by, those that the table does not know counting as 0: as in our own
 * classical model. Chosen by the log loss on mail of the same sources and of others; see docs/decisions/0010-bayes-import.md.
 */
const SHARE = 4

/** After so many messages learned here an import says nothing, however large it was: our own model knows more by then. */
const MOST_UNTIL = 5000

/** Tables kept in memory: the shared one and those of a few users. */
const MOST_TABLES = 4
/** Words whose keys are remembered: a SHA-1 takes longer than the rest of looking one up. */
const MOST_KEYS = 50_000

export interface ImportedOpinion {
  /** What it says itself. */
  readonly logit: number
  /**
   * What that is worth, 0 to 1; the model's own log-odds are worth the rest. Not their sum: what both have learned is mail of the
   * same people, and would count twice.
   */
  readonly share: number
  /** By their weights in the whole. */
  readonly evidence: readonly Evidence[]
}

/** Messages learned here at which an import has nothing to say any more. */
export const importEndsAt = ({ ham, spam }: Pick<ImportedTable, 'ham' | 'spam'>): number =>
  Math.min(ham + spam, MOST_UNTIL)

/** Asks imported tables about messages, and keeps what that needs in memory. */
export class ImportedOpinions {
  readonly #store: BayesStore
  readonly #tables = new Map<string, { mark: Uint8Array; table: ImportedTable; odds: TokenOdds }>()
  readonly #keys = new Map<string, number>()

  constructor(store: BayesStore) {
    this.#store = store
  }

  /** Undefined where nothing was imported, too little of one class, or enough has been learned since. */
  of(
    message: Uint8Array,
    {
      prefix,
      learned,
      minLearned,
      most,
    }: { prefix: string; learned: number; minLearned: number; most: number },
  ): ImportedOpinion | undefined {
    const held = this.#refreshed(prefix)
    if (held === undefined) return undefined
    const { table, odds } = held
    const share = 1 - learned / importEndsAt(table)
    if (table.ham < minLearned || table.spam < minLearned || share <= 0) return undefined
    const found = new Map<string, number>()
    let sum = 0
    const seen = new Set<string>()
    readers[table.from](readContent(message), (word) => {
      if (seen.has(word)) return
      seen.add(word)
      const at = findKey(table, this.#keyOf(word))
      if (at === -1) return
      const weight = odds.of(table.hamCounts[at] as number, table.spamCounts[at] as number)
      sum += weight
      found.set(word, weight)
    })
    const part = SHARE / Math.max(1, seen.size)
    return { logit: part * sum, share, evidence: most > 0 ? evidenceOf(found, part * share, most) : [] }
  }

  #refreshed(prefix: string) {
    const mark = tableMark(this.#store, prefix)
    const held = this.#tables.get(prefix)
    if (mark === undefined) {
      if (held !== undefined) this.#tables.delete(prefix)
      return undefined
    }
    if (held !== undefined && Buffer.compare(held.mark, mark) === 0) return held
    const table = loadTable(this.#store, prefix)
    if (table === undefined) return undefined
    const odds = new TokenOdds()
    odds.setTotals(table.ham, table.spam)
    const next = { mark: mark.slice(), table, odds }
    this.#tables.delete(prefix)
    if (this.#tables.size >= MOST_TABLES) this.#tables.delete(this.#tables.keys().next().value as string)
    this.#tables.set(prefix, next)
    return next
  }

  #keyOf(word: string): number {
    const known = this.#keys.get(word)
    if (known !== undefined) return known
    const key = keyOf(word)
    if (word.length > 40) return key
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear()
    this.#keys.set(word, key)
    return key
  }
}

/** Marks of both filters that a word is of a header field. */
const HEADER = /^(?:H[*A-Z][\w*-]*|subj|from|to|rtrn|rcvd|head):/

function evidenceOf(found: ReadonlyMap<string, number>, part: number, most: number): Evidence[] {
  return [...found]
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, most)
    .map(([word, weight]) => ({
      kind: HEADER.test(word) ? 'header' : 'word',
      text: word.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 60),
      weight: part * weight,
    }))
}

/** The evidence of the model, by its weights in the whole, and that of the import: the strongest of both. */
export const withImported = (
  own: readonly Evidence[],
  { share, evidence }: ImportedOpinion,
  most: number,
): Evidence[] =>
  [...own.map((each) => ({ ...each, weight: each.weight * (1 - share) })), ...evidence]
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most)
