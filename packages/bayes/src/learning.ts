import type { BayesSettings } from './bayes-settings.ts'
import type { MailFeatures } from './features/mail-features.ts'
import type { Gains } from './model/gains.ts'
import { encodeEntry } from './model/log-entry.ts'
import type { ModelFile } from './model/model-file.ts'
import type { Learned, MailClass, TrainingRule, Unlearned, Verdict } from './score.ts'
import { SeenMessages } from './seen-messages.ts'
import type { StoreTransaction } from './store/bayes-store.ts'

/** A message that waits to be learned or taken back. */
export interface Lesson {
  readonly digest: string
  readonly features: MailFeatures
  /** Undefined: to be taken back. */
  readonly as: MailClass | undefined
  readonly rule: TrainingRule
}

/** What a model is to the one who teaches it: the shared one, or a user's over it. */
export interface Pupil {
  readonly file: ModelFile
  readonly prefix: string
  gains(features: MailFeatures, isSpam: boolean): Gains
  verdict(features: MailFeatures): { verdict: Verdict; probability: number; isTrained: boolean }
  /** The tokens this model counts: a user's counts none. */
  kept(features: MailFeatures): Pick<MailFeatures, 'tokens' | 'views'>
}

/** More lessons at once than this are written as a whole model, not as a log. */
const MOST_LOGGED = 64

/** Learns lessons inside one transaction. What a lesson came to is at its place in the result. */
export function teach(
  pupil: Pupil,
  lessons: readonly Lesson[],
  settings: BayesSettings,
  transaction: StoreTransaction,
): (Learned | Unlearned)[] {
  const { file } = pupil
  file.refresh(transaction)
  const seen = new SeenMessages(pupil.prefix, transaction)
  const entries: Uint8Array[] | undefined = lessons.length > MOST_LOGGED ? undefined : []
  let messages = 0
  const step = (lesson: Lesson, isSpam: boolean, isTaken: boolean, gains: Gains) => {
    const features = pupil.kept(lesson.features)
    if (isTaken) file.model.unlearn(features, isSpam, gains)
    else file.model.learn(features, isSpam, gains)
    entries?.push(encodeEntry({ isSpam, isTaken, gains, features }))
    messages++
  }
  const results = lessons.map((lesson) => {
    const before = seen.find(lesson.digest)
    const isSpam = lesson.as === 'spam'
    if (before === undefined && lesson.as === undefined) return 'unknown'
    if (before !== undefined && lesson.as !== undefined && before.isSpam === isSpam) return 'known'
    if (before === undefined && lesson.as !== undefined) {
      const left = leftOut(pupil, lesson, lesson.as, settings)
      if (left !== undefined) return left
    }
    if (before !== undefined) {
      step(lesson, before.isSpam, true, before.gains)
      seen.forget(lesson.digest, before)
    }
    if (lesson.as === undefined) return 'unlearned'
    const gains = pupil.gains(lesson.features, isSpam)
    step(lesson, isSpam, false, gains)
    seen.remember(lesson.digest, { isSpam, gains, at: file.meta.at + messages })
    return before === undefined ? 'learned' : 'relearned'
  })
  if (messages > 0) {
    seen.trim(file.meta.seen, settings.seenLimit)
    file.write(transaction, { ...(entries && { entries }), messages, seen: seen.change })
  }
  return results
}

function leftOut(pupil: Pupil, lesson: Lesson, as: MailClass, settings: BayesSettings): Learned | undefined {
  const { ham, spam } = pupil.file.model
  const [own, other] = as === 'spam' ? [spam, ham] : [ham, spam]
  // Who teaches folder by folder begins with one class alone: nothing outweighs what has not been begun.
  const isHeavy = settings.balance > 0 && other >= settings.minLearned && own > settings.balance * other
  if (lesson.rule === 'all' && !isHeavy) return undefined
  const { verdict, probability, isTrained } = pupil.verdict(lesson.features)
  if (!isTrained) return undefined
  if (isHeavy && verdict === as) return 'unbalanced'
  if (lesson.rule === 'error' && verdict === as) return 'unneeded'
  const error = Math.abs((as === 'spam' ? 1 : 0) - probability)
  return lesson.rule === 'near-error' && error < SURE ? 'unneeded' : undefined
}

/** A message nearer to its class than this is no near error. */
const SURE = 0.01
