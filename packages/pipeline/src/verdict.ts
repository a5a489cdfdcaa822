/** What is to be done about a recipient. Text is one line, already in its final words. */
export type Verdict =
  | { readonly kind: 'none' }
  /** Answer the SMTP client with this code now. */
  | { readonly kind: 'reply'; readonly code: number; readonly enhanced: string; readonly text: string }
  /** Answer 450 unless a later restriction of Postfix refuses for good. */
  | { readonly kind: 'defer-if-permit'; readonly enhanced?: string; readonly text: string }
  /** Let it pass and put this header field on top of the message. */
  | { readonly kind: 'header'; readonly header: string }

export const noVerdict: Verdict = { kind: 'none' }

/** Whether a verdict keeps the message from this recipient, so that no later check need run. */
export function isRefusal(verdict: Verdict): boolean {
  return verdict.kind === 'reply' || verdict.kind === 'defer-if-permit'
}

/** What a check that broke means for mail: nothing, or try again later. One choice for all checks. */
export const failureVerdicts: Record<'dunno' | 'defer', Verdict> = {
  dunno: noVerdict,
  defer: {
    kind: 'defer-if-permit',
    enhanced: '4.3.0',
    text: 'Mail filter is temporarily unavailable, please try again later',
  },
}
