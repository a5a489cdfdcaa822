import type { Verdict } from '@postern/pipeline'
import type { Action } from '@postern/postfix-policy'

const dunno: Action = { kind: 'dunno' }

/** The verdict in Postfix's words. */
export function answerOf(verdict: Verdict): Action {
  switch (verdict.kind) {
    case 'none':
      return dunno
    case 'reply': {
      const { code, enhanced, text } = verdict
      return { kind: code < 500 ? 'defer' : 'reject', code, enhanced, text }
    }
    case 'defer-if-permit': {
      const { enhanced, text } = verdict
      return { kind: 'defer_if_permit', text, ...(enhanced !== undefined && { enhanced }) }
    }
    case 'header':
      return { kind: 'prepend', header: verdict.header }
  }
}
