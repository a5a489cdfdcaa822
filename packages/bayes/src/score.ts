// What the filter says of a message, and what it takes.

export type MailClass = 'spam' | 'ham'
export type Verdict = MailClass | 'unsure'

/** One thing in the message that weighed in its score. */
export interface Evidence {
  /** Where it was found. */
  readonly kind: 'word' | 'phrase' | 'link' | 'header' | 'attachment' | 'structure'
  /** As a person reads it: `viagra`, `http://pills.example`, `Subject: act now`. Never more than 60 characters. */
  readonly text: string
  /** Its part in the log-odds (natural logarithm) of the message: above zero speaks for spam. */
  readonly weight: number
}

export interface Score {
  /** How likely the message is spam, 0 to 1, calibrated: of the messages told 0.9, nine in ten are spam. */
  readonly probability: number
  readonly verdict: Verdict
  /** What weighed most, strongest first, both ways; empty unless asked for. */
  readonly evidence: readonly Evidence[]
  /**
   * Set while too little has been learned of one class. The verdict is then `unsure`, and the probability a guess that must not
   * decide about anybody's mail.
   */
  readonly untrained?: { readonly ham: number; readonly spam: number; readonly needed: number }
  /** Octets that were looked at, when the message is longer. */
  readonly truncatedAt?: number
}

export interface ScoreOptions {
  /** Whose mail it is: this user's own model over the shared one. */
  readonly user?: string
  /** How many pieces of evidence to tell at most; default 0, which saves time. */
  readonly evidence?: number
}

/**
 * `learned`: counted; `relearned`: it was known as the other class, which was taken back first; `known`: it was learned as
 * this class before, nothing changed; `unneeded`: the training rule left it out (already scored right and sure);
 * `unbalanced`: left out, since this class outweighs the other too far already.
 */
export type Learned = 'learned' | 'relearned' | 'known' | 'unneeded' | 'unbalanced'
export type Unlearned = 'unlearned' | 'unknown'

/** Which messages are worth learning: all, those whose verdict was not their class, or those not surely so. */
export type TrainingRule = 'all' | 'error' | 'near-error'

export interface LearnOptions {
  readonly user?: string
  /** Default: the filter's. */
  readonly rule?: TrainingRule
}

export interface BayesStats {
  readonly ham: number
  readonly spam: number
  /** Messages whose digest is remembered, so that they can be relearned and unlearned. */
  readonly seen: number
  /** Octets the store takes, on disk or in memory. */
  readonly octets: number
  readonly users: number
  /** What another filter had learned, when it was imported and is still kept. */
  readonly imported?: {
    readonly from: 'spamassassin' | 'bogofilter'
    readonly ham: number
    readonly spam: number
    /** Words that it knows. */
    readonly words: number
    /** Messages learned here from which on it has no say. */
    readonly until: number
  }
}

/** A filter over one store. Every method may be called at any time; a rejected promise is the store failing. */
export interface BayesFilter {
  score(message: Uint8Array, options?: ScoreOptions): Promise<Score>
  /** Once per message: the digest of what delivery does not change is remembered. Resolves when it is in the store for good. */
  learn(message: Uint8Array, as: MailClass, options?: LearnOptions): Promise<Learned>
  /** Takes back what learning this message did. */
  unlearn(message: Uint8Array, options?: { readonly user?: string }): Promise<Unlearned>
  stats(options?: { readonly user?: string }): Promise<BayesStats>
  close(): Promise<void>
}
