// The end of the header: whether a message is signed or verified, and who gets its body.

import { createSigner, createVerifier, type SignatureRequest, type Signer } from '@postern/dkim'
import type { MaybeAsync } from '@postern/dns'
import type { SigningKeyChoice } from '@postern/signing'
import type { Client } from './client.ts'
import type { Mail } from './mail.ts'

/** A macro of the message by its name without braces. */
export type MacroOf = (name: string) => string | undefined

export interface SigningContext {
  readonly client: Client
  readonly macro: MacroOf
  /** Seconds since 1970. */
  readonly now: number
}

/** Decides what becomes of a message whose header is there, and gives the header to whoever needs it. */
export function startContent(mail: Mail, context: SigningContext): void {
  const { service } = mail
  const { settings } = service
  const decision = service.signing.policy.decide({
    from: mail.mailboxesOf('from') ?? [],
    field: (name) => mail.mailboxesOf(name),
    client: context.client,
    authenticatedAs: context.macro('auth_authen') ?? context.macro('auth_type'),
    isLocalSubmission: context.client.addressText === 'local',
    macro: context.macro,
  })
  mail.decision = decision
  if (decision.action === 'skip') return
  if (settings.signing.enabled && decision.action === 'sign') startSigner(mail, decision.keys, context)
  else if (settings.dkim.enabled) startVerifier(mail, context)
}

/** A signature that is to be made. */
interface Wanted {
  readonly request: SignatureRequest
  /** `domain:selector` */
  readonly name: string
  readonly isPublished: MaybeAsync<boolean>
}

function startSigner(mail: Mail, choices: readonly SigningKeyChoice[], { now }: SigningContext): void {
  const { signing, isPublished } = mail.service
  const wanted: Wanted[] = []
  for (const choice of choices) {
    const found = signing.keyOf(choice)
    const name = `${choice.domain}:${choice.selector}`
    if (!found.ok) {
      mail.keyProblems.push(`${name}: ${found.problem}`)
      continue
    }
    const published = isPublished?.(choice, found.key) ?? true
    if (published === false) mail.keyProblems.push(notPublished(name))
    else wanted.push({ request: signing.requestFor(choice, found.key), name, isPublished: published })
  }
  const signer = signerOf(mail, wanted, now)
  if (signer === undefined) return
  for (const field of mail.fields) signer.field(field)
  signer.endOfHeader()
  mail.signer = signer
}

/** With patterns in tables senders choose the domain: `root@localhost` has one that no signature can have. */
function signerOf(mail: Mail, wanted: readonly Wanted[], now: number): Signer | undefined {
  if (wanted.length === 0) return undefined
  try {
    const signer = createSigner({ signatures: wanted.map(({ request }) => request), now })
    mail.signatures.push(...wanted)
    return signer
  } catch (error) {
    const possible = wanted.filter(({ request }) => isPossible(request, now))
    // A mistake of ours, not of a request.
    if (possible.length === wanted.length) throw error
    for (const one of wanted)
      if (!possible.includes(one))
        mail.keyProblems.push(`${one.name}: no signature can have this domain or identity`)
    return signerOf(mail, possible, now)
  }
}

function isPossible(request: SignatureRequest, now: number): boolean {
  try {
    createSigner({ signatures: [request], now })
    return true
  } catch {
    return false
  }
}

/** What is logged of a key that waits to be published. */
export const notPublished = (name: string): string =>
  `${name}: the DNS does not serve this key (require_published)`

function startVerifier(mail: Mail, { now }: SigningContext): void {
  const { service } = mail
  const verifier = createVerifier({
    resolver: service.dns.resolver,
    budget: service.dns.newBudget(),
    now,
    keys: service.keys,
    limits: service.verifyLimits,
    rules: service.verifyRules,
  })
  for (const field of mail.fields) verifier.field(field)
  verifier.endOfHeader()
  mail.verifier = verifier
}
