// An answer on the wire: one attribute and an empty line (SMTPD_POLICY_README, "Protocol description").

import { type Action, formatAction } from './action.ts'

/** The text of one answer. */
export function formatReply(action: Action): string {
  return action.kind === 'dunno' ? dunnoReply : `action=${formatAction(action)}\n\n`
}

export const dunnoReply = 'action=DUNNO\n\n'
