// SPF of a message as a milter tells it: both identities, and nothing is refused for them.

import type { MaybeAsync } from '@postern/dns'
import { createSpfEvaluation, type SpfPorts } from '../checks/spf-evaluation.ts'
import type { SpfFinding } from '../checks/spf-finding.ts'
import { SpfPolicy } from '../checks/spf-policy.ts'
import type { SpfSettings } from '../checks/spf-settings.ts'
import type { Subject } from '../subject.ts'

/** What is known of a message before its recipients. */
export type SpfReportSubject = Pick<Subject, 'now' | 'client' | 'helo' | 'sender'>

/** Makes ready what finds out SPF for the HELO name and the sender, with the exemptions and limits of `[spf]`. */
export function createSpfReport(
  settings: SpfSettings,
  ports: SpfPorts,
): (subject: SpfReportSubject) => MaybeAsync<SpfFinding> {
  const telling: SpfSettings = {
    ...settings,
    mode: 'observe',
    helo_reject: 'none',
    mail_from_reject: 'none',
    outbound_addresses: [],
  }
  const evaluate = createSpfEvaluation(telling, new SpfPolicy(telling), ports)
  return ({ now, client, helo, sender }) =>
    evaluate({ now, client, helo, sender, recipient: '', isAuthenticated: false })
}
