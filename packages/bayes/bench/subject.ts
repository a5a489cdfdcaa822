// What the benchmark asks of a filter, ours or a peer's.

import type { MailClass, Verdict } from '../src/score.ts'

/** One message and what it is. */
export interface Sample {
  /** Unique in its corpus, the same in every run. */
  readonly id: string
  readonly bytes: Uint8Array
  readonly class: MailClass
}

/** What a filter says of a message: the higher the score, the likelier spam; from 0 to 1 where it claims to be a probability. */
export interface Told {
  readonly score: number
  readonly verdict: Verdict
}

/** What was told of a message whose class is known. */
export interface Outcome extends Told {
  readonly id: string
  readonly class: MailClass
}

/** A filter that knows nothing yet. */
export interface Subject {
  learn(sample: Sample): Promise<void>
  score(sample: Sample): Promise<Told>
  /** Before a clock runs: puts messages where the tool can read them in bulk. */
  prepare?(samples: readonly Sample[]): Promise<void>
  /** In bulk, where the tool has a faster way; the results are in the samples' order. */
  learnAll?(samples: readonly Sample[]): Promise<void>
  scoreAll?(samples: readonly Sample[]): Promise<readonly Told[]>
  /** What it has learned, in octets on disk. */
  octets(): Promise<number>
  close(): Promise<void>
}

export interface Tool {
  readonly name: string
  /** Its version, or undefined when it is not installed here. */
  version(): Promise<string | undefined>
  create(): Promise<Subject>
}
