// What is done for spamc: scoring, learning, forgetting.

import type { BayesFilter, Learned, Score, Unlearned } from '@postern/bayes'
import { removeSpamFields } from '@postern/spamd'
import type {
  OrFailed,
  ScanAnswer,
  ScanCommand,
  ScanRequest,
  SpamdConnection,
  SpamdHandlers,
  TellAnswer,
  TellRequest,
} from '@postern/spamd/server'
import { answerOf, evidenceFor } from './answer.ts'
import type { Service } from './service.ts'

/** What is known of a request that is done with, for the log. */
export interface Handled {
  readonly command: ScanCommand | 'TELL'
  readonly peer: string
  readonly user: string | undefined
  readonly message: Buffer
  readonly outcome: Outcome
  readonly milliseconds: number
}

export type Outcome =
  | { readonly kind: 'scored'; readonly score: Score; readonly answer: ScanAnswer }
  | { readonly kind: 'told'; readonly done: readonly string[] }
  | { readonly kind: 'failed' }

export interface HandlerParts {
  /** What is in force. */
  service(): Service
  onHandled(handled: Handled, service: Service): void
}

export function createHandlers({ service, onHandled }: HandlerParts): SpamdHandlers {
  /** Does the work; what the filter fails with is the world's trouble, and spamc's to get over. */
  const handle = async <T>(
    { command, user, message, peer }: Omit<Handled, 'outcome' | 'milliseconds'>,
    work: (current: Service) => Promise<{ answer: T; outcome: Outcome }>,
  ): Promise<OrFailed<T>> => {
    const began = performance.now()
    const current = service()
    const end = (outcome: Outcome) => {
      const milliseconds = performance.now() - began
      onHandled({ command, user, message, peer, outcome, milliseconds }, current)
    }
    try {
      const { answer, outcome } = await work(current)
      end(outcome)
      return answer
    } catch (error) {
      current.failures.note('filter', error)
      end({ kind: 'failed' })
      return 'failed'
    }
  }

  return {
    scan({ command, user: named, message }: ScanRequest, { peer }: SpamdConnection) {
      const user = textOf(named)
      return handle<ScanAnswer>({ command, user, message, peer }, async (current) => {
        const score = await current.filter.score(message, {
          evidence: evidenceFor(command),
          ...ownerOf(user, current),
        })
        const answer = answerOf(command, score, current)
        return { answer, outcome: { kind: 'scored', score, answer } }
      })
    },

    tell(request: TellRequest, { peer }: SpamdConnection) {
      const user = textOf(request.user)
      const { message } = request
      return handle<TellAnswer>({ command: 'TELL', user, message, peer }, async (current) => {
        const { answer, done } = await tell(current.filter, request, ownerOf(user, current))
        return { answer, outcome: { kind: 'told', done } }
      })
    },

    isTellAllowed: () => service().allowTell,
  }
}

/** Whose model it is about, where users have their own. */
const ownerOf = (user: string | undefined, { isPerUser }: Service): { readonly user?: string } =>
  isPerUser && user !== undefined ? { user } : {}

/** Names are bytes on the wire, and UTF-8 as spamc gets them from its command line. */
const textOf = (name: string | undefined): string | undefined =>
  name === undefined || name === '' ? undefined : Buffer.from(name, 'latin1').toString()

async function tell(
  filter: BayesFilter,
  { message, messageClass, set, remove }: TellRequest,
  options: { readonly user?: string },
): Promise<{ answer: TellAnswer; done: string[] }> {
  const original = withoutOurFields(message)
  const done: string[] = []
  let learned: Learned | undefined
  let unlearned: Unlearned | undefined
  if (set.local && messageClass !== undefined) {
    learned = await filter.learn(original, messageClass, options)
    done.push(`${messageClass}:${learned}`)
  }
  if (remove.local) {
    unlearned = await filter.unlearn(original, options)
    done.push(unlearned)
  }
  // There is no network that we report to.
  const answer = {
    didSet: { local: learned === 'learned' || learned === 'relearned', remote: false },
    didRemove: { local: unlearned === 'unlearned', remote: false },
  }
  return { answer, done }
}

/** A message comes back from a mailbox with what we wrote on it: that is nothing to learn. */
function withoutOurFields(message: Buffer): Buffer {
  const parts = removeSpamFields(message)
  return parts === undefined ? message : Buffer.concat([Buffer.from(parts[0], 'latin1'), parts[1]])
}
