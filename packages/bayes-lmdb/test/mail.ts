import type { MailClass } from '@postern/bayes'

const words = {
  spam: ['pills', 'lottery', 'winner', 'casino', 'refinance', 'viagra', 'miracle', 'unsubscribe'],
  ham: ['meeting', 'patch', 'compile', 'minutes', 'kernel', 'agenda', 'review', 'regards'],
}

/** Every other one is spam. */
export const classOf = (n: number): MailClass => (n % 2 === 0 ? 'spam' : 'ham')

/** The n-th message: words of its class, and some of its own. */
export function mail(n: number, ownWords = 5): Buffer {
  const known = words[classOf(n)]
  const picked = known.filter((_, index) => (n >> index) % 2 === 0 || index < 3)
  const own = Array.from({ length: ownWords }, (_, index) => `own${n}x${index}`)
  return Buffer.from(
    `From: sender${n}@example.org\nMessage-ID: <${n}@example.org>\nSubject: ${picked[0]} ${n}\n\n${[...picked, ...own].join(' ')}\n`,
  )
}
