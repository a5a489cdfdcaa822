import { hash } from 'node:crypto'
import { type BayesSettings, defaultBayesSettings } from './bayes-settings.ts'
import { digestOf } from './digest.ts'
import { evidenceOf } from './evidence.ts'
import { featuresOf, keptFeatures, type MailFeatures } from './features/mail-features.ts'
import {
  type ImportedOpinion,
  ImportedOpinions,
  importEndsAt,
  withImported,
} from './import/imported-opinion.ts'
import { tableHead } from './import/imported-table.ts'
import { Lessons } from './lessons.ts'
import type { Opinion } from './model/model.ts'
import { ModelFile } from './model/model-file.ts'
import type { BayesFilter, BayesStats, MailClass, Score, ScoreOptions, Verdict } from './score.ts'
import { findSeen } from './seen-messages.ts'
import type { BayesStore } from './store/bayes-store.ts'
import { USER_SLOT_BITS, userGains, userLogit } from './user-model.ts'

/** Users whose models are kept in memory, 0.8 MiB each. */
const MOST_USERS = 64

/** Characters of a user's name that are in a key. The name of a longer one ends in a digest, and is longer than any whole one. */
const MOST_NAME = 100

/** The keys of a model begin so; a user's name may be any text. */
export function prefixOf(user: string | undefined): string {
  if (user === undefined) return 'shared/'
  const name = encodeURIComponent(Buffer.from(user).toString())
  if (name.length <= MOST_NAME) return `user/${name}/`
  return `user/${name.slice(0, MOST_NAME - 31)}${hash('sha256', name, 'hex').slice(0, 32)}/`
}

const noFeatures = new Int32Array()

class Filter implements BayesFilter {
  readonly #store: BayesStore
  readonly #settings: BayesSettings
  readonly #shared: ModelFile
  readonly #users = new Map<string, ModelFile>()
  readonly #lessons: Lessons
  readonly #imported: ImportedOpinions

  constructor(store: BayesStore, settings: BayesSettings) {
    this.#store = store
    this.#settings = settings
    this.#shared = new ModelFile(prefixOf(undefined), settings.slotBits)
    this.#lessons = new Lessons(store, settings)
    this.#imported = new ImportedOpinions(store)
  }

