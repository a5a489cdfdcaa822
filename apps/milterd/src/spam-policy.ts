// What the settings make of a probability, for the recipients of a message. A milter answers once for all of them, so where they
// differ the mildest holds.

import type { Settings } from '@postern/settings'

/** The mildest first. */
export const spamActions = ['none', 'tag', 'quarantine', 'defer', 'reject'] as const
export type SpamAction = (typeof spamActions)[number]

export interface SpamJudgement {
  readonly action: SpamAction
  /** The probability from which the message counts as spam: what has five points. */
  readonly tagAt: number
}

export interface SpamPolicy {
  judge(probability: number, recipients: readonly string[]): SpamJudgement
}

type Group = Settings['spam']['group'][number]
type Thresholds = Omit<Group, 'recipients'>

/** From which probability on each action is taken. */
interface Steps {
  readonly tagAt: number
  readonly actions: readonly (readonly [from: number, action: SpamAction])[]
}

export function createSpamPolicy({ spam, bayes }: Pick<Settings, 'spam' | 'bayes'>): SpamPolicy {
  const fallback = spam.tag_at ?? bayes.spam_threshold
  const common = stepsOf(spam, fallback)
  const groups = spam.group.map((group) => stepsOf(group, fallback))
  const groupOf = recipientTest(spam.group)
  return {
    judge(probability, recipients) {
      const found = new Set(recipients.map((recipient) => groups[groupOf(recipient)] ?? common))
      if (found.size === 0) found.add(common)
      const all = [...found]
      const mildest = Math.min(...all.map((steps) => severity(steps, probability)))
      return { action: spamActions[mildest]!, tagAt: Math.max(...all.map(({ tagAt }) => tagAt)) }
    },
  }
}

function stepsOf({ tag_at, quarantine_at, defer_at, reject_at }: Thresholds, fallback: number): Steps {
  const set = [
    [quarantine_at, 'quarantine'],
    [defer_at, 'defer'],
    [reject_at, 'reject'],
  ] as const
  const actions = set.flatMap(([from, action]) => (from === undefined ? [] : [[from, action] as const]))
  // What is held back as spam is called spam.
  const tagAt = tag_at ?? Math.min(fallback, ...actions.map(([from]) => from))
  return { tagAt, actions: [[tagAt, 'tag'], ...actions] }
}

/** The place in `spamActions` of the harshest that is due. */
const severity = ({ actions }: Steps, probability: number): number =>
  Math.max(0, ...actions.map(([from, action]) => (probability >= from ? spamActions.indexOf(action) : 0)))

/** Makes ready what tells the index of the first group that names a recipient; -1: none does. */
function recipientTest(groups: readonly Group[]): (recipient: string) => number {
  const first = new Map<string, number>()
  for (const [index, { recipients }] of groups.entries())
    for (const entry of recipients) {
      const key = entry.toLowerCase()
      if (!first.has(key)) first.set(key, index)
    }
  if (first.size === 0) return () => -1
  return (recipient) => {
    const found = keysOf(recipient.toLowerCase()).flatMap((key) => first.get(key) ?? [])
    return found.length === 0 ? -1 : Math.min(...found)
  }
}

/** All that may name it: `ann@example.org`, `ann@`, `example.org`, `.org`. */
function keysOf(recipient: string): string[] {
  const at = recipient.lastIndexOf('@')
  const domain = recipient.slice(at + 1)
  const keys = at < 0 ? [`${recipient}@`] : [recipient, recipient.slice(0, at + 1), domain]
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1))
    keys.push(domain.slice(dot))
  return keys
}
