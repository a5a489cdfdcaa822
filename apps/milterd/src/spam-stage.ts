// The scoring of a message: what of it is kept, what the filter says, what becomes of the message.

import type { BayesFilter, Score } from '@postern/bayes'
import type { FailureLog } from '@postern/daemon'
import type { Settings } from '@postern/settings'
import { HeldBody, HoldingLimit } from './held-body.ts'
import type { Mail } from './mail.ts'
import { createSpamPolicy, type SpamAction } from './spam-policy.ts'

/** What scoring found. */
export type SpamFinding =
  | {
      readonly kind: 'scored'
      readonly score: Score
      readonly action: SpamAction
      /** The probability from which it counts as spam, for what is said in points. */
      readonly tagAt: number
    }
  /** A sentence. */
  | { readonly kind: 'not-scored'; readonly problem: string }

export interface ScoreRequest {
  readonly mail: Mail
  /** The header that it is scored with: `scoredHeader`. */
  readonly header: string
  readonly recipients: readonly string[]
}

export interface SpamStage {
  /** Whether mail is scored at all. */
  readonly isOn: boolean
  readonly filter: BayesFilter
  /** Takes up a message whose body is wanted. */
  hold(mail: Mail): HeldBody
  /** Never rejects. The bytes that were scored come along. */
  score(request: ScoreRequest): Promise<{ readonly finding: SpamFinding; readonly bytes: Buffer }>
}

export interface SpamStageParts {
  readonly settings: Settings
  readonly filter: BayesFilter
  readonly failures: FailureLog
}

export function createSpamStage({ settings, filter, failures }: SpamStageParts): SpamStage {
  const { spam, bayes } = settings
  const policy = createSpamPolicy(settings)
  const holding = new HoldingLimit(spam.max_held_octets)
  // Of both sides enough, of which one may be the stronger throughout.
  const evidence = spam.reasons * 3
  return {
    isOn: spam.enabled,
    filter,
    hold: (mail) => new HeldBody(holding, Math.max(0, spam.max_octets - mail.fieldOctets)),
    async score({ mail, header, recipients }) {
      const { body } = mail
      const isCut = body?.isCut ?? true
      const bytes = body?.message(header) ?? Buffer.from(header, 'latin1')
      const user = bayes.per_user && recipients.length === 1 ? recipients[0]!.toLowerCase() : undefined
      try {
        const asked = filter.score(bytes, { evidence, ...(user !== undefined && { user }) })
        const score = cutAt(await inTime(asked, spam.timeout_ms), isCut ? bytes.length : undefined)
        return { finding: { kind: 'scored', score, ...policy.judge(decisive(score), recipients) }, bytes }
      } catch (error) {
        failures.note('filter', error)
        return { finding: { kind: 'not-scored', problem: (error as Error).message }, bytes }
      }
    },
  }
}

/** What actions go by: while too little has been learned the probability is a guess, and nobody's mail is turned away for it. */
const decisive = ({ probability, untrained }: Score): number => (untrained === undefined ? probability : 0.5)

/** The score of a message that goes on behind what the filter was given. */
function cutAt(score: Score, octets: number | undefined): Score {
  if (octets === undefined) return score
  return { ...score, truncatedAt: Math.min(octets, score.truncatedAt ?? octets) }
}

/** What is promised, if it comes in time; what comes later is nobody's. */
function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no score within ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