  async score(message: Uint8Array, { user, evidence = 0 }: ScoreOptions = {}): Promise<Score> {
    const features = featuresOf(message)
    const { logit, isTrained, ham, spam, opinion } = this.#opinionOf(features, user)
    const truncated = features.truncatedAt === undefined ? {} : { truncatedAt: features.truncatedAt }
    const imported = this.#importedOpinion(message, user, evidence)
    const ownShare = 1 - (imported?.share ?? 0)
    const probability = probabilityOf(ownShare * logit + (1 - ownShare) * (imported?.logit ?? 0))
    const { minLearned: needed } = this.#settings
    if (!isTrained && imported === undefined)
      return { probability, verdict: 'unsure', evidence: [], untrained: { ham, spam, needed }, ...truncated }
    const found =
      evidence > 0
        ? evidenceOf(message, { model: this.#shared.model, features, opinion, most: evidence })
        : []
    const all = imported === undefined ? found : withImported(found, imported, evidence)
    return { probability, verdict: this.#verdict(probability), evidence: all, ...truncated }
  }

  learn: BayesFilter['learn'] = async (message, as, { user, rule = this.#settings.rule } = {}) => {
    const digest = digestOf(message)
    if (this.#isKnown(digest, as, user)) return 'known'
    const lesson = { digest, features: keptFeatures(featuresOf(message)), as, rule }
    return (await this.#lessons.add(this.#pupil(user), lesson)) as never
  }

  unlearn: BayesFilter['unlearn'] = async (message, { user } = {}) => {
    const lesson = {
      digest: digestOf(message),
      features: keptFeatures(featuresOf(message)),
      as: undefined,
      rule: 'all' as const,
    }
    return (await this.#lessons.add(this.#pupil(user), lesson)) as never
  }

  async stats({ user }: { readonly user?: string } = {}): Promise<BayesStats> {
    const file = this.#refreshed(user)
    const { ham, spam, seen } = file.meta
    const stats = { ham, spam, seen, octets: this.#store.octets(), users: this.#countUsers() }
    const imported = tableHead(this.#store, prefixOf(user))
    return imported === undefined
      ? stats
      : { ...stats, imported: { ...imported, until: importEndsAt(imported) } }
  }

  async close(): Promise<void> {
    await this.#lessons.drained()
    await this.#store.close()
  }

  /** From the first key of each user to that of the next. */
  #countUsers(): number {
    let users = 0
    let [key] = this.#store.keys('user/', 'user0', 1)
    for (; key !== undefined; [key] = this.#store.keys(`user/${key.split('/', 2)[1]}0`, 'user0', 1)) users++
    return users
  }

  /** A message that the store knows as this class need not be read: what makes a second run over a folder quick. */
  #isKnown(digest: string, as: MailClass, user: string | undefined): boolean {
    const prefix = prefixOf(user)
    if (this.#lessons.isOpen(prefix, digest)) return false
    return findSeen(this.#store, prefix, digest)?.isSpam === (as === 'spam')
  }

  #verdict(probability: number): Verdict {
    const { spamThreshold, hamThreshold } = this.#settings
    return probability >= spamThreshold ? 'spam' : probability <= hamThreshold ? 'ham' : 'unsure'
  }

  #opinionOf(features: MailFeatures, user: string | undefined) {
    const { minLearned } = this.#settings
    const shared = this.#refreshed(undefined)
    const own = user === undefined ? undefined : this.#refreshed(user)
    return this.#judged(features, shared, own, minLearned)
  }

  /** Of what the user has imported, or else of what was imported for all. */
  #importedOpinion(message: Uint8Array, user: string | undefined, most: number): ImportedOpinion | undefined {
    const { minLearned } = this.#settings
    const of = (whose: string | undefined) => {
      const { ham, spam } = (whose === undefined ? this.#shared : this.#userFile(whose)).model
      return this.#imported.of(message, { prefix: prefixOf(whose), learned: ham + spam, minLearned, most })
    }
    return (user === undefined ? undefined : of(user)) ?? of(undefined)
  }

  #judged(features: MailFeatures, shared: ModelFile, own: ModelFile | undefined, minLearned: number) {
    const opinion: Opinion = shared.model.score(features)
    const isSharedTrained = shared.model.ham >= minLearned && shared.model.spam >= minLearned
    const isOwnTrained = own !== undefined && own.model.ham >= minLearned && own.model.spam >= minLearned
    // Told of an untrained filter: the model that lacks least.
    const { ham, spam } =
      own !== undefined && least(own.model) > least(shared.model) ? own.model : shared.model
    const logit = opinion.logit + (own === undefined ? 0 : userLogit(own.model.weights, features))
    return { opinion, logit, ham, spam, isTrained: isSharedTrained || isOwnTrained }
  }

  #refreshed(user: string | undefined): ModelFile {
    const file = user === undefined ? this.#shared : this.#userFile(user)
    if (!file.isAhead) file.refresh(this.#store)
    return file
  }

  #userFile(user: string): ModelFile {
    let file = this.#users.get(user)
    if (file === undefined) file = new ModelFile(prefixOf(user), USER_SLOT_BITS)
    // Last used, last in the map: the first of a full map goes.
    this.#users.delete(user)
    this.#users.set(user, file)
    if (this.#users.size > MOST_USERS) this.#users.delete(this.#users.keys().next().value as string)
    return file
  }

  #pupil(user: string | undefined) {
    const file = user === undefined ? this.#shared : this.#userFile(user)
    const own = user === undefined ? undefined : file
    const judged = (features: MailFeatures) => {
      if (own !== undefined) this.#refreshed(undefined)
      return this.#judged(features, this.#shared, own, this.#settings.minLearned)
    }
    return {
      file,
      prefix: prefixOf(user),
      gains: (features: MailFeatures, isSpam: boolean) =>
        own === undefined
          ? file.model.gains(features, isSpam)
          : userGains(features, judged(features).logit, isSpam),
      verdict: (features: MailFeatures) => {
        const { logit, isTrained } = judged(features)
        const probability = probabilityOf(logit)
        return { verdict: this.#verdict(probability), probability, isTrained }
      },
      kept: (features: MailFeatures) =>
        own === undefined ? features : { tokens: noFeatures, views: { ...features.views, raw: noFeatures } },
    }
  }
}

const least = ({ ham, spam }: Readonly<Record<'ham' | 'spam', number>>): number => Math.min(ham, spam)

const probabilityOf = (logit: number): number => 1 / (1 + Math.exp(-logit))

/**
 * A filter over a store. Reads what the store has; throws a NewerModelError when a later version of this package wrote it.
 * Settings left out are those of `defaultBayesSettings`.
 */
export async function createBayesFilter({
  store,
  settings = {},
}: {
  readonly store: BayesStore
  readonly settings?: Partial<BayesSettings>
}): Promise<BayesFilter> {
  const filter = new Filter(store, { ...defaultBayesSettings, ...settings })
  await filter.stats()
  return filter
}
