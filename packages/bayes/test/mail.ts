// What the tests of features, models and the filter make messages with.
import type { BayesFilter, MailClass } from '../src/index.ts'

export const octetsOf = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'), 'latin1')

const words: Readonly<Record<MailClass, readonly string[]>> = {
  spam: ['pills', 'lottery', 'winner', 'casino', 'refinance', 'viagra', 'miracle', 'unsubscribe', 'cash'],
  ham: ['meeting', 'patch', 'compile', 'minutes', 'kernel', 'agenda', 'review', 'regards', 'tests'],
}

export interface MailOptions {
  /** Lines of the header before its own. */
  readonly header?: readonly string[]
  readonly body?: string
}

/** The n-th message of its class: some of its class's words, and some of its own. */
export function mail(as: MailClass, n: number, { header = [], body }: MailOptions = {}): Buffer {
  const picked = words[as].filter((_, index) => (n >> (index % 5)) % 2 === 0 || index % 3 === n % 3)
  return octetsOf(
    ...header,
    `From: ${as === 'spam' ? 'offers' : 'ann'}${n % 7}@example.org`,
    'To: bob@example.net',
    `Message-ID: <${as}${n}@example.org>`,
    `Subject: ${picked[0]} ${picked[1]}`,
    '',
    body ?? `${picked.join(' ')} own${as}${n}\n`,
  )
}

/** Learns so many messages of each class, in one go. */
export async function train(filter: BayesFilter, each = 30): Promise<void> {
  const lessons = Array.from({ length: each }, (_, n) => [
    filter.learn(mail('spam', n), 'spam', { rule: 'all' }),
    filter.learn(mail('ham', n), 'ham', { rule: 'all' }),
  ])
  await Promise.all(lessons.flat())
}
