// One message on its way through the milter: what is kept of it, and who gets its body.

import { isSpamField } from '@postern/bayes'
import type { Signer, Verifier } from '@postern/dkim'
import type { MaybeAsync } from '@postern/dns'
import { fieldBody, fieldName } from '@postern/message'
import type { SpfFinding } from '@postern/pipeline'
import { type HeaderMailbox, parseMailboxList, type SigningDecision } from '@postern/signing'
import type { HeldBody } from './held-body.ts'
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
  /** Its fields that say of others' filters what only ours may say, each with its place among those of its name, from 1. */
  readonly forgedSpamFields: { readonly name: string; readonly occurrence: number }[] = []
  readonly #spamFieldCounts = new Map<string, number>()
  /** Indexes in `fields` of all that are forged, if they are removed. */
  readonly #removed = new Set<number>()
  /** Octets of the header. */
  fieldOctets = 0
  /** The first part of its body, while somebody wants it. */
  body: HeldBody | undefined = undefined
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
    this.fieldOctets += name.length + body.length + 3
    if (this.service.spam?.isOn && isSpamField(name)) this.#noteSpamField(name.toLowerCase())
    if (name.length === resultsName.length && name.toLowerCase() === resultsName) {
      this.#authenticationResults++
      if (this.service.isForged(body)) {
        this.forged.push(this.#authenticationResults)
        this.#removed.add(this.fields.length - 1)
      }
    }
  }

  #noteSpamField(name: string): void {
    const occurrence = (this.#spamFieldCounts.get(name) ?? 0) + 1
    this.#spamFieldCounts.set(name, occurrence)
    this.forgedSpamFields.push({ name, occurrence })
    this.#removed.add(this.fields.length - 1)
  }

  /** The fields without those that are forged. */
  keptFields(): readonly string[] {
    return this.#removed.size === 0 ? this.fields : this.fields.filter((_, i) => !this.#removed.has(i))
  }

  /** What stands behind the colon of the first field of a name (in lower case). */
  firstField(name: string): string | undefined {
    const field = this.fields.find(
      (raw) => raw.length > name.length && fieldName(raw)?.toLowerCase() === name,
    )
    return field === undefined ? undefined : fieldBody(field)
  }

  /** The mailboxes of the first field of a name (in lower case); undefined: there is no such field. */
  mailboxesOf(name: string): readonly HeaderMailbox[] | undefined {
    const body = this.firstField(name)
    return body === undefined ? undefined : parseMailboxList(body).mailboxes
  }

  /** The first mailbox of From, in lower case. */
  author(): { readonly address: string; readonly domain: string } | undefined {
    const [first] = this.mailboxesOf('from') ?? []
    return first && { address: `${first.localPart}@${first.domain}`.toLowerCase(), domain: first.domain }
  }

  /** Whether it comes from where our mail comes from, whoever its author is. */
  get isOurs(): boolean {
    const { decision } = this
    if (decision === undefined) return false
    return decision.action !== 'verify' || !decision.why.some(({ code }) => code === 'not-internal')
  }
}

const resultsName = 'authentication-results'
