import type { Verdict } from '@postern/pipeline'
import type { Action } from '@postern/postfix-policy'

const dunno: Action = { kind: 'dunno' }

const answers = new WeakMap<Verdict, Action>()

/** The verdict in Postfix's words. Deferrals are few and given again and again: the same action for each, so that its text is made once. */
export function answerOf(verdict: Verdict): Action {
  if (verdict.kind !== 'defer-if-permit') return actionOf(verdict)
  let answer = answers.get(verdict)
  if (answer === undefined) {
    answer = actionOf(verdict)
    answers.set(verdict, answer)
  }
  return answer
}

function actionOf(verdict: Verdict): Action {
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
    case 'restriction':
      return { kind: 'restriction', names: verdict.names }
  }
}
