// One message on its way through the milter: what is kept of it, and who gets its body.

import type { Signer, Verifier } from '@postern/dkim'
import type { SpfFinding } from '@postern/pipeline'
import type { SigningDecision } from '@postern/signing'

/** A value at once or later. */
export type MaybeAsync<T> = T | Promise<T>

export class Mail {
  /** Milliseconds that never go back. */
  readonly began = performance.now()
  /** Raw header fields in order, each without its last line break (byte strings). */
  readonly fields: string[] = []
  /** Which Authentication-Results fields, counted from 1, claim to be ours. */
  forged: number[] | undefined
  authenticationResults = 0
  spf: MaybeAsync<SpfFinding | undefined>
  /** What is done with it; known at the end of the header. */
  decision: SigningDecision | undefined
  signer: Signer | undefined
  /** `domain:selector` of each signature that the signer makes. */
  signedWith: string[] | undefined
  verifier: Verifier | undefined
  /** Keys that should have signed and cannot be used. */
  problems: string[] | undefined
  /** The domains of From. */
  from: readonly string[] = []
}
