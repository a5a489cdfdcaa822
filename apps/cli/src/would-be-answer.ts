// One check of the pipeline, run as the daemon runs it, for one would-be delivery.

import os from 'node:os'
import type { Greylist } from '@postern/greylist'
import {
  type CheckName,
  checks,
  createPipeline,
  type Outcome,
  type Subject,
  type Verdict,
} from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import type { DnsAccess } from './dns-access.ts'
import { version } from './version.ts'

export interface WouldBe {
  readonly check: CheckName
  readonly settings: Settings
  readonly subject: Subject
  readonly dns: DnsAccess
  readonly greylist: Greylist
}

/** What the check says, even where the settings switch it off. */
export function runCheck({ check, settings, subject, dns, greylist }: WouldBe): Promise<Outcome> {
  const { policy } = settings
  const name = policy.host_name ?? os.hostname()
  const pipeline = createPipeline({
    checks: checks.filter((candidate) => candidate.name === check),
    settings: { ...settings, [check]: { ...settings[check], enabled: true } },
    onError: policy.on_error,
    ports: {
      resolver: dns.resolver,
      newBudget: dns.newBudget,
      greylist,
      host: { name, names: [name, ...policy.own_names], networks: policy.own_networks, version },
    },
  })
  return pipeline.run(subject)
}

/** The line that the SMTP client would see of a refusal, without the words that Postfix puts in front of the text. */
export function replyOf(verdict: Verdict): { code: number; enhanced: string; text: string } | undefined {
  switch (verdict.kind) {
    case 'reply':
      return { code: verdict.code, enhanced: verdict.enhanced, text: verdict.text }
    case 'defer-if-permit':
      // Postfix's own numbers where we give none.
      return { code: 450, enhanced: verdict.enhanced ?? '4.7.1', text: verdict.text }
    case 'none':
    case 'header':
      return undefined
  }
}
