// What the milter does at each stage of a message. Nothing is answered before its end, so Postfix never waits for us.

import type { Verification } from '@postern/dkim'
import { andThen, type MaybeAsync } from '@postern/dns'
import type {
  EnvelopePath,
  MilterClientInfo,
  MilterMessage,
  MilterSession,
  Reply,
} from '@postern/milter/server'
import type { MessageVerdict, SpfFinding } from '@postern/pipeline'
import { type Client, readClient } from './client.ts'
import { answer, authenticationVerdict, finalVerdict, resultsOf, writeFields } from './conclusion.ts'
import { Mail } from './mail.ts'
import { loginOf, scoreMessage, startScoring, teachFrom } from './scoring.ts'
import type { Service } from './service.ts'
import type { SpamFinding } from './spam-stage.ts'
import { notPublished, startContent } from './start-content.ts'

type Message = MilterMessage<Mail>

/** What was found out about a message. */
export interface Found {
  readonly signedWith?: readonly string[]
  /** There are keys, but the message cannot be signed: a sentence. */
  readonly unsignable?: string
  readonly verification?: Verification | undefined
  readonly spf?: SpfFinding | undefined
  readonly spam?: SpamFinding | undefined
}

/** What is known of a message that is done with, for the log. */
export interface Handled {
  readonly message: Message
  readonly client: Client
  readonly found: Found
  readonly verdict: MessageVerdict
}

export interface HandlerParts {
  /** What is in force: a message keeps the one it began with. */
  service(): Service
  onHandled(handled: Handled): void
}

/** What is kept of a connection. */
interface Visit {
  readonly client: Client
  /** Its mail goes by untouched ([milter] skip_hosts). */
  readonly isSkipped: boolean
}

const unknownVisit: Visit = { client: { addressText: 'unknown', iprev: 'fail' }, isSkipped: false }
const visitOf = ({ data }: MilterSession): Visit => (data as Visit | undefined) ?? unknownVisit

const nowSeconds = () => Math.floor(Date.now() / 1000)

export function createHandlers({ service, onHandled }: HandlerParts) {
  return {
    createState: () => new Mail(service()),
    observe: {
      connect(session: MilterSession, info: MilterClientInfo): void {
        const client = readClient(info, (name) => session.macro(name))
        const isSkipped = service().signing.policy.peerEntry(client) !== undefined
        session.data = { client, isSkipped } satisfies Visit
      },

      mail(message: Message, sender: EnvelopePath): void {
        const visit = visitOf(message.session)
        // Of our own user nothing is told about the address that happens to be his today.
        if (!visit.isSkipped && loginOf(message) === undefined)
          startSpf(message, visit.client, sender.address)
      },

      header({ state }: Message, name: string, value: string): void {
        state.addField(name, value)
      },

      endOfHeader(message: Message): void {
        const { client, isSkipped } = visitOf(message.session)
        if (isSkipped) return
        startContent(message.state, { client, macro: (name) => message.macro(name), now: nowSeconds() })
        startScoring(message)
      },

      body({ state: { signer, verifier, body } }: Message, chunk: Uint8Array): void {
        signer?.body(chunk)
        verifier?.body(chunk)
        body?.add(chunk)
      },

      abort({ state }: Message): void {
        // Without a state where making it failed.
        state?.body?.release()
      },
    },
    decide: {
      endOfMessage(message: Message): MaybeAsync<Reply> {
        const { client, isSkipped } = visitOf(message.session)
        if (isSkipped) return 'accept'
        return andThen(findOut(message), (authentication) => {
          const results = resultsOf(message, client, authentication)
          const facts = { client, results, verdict: authenticationVerdict(message, authentication) }
          return andThen(scoreMessage(message, facts), (scored) => {
            const found = { ...authentication, spam: scored?.finding }
            writeFields(message, found, results)
            const verdict = finalVerdict(message, found, facts.verdict)
            if (verdict.kind === 'accept') teachFrom(message, facts, scored)
            message.state.body?.release()
            onHandled({ message, client, found, verdict })
            return answer(message, verdict)
          })
        })
      },
    },
  }
}

function startSpf(message: Message, client: Client, sender: string): void {
  const { state: mail, session } = message
  const { spfReport, failures } = mail.service
  const { address, addressText, name, reverseName } = client
  if (spfReport === undefined || address === undefined) return
  const found = spfReport({
    now: nowSeconds(),
    client: { addressText, address, name, reverseName },
    helo: session.helo ?? '',
    sender,
  })
  // Awaited at the end of the message; until then a rejection is nobody's.
  mail.spf =
    found instanceof Promise
      ? found.catch((error) => {
          failures.note('spf', error)
          return undefined
        })
      : found
}

/** Ends what the body went into, and waits for what is still looked up. */
function findOut({ state: mail }: Message): MaybeAsync<Found> {
  const { signer, verifier } = mail
  if (signer !== undefined) {
    const fields = signer.end()
    if (signer.problem !== undefined) return { unsignable: 'not signed: the header is too large' }
    return sign(mail, fields)
  }
  const verification = verifier?.end()
  return andThen(verification, (verified) => andThen(mail.spf, (spf) => ({ verification: verified, spf })))
}

/** The signatures, but those whose keys turned out not to be in the DNS. */
function sign(mail: Mail, fields: readonly string[]): MaybeAsync<Found> {
  const { signatures } = mail
  const insert = (isPublished: readonly boolean[]): Found => {
    const signedWith: string[] = []
    for (const [i, { name }] of signatures.entries())
      if (isPublished[i]) signedWith.push(name)
      else mail.keyProblems.push(notPublished(name))
    mail.newFields.push(...fields.filter((_, i) => isPublished[i]))
    return { signedWith }
  }
  const known = signatures.map(({ isPublished }) => isPublished)
  return known.some((value) => value instanceof Promise)
    ? Promise.all(known).then(insert)
    : insert(known as boolean[])
}
