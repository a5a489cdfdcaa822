// How a filter is put to the test: what it learns, and what it is asked, in which order. No chance is involved.

import type { Corpus, CorpusMessage, Source } from './corpus.ts'
import type { Outcome, Sample, Subject } from './subject.ts'

export interface Split<Message extends Sample = Sample> {
  readonly name: string
  readonly title: string
  readonly train: readonly Message[]
  readonly test: readonly Message[]
}

/** Half is learned, by the first bit of the message's digest; both halves come from the same feeds. */
export function randomSplit({ messages }: Corpus): Split<CorpusMessage> {
  const isTest = (message: CorpusMessage) => message.digest[0]! >= 128
  const names = { name: 'random', title: 'half learned, by digest' }
  return divide(names, messages, isTest)
}

/** What each of the shifts learns: one source of each class; all others are the test. */
const learnedSources: readonly (readonly [name: string, ham: Source, spam: Source])[] = [
  ['shift', 'easy-ham-1', 'spam-1'],
  ['shift-back', 'easy-ham-2', 'spam-2'],
  ['shift-crossed', 'easy-ham-1', 'spam-2'],
  ['shift-crossed-back', 'easy-ham-2', 'spam-1'],
  ['shift-hard', 'hard-ham-1', 'spam-1'],
]

/** The filter learns some sources, and is tested on others. The first is the lab's. */
export function shiftSplits({ messages }: Corpus): readonly Split<CorpusMessage>[] {
  return learnedSources.map(([name, ...learned]) => {
    const title = `learned ${learned.join(' and ')}, tested on the other sources`
    return divide({ name, title }, messages, ({ source }) => !learned.includes(source))
  })
}

function divide<Message extends Sample>(
  names: { readonly name: string; readonly title: string },
  messages: readonly Message[],
  isTest: (message: Message) => boolean,
): Split<Message> {
  return {
    ...names,
    train: mixed(messages.filter((message) => !isTest(message))),
    test: mixed(messages.filter(isTest)),
  }
}

/** All messages as they arrived. */
export function dateOrder({ messages }: Corpus): readonly CorpusMessage[] {
  return [...messages].sort((a, b) => a.date - b.date || (a.id < b.id ? -1 : 1))
}

/** An order that depends on nothing but the messages' contents: ham and spam mixed. */
export function mixed<Message extends Sample>(messages: readonly Message[]): readonly Message[] {
  return messages
    .map((message) => ({ message, key: fingerprint(message.bytes) }))
    .sort((a, b) => a.key - b.key || (a.message.id < b.message.id ? -1 : 1))
    .map(({ message }) => message)
}

/** FNV-1a with 32 bits, spread once more, since its high bits hardly depend on the last octets. */
function fingerprint(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Learns one part, then tells of the other. */
export async function runSplit(subject: Subject, split: Split): Promise<readonly Outcome[]> {
  await learnAll(subject, split.train)
  return scoreAll(subject, split.test)
}

export async function learnAll(subject: Subject, samples: readonly Sample[]): Promise<void> {
  if (subject.learnAll !== undefined) return subject.learnAll(samples)
  for (const sample of samples) await subject.learn(sample)
}

export async function scoreAll(subject: Subject, samples: readonly Sample[]): Promise<readonly Outcome[]> {
  if (subject.scoreAll !== undefined) {
    const told = await subject.scoreAll(samples)
    return samples.map((sample, i) => ({ id: sample.id, class: sample.class, ...told[i]! }))
  }
  const outcomes: Outcome[] = []
  for (const sample of samples)
    outcomes.push({ id: sample.id, class: sample.class, ...(await subject.score(sample)) })
  return outcomes
}

/** Immediate feedback: of each message the filter tells, then learns what it was. */
export async function runStream(subject: Subject, stream: readonly Sample[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const sample of stream) {
    const { score, verdict } = await subject.score(sample)
    outcomes.push({ id: sample.id, class: sample.class, score, verdict })
    await subject.learn(sample)
  }
  return outcomes
}
