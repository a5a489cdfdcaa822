import type { Subject } from './subject.ts'

/** What is to be done about a recipient. Text is one line, already in its final words. */
export type Verdict =
  | { readonly kind: 'none' }
  /** Answer the SMTP client with this code now. */
  | { readonly kind: 'reply'; readonly code: number; readonly enhanced: string; readonly text: string }
  /** Answer 450 unless a later restriction of Postfix refuses for good. */
  | { readonly kind: 'defer-if-permit'; readonly enhanced?: string; readonly text: string }
  /** Hand it to these restrictions or restriction classes of Postfix, which decide. */
  | { readonly kind: 'restriction'; readonly names: string }

export const noVerdict: Verdict = { kind: 'none' }

/** Whether nothing that a later check says can change a verdict. */
export function isFinal(verdict: Verdict): boolean {
  return verdict.kind !== 'none'
}

/** How long the words are that Postfix puts in front of the text of a refusal at RCPT. */
export function octetsOfPostfix({ recipient }: Subject): number {
  return '<>: Recipient address rejected: '.length + recipient.length
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
