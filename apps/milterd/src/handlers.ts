// What the milter does at each stage of a message. Nothing is answered before its end, so Postfix never waits for us.

import { createSigner, createVerifier, type SignatureRequest, type Verification } from '@postern/dkim'
import {
  accept,
  discard,
  type MilterMessage,
  type MilterServerOptions,
  type MilterSession,
  type Reply,
  reply,
} from '@postern/milter/server'
import {
  acceptMessage,
  formatAuthentication,
  judgeDkim,
  type MessageVerdict,
  type SpfFinding,
} from '@postern/pipeline'
import { parseMailboxList, type SigningDecision } from '@postern/signing'
import { type Client, readClient } from './client.ts'
import { Mail, type MaybeAsync } from './mail.ts'
import type { Service } from './service.ts'

/** What is known once a message is done with, for the log. */
export interface Handled {
  readonly mail: Mail
  readonly client: Client
  readonly helo: string
  readonly sender: string
  readonly recipients: number
  readonly queueId: string | undefined
  readonly verification?: Verification | undefined
  readonly spf?: SpfFinding | undefined
  readonly action: string
}

export interface HandlerParts {
  service(): Service
  onHandled(handled: Handled): void
}

type Message = MilterMessage<Mail>

/** What is kept of a connection. */
interface Visit {
  readonly client: Client
  /** Its mail goes by untouched. */
  readonly isSkipped: boolean
}

const unknownVisit: Visit = { client: { addressText: 'unknown', iprev: 'fail' }, isSkipped: false }
const visitOf = (session: MilterSession): Visit => (session.data as Visit | undefined) ?? unknownVisit
