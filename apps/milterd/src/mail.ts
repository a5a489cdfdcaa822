// One message on its way through the milter: what is kept of it, and who gets its body.

import type { Signer, Verifier } from '@postern/dkim'
import type { MaybeAsync } from '@postern/dns'
import type { SpfFinding } from '@postern/pipeline'
import type { SigningDecision } from '@postern/signing'
import type { Service } from './service.ts'

export class Mail {
  /** What was in force when it began. */
  readonly service: Service
  /** Milliseconds that never go back. */
  readonly began: number = performance.now()
  /** Raw header fields in order, each without its last line break (byte strings). */
  readonly fields: string[] = []
  /** Which of its Authentication-Results fields, counted from 1, claim to be ours. */
  readonly forged: number[] = []
  #authenticationResults = 0
  spf: MaybeAsync<SpfFinding | undefined> = undefined
  /** What is done with it; known at the end of the header. */
  decision: SigningDecision | undefined = undefined
  signer: Signer | undefined = undefined
  verifier: Verifier | undefined = undefined
  /** The signatures that the signer makes, in its order, as `domain:selector`; whether the DNS serves their key may be known later. */
  readonly signatures: { readonly name: string; readonly isPublished: MaybeAsync<boolean> }[] = []
  /** Whole fields to be put on top, the topmost first. */
  readonly newFields: string[] = []
  /** Keys that should have signed and cannot be used, each with its reason. */
  readonly keyProblems: string[] = []

  constructor(service: Service) {
    this.service = service
  }

  /** Takes a field as the MTA gives it: the value with what stands behind the colon, folds as line feeds. */
  addField(name: string, value: string): void {
    const body = value.includes('\n') ? value.replaceAll(/\r?\n/g, '\r\n') : value
    this.fields.push(`${name}:${body}`)
    if (name.length === resultsName.length && name.toLowerCase() === resultsName) {
      this.#authenticationResults++
      if (this.service.isForged(body)) this.forged.push(this.#authenticationResults)
    }
  }

  /** Whether it comes from where our mail comes from, whoever its author is. */
  get isOurs(): boolean {
    const { decision } = this
    if (decision === undefined) return false
    return decision.action !== 'verify' || !decision.why.some(({ code }) => code === 'not-internal')
  }
}

const resultsName = 'authentication-results'
