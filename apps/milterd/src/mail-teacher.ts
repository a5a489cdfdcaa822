// Ham that nobody has to point out: what our users send, and what answers it. Bounded, since an account can be stolen, and a
// message can claim to be an answer.

import path from 'node:path'
import type { BayesFilter, Learned } from '@postern/bayes'
import { type FailureLog, type FilterPlace, filterDirectory } from '@postern/daemon'
import type { Settings } from '@postern/settings'
import { createLearnLimit } from './learn-limit.ts'
import type { Mail } from './mail.ts'
import { createSentMail } from './sent-mail.ts'

/** What goes to more recipients is a circular, whoever sends it. */
const maxRecipients = 10
/** Message-IDs of an In-Reply-To or a References field that are looked up, the last ones. */
const maxReferences = 20
/** Messages that wait to be learned; beyond it they are left out. */
const maxWaiting = 100

export interface Taught {
  readonly queueId: string
  readonly why: 'sent' | 'reply'
  /** The user who sent it, or whom it answers. */
  readonly user: string
  /** `spam`: the filter holds it for spam, so it is left out. */
  readonly result: Learned | 'spam'
}

export interface Letter {
  readonly mail: Mail
  readonly queueId: string
  readonly recipients: readonly string[]
  /** The whole message as it is to be learned; undefined when not all of it was kept. */
  readonly bytes: Buffer | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Teacher {
  /** Mail of ours that was accepted; `login`: of the user who has logged in to send it. */
  sent(letter: Letter, login: string | undefined): void
  /** Mail of others that was accepted. */
  arrived(letter: Letter): void
  /** Resolves when all that was taken up is learned. */
  close(): Promise<void>
}

export interface TeacherParts extends FilterPlace {
  readonly settings: Settings
  readonly filter: BayesFilter
  readonly failures: FailureLog
  onTaught(taught: Taught): void
}

export function createTeacher(parts: TeacherParts): Teacher {
  const { settings, filter, failures, onTaught } = parts
  const { learn_sent, learn_replies, learn_per_day } = settings.bayes
  const isKept = settings.store.kind === 'lmdb'
  const sentMail = createSentMail(
    isKept ? path.join(filterDirectory(settings, parts), 'sent-mail') : undefined,
  )
  const limits = { sent: createLearnLimit(learn_per_day), reply: createLearnLimit(learn_per_day) }
  const waiting = new Set<Promise<void>>()

  const learn = async (bytes: Buffer, taught: Omit<Taught, 'result'>): Promise<void> => {
    try {
      const { verdict } = await filter.score(bytes)
      const result = verdict === 'spam' ? 'spam' : await filter.learn(bytes, 'ham')
      onTaught({ ...taught, result })
    } catch (error) {
      failures.note('learn', error)
    }
  }
  const teach = (letter: Letter, why: Taught['why'], user: string): void => {
    const { bytes, queueId, now } = letter
    if (bytes === undefined || waiting.size >= maxWaiting || !limits[why].take(user, now)) return
    const learning = learn(bytes, { queueId, why, user }).finally(() => waiting.delete(learning))
    waiting.add(learning)
  }
  const withSentMail = <T>(use: () => T): T | undefined => {
    try {
      return use()
    } catch (error) {
      failures.note('sent-mail', error)
      return undefined
    }
  }

  return {
    sent(letter, login) {
      if (letter.recipients.length > maxRecipients) return
      if (learn_replies) withSentMail(() => rememberSent(letter))
      if (learn_sent && login !== undefined) teach(letter, 'sent', login)
    },
    arrived(letter) {
      const user = learn_replies ? withSentMail(() => answeredUser(letter)) : undefined
      if (user !== undefined) teach(letter, 'reply', user)
    },
    async close() {
      await Promise.all(waiting)
      sentMail.close()
    },
  }

  function rememberSent({ mail, recipients }: Letter): void {
    const from = mail.author()
    const [messageId] = messageIds(mail.firstField('message-id')).slice(-1)
    if (from === undefined || messageId === undefined) return
    for (const toDomain of new Set(recipients.map(domainOf)))
      sentMail.remember({ messageId, from: from.address, toDomain })
  }

  /** Whose mail it answers: a recipient of it who has written to the domain of its author. */
  function answeredUser({ mail, recipients }: Letter): string | undefined {
    const author = mail.author()
    if (author === undefined) return undefined
    const ids = ['in-reply-to', 'references'].flatMap((name) =>
      messageIds(mail.firstField(name)).slice(-maxReferences),
    )
    return recipients
      .slice(0, maxRecipients)
      .map((recipient) => recipient.toLowerCase())
      .find((from) =>
        [...new Set(ids)].some((messageId) => sentMail.has({ messageId, from, toDomain: author.domain })),
      )
  }
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

/** `<1@example.org>`, each without its brackets. */
const messageIds = (field: string | undefined): string[] =>
  [...(field ?? '').slice(0, 20_000).matchAll(/<([^<>\s]{1,500})>/g)].map(([, id]) => id!)
