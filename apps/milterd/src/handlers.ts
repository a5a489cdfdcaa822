// What the milter does at each stage of a message. Nothing is answered before its end, so Postfix never waits for us.

import type { Verification } from '@postern/dkim'
import { andThen, type MaybeAsync } from '@postern/dns'
import {
  type EnvelopePath,
  type MilterClientInfo,
  type MilterMessage,
  type MilterSession,
  type Reply,
  reply,
} from '@postern/milter/server'
import {
  type AuthenticationFindings,
  acceptMessage,
  formatAuthentication,
  judgeDkim,
  type MessageVerdict,
  type SpfFinding,
} from '@postern/pipeline'
import { type Client, readClient } from './client.ts'
import { Mail } from './mail.ts'
import type { Service } from './service.ts'
import { notPublished, startContent } from './start-content.ts'

type Message = MilterMessage<Mail>

/** What was found out about a message. */
export interface Found {
  readonly signedWith?: readonly string[]
  /** There are keys, but the message cannot be signed: a sentence. */
  readonly unsignable?: string
  readonly verification?: Verification | undefined
  readonly spf?: SpfFinding | undefined
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
        if (!visit.isSkipped && !hasLoggedIn(message)) startSpf(message, visit.client, sender.address)
      },

      header({ state }: Message, name: string, value: string): void {
        state.addField(name, value)
      },

      endOfHeader(message: Message): void {
        const { client, isSkipped } = visitOf(message.session)
        if (isSkipped) return
        startContent(message.state, { client, macro: (name) => message.macro(name), now: nowSeconds() })
      },

      body({ state: { signer, verifier } }: Message, chunk: Uint8Array): void {
        signer?.body(chunk)
        verifier?.body(chunk)
      },
    },
    decide: {
      endOfMessage(message: Message): MaybeAsync<Reply> {
        const { client, isSkipped } = visitOf(message.session)
        if (isSkipped) return 'accept'
        return andThen(findOut(message), (found) => {
          const verdict = conclude(message, client, found)
          onHandled({ message, client, found, verdict })
          return answer(message, verdict)
        })
      },
    },
  }
}

/** Of our own user who has logged in nothing is told about the address that happens to be his today. */
const hasLoggedIn = (message: Message): boolean => (message.macro('auth_authen') ?? '') !== ''

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

/** Changes the message, and says what becomes of it. */
function conclude(message: Message, client: Client, found: Found): MessageVerdict {
  const { verification, spf, unsignable } = found
  const { state: mail } = message
  const { settings } = mail.service
  for (const occurrence of mail.forged) message.deleteHeader('Authentication-Results', occurrence)
  // The topmost is inserted last.
  for (const field of [...mail.newFields].reverse()) insertField(message, field)
  if (mail.isOurs) {
    // Say of fetchmail, or of a list: it comes from here, and was signed by others.
    if (verification !== undefined && verification.signatures.length > 0)
      insertResults(message, { dkim: verification })
    return unsignable === undefined && isMissingItsKey(mail) ? withoutKey : acceptMessage
  }
  insertResults(message, { dkim: verification, spf, iprev: iprevOf(client, settings.milter.iprev) })
  return verification === undefined ? acceptMessage : judgeDkim(settings.dkim, verification)
}

const iprevOf = ({ address, iprev, name, reverseName }: Client, isTold: boolean) =>
  isTold && address !== undefined
    ? { result: iprev, address: address.text, name: name ?? reverseName }
    : undefined

/** Authentication-Results goes above all others, which is how its readers know who wrote it (RFC 8601 §5). */
function insertResults(
  message: Message,
  results: Pick<AuthenticationFindings, 'dkim' | 'spf' | 'iprev'>,
): void {
  const { state: mail, session, sender } = message
  const value = formatAuthentication(mail.service.authservId, {
    ...results,
    helo: session.helo ?? '',
    sender: sender.address,
  })
  message.insertHeader(0, 'Authentication-Results', ` ${value}`)
}

/** It should have been signed, and the settings say not to let it go as it is. */
const isMissingItsKey = ({ decision, newFields, service }: Mail): boolean =>
  service.settings.signing.on_missing_key === 'tempfail' &&
  service.settings.signing.enabled &&
  (decision?.action === 'sign' || decision?.action === 'no-key') &&
  newFields.length === 0

const withoutKey: MessageVerdict = {
  kind: 'reply',
  code: 451,
  enhanced: '4.3.0',
  text: 'This message cannot be signed now, please try again later',
}

/** Puts a whole field (folded with CRLF) above all others. */
function insertField(message: Message, field: string): void {
  const colon = field.indexOf(':')
  message.insertHeader(0, field.slice(0, colon), field.slice(colon + 1).replaceAll('\r\n', '\n'))
}

function answer(message: Message, verdict: MessageVerdict): Reply {
  switch (verdict.kind) {
    case 'accept':
      return 'accept'
    case 'discard':
      return 'discard'
    case 'quarantine':
      message.quarantine(verdict.reason)
      return 'accept'
    case 'reply':
      return reply(verdict.code, verdict.enhanced, verdict.text)
  }
}
