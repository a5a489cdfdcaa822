// One check of the pipeline, run as the daemon runs it, for one would-be delivery. What the check goes by is found out first.

import type { Greylist } from '@postern/greylist'
import {
  type CheckName,
  checks,
  createPipeline,
  type Derived,
  type Findings,
  findingOf,
  type Verdict,
} from '@postern/pipeline'
import { createPorts } from '@postern/policyd'
import type { Settings } from '@postern/settings'
import { type Client, type ClientValues, findClient } from './client-option.ts'
import { complain, type ExitStatus, exit } from './command.ts'
import { openDnsAt } from './dns-access.ts'
import type { CliIo } from './io.ts'

export interface WouldBe<Name extends CheckName> {
  readonly check: Name
  readonly settings: Settings
  readonly greylist: Greylist
  readonly delivery: { readonly helo: string; readonly sender: string; readonly recipient: string }
  /** As given on the command line. */
  readonly options: ClientValues & { readonly dns?: string | undefined }
}

export interface WouldBeAnswer<Name extends CheckName> {
  readonly client: Client
  readonly finding: NonNullable<Findings[Name]>
  /** What the check went by. */
  readonly derived: Derived
  /** What the SMTP client would see; undefined when the check lets the mail pass. */
  readonly reply: SmtpReply | undefined
}

/** Hands over what the check says, even where the settings switch it off; complains when it cannot say anything. */
export async function withAnswer<Name extends CheckName>(
  { check, settings, greylist, delivery, options }: WouldBe<Name>,
  io: CliIo,
  use: (answer: WouldBeAnswer<Name>) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const opened = openDnsAt(settings, options.dns)
  if (!opened.ok) return complain(io, opened.message)
  const { dns } = opened
  try {
    const who = await findClient(options, dns)
    if (!who.ok) return complain(io, who.message)
    if (who.note) complain(io, who.note)
    const { client } = who
    const pipeline = createPipeline({
      checks: checks.filter(({ name }) => name === check || (check === 'greylist' && name === 'spf')),
      // SPF is asked for what the greylist goes by; whether it would refuse the mail is not the question here.
      settings: {
        ...settings,
        spf: { ...settings.spf, mode: 'observe' },
        [check]: { ...settings[check], enabled: true },
      },
      onError: settings.policy.on_error,
      ports: createPorts(settings, { dns, greylist }),
    })
    const outcome = await pipeline.run({
      ...delivery,
      now: io.now(),
      client: { ...client, addressText: client.address.text },
      isAuthenticated: false,
    })
    for (const { error } of outcome.failures) return complain(io, String(error), exit.failed)
    const { derived, verdict } = outcome
    return await use({ client, finding: findingOf(outcome, check)!, derived, reply: replyOf(verdict) })
  } finally {
    dns.close()
  }
}

export interface SmtpReply {
  readonly code: number
  readonly enhanced: string
  readonly text: string
}

/** The line that the SMTP client would see of a refusal, without the words that Postfix puts in front of the text. */
function replyOf(verdict: Verdict): SmtpReply | undefined {
  switch (verdict.kind) {
    case 'reply':
      return { code: verdict.code, enhanced: verdict.enhanced, text: verdict.text }
    case 'defer-if-permit':
      // Postfix's own numbers where we give none.
      return { code: 450, enhanced: verdict.enhanced ?? '4.7.1', text: verdict.text }
    case 'none':
    case 'restriction':
      return undefined
  }
}
