// What we tell Postfix to do, as a union, and its two directions of text (access(5) of Postfix 3.7).

import { actionBytes } from './limits.ts'

/** The words of access(5). A `text` is for the SMTP client (reject, defer) or for Postfix's log (hold, discard, warn, info). */
export type Action =
  /** No opinion: later restrictions decide. */
  | { readonly kind: 'dunno' }
  /** Accept here: skips the rest of this restriction list, also `reject_unauth_destination` if that comes later. */
  | { readonly kind: 'ok' }
  | RefuseAction
  /** Refuse for now, but only where the mail would otherwise be accepted (or, the second, refused for good). */
  | {
      readonly kind: 'defer_if_permit' | 'defer_if_reject'
      /** RFC 3463 status such as `4.2.0`. */
      readonly enhanced?: string
      readonly text?: string
    }
  /** Adds one header field on top of the message: `Name: value`. */
  | { readonly kind: 'prepend'; readonly header: string }
  | { readonly kind: 'hold' | 'discard' | 'warn' | 'info'; readonly text?: string }
  /** `transport:destination` of a content filter, for the whole message. */
  | { readonly kind: 'filter'; readonly destination: string }
  | { readonly kind: 'redirect' | 'bcc'; readonly address: string }
  /** Names of Postfix restrictions or restriction classes to go through, e.g. `permit_sasl_authenticated, reject`. */
  | { readonly kind: 'restriction'; readonly names: string }

/** Refuse, for good (`reject`) or for now (`defer`), with Postfix's own code or with ours. */
export type RefuseAction = {
  readonly kind: 'reject' | 'defer'
  /** 500-599 for reject, 400-499 for defer; another number is not sent, and Postfix uses its own. 421 and 521 also hang up. */
  readonly code?: number
  /** RFC 3463 status such as `5.7.1`; one of another form is not sent, and Postfix adds its own. */
  readonly enhanced?: string
  readonly text?: string
}

export type ActionErrorCode = 'empty' | 'control-character' | 'missing-argument'

export type ParsedAction =
  | { readonly ok: true; readonly value: Action }
  | { readonly ok: false; readonly error: { readonly code: ActionErrorCode; readonly at: number } }

const enhancedStatus = /^[245]\.\d{1,3}\.\d{1,3}$/

/**
 * The text after `action=`: one line, no NUL, CR or LF, at most {@link actionBytes} bytes of UTF-8.
 *
 * Free text is cut to fit, and each run of control characters in it becomes one space. A destination, an address or a
 * restriction list is never cut or changed: one that cannot be written whole becomes a `WARN` in Postfix's log, which does
 * nothing to the mail.
 */
export function formatAction(action: Action): string {
  switch (action.kind) {
    case 'dunno':
      return 'DUNNO'
    case 'ok':
      return 'OK'
    case 'reject':
    case 'defer':
      return formatRefusal(action)
    case 'defer_if_permit':
    case 'defer_if_reject':
      return withText(action.kind.toUpperCase() + status(action.enhanced), action.text)
    case 'hold':
    case 'discard':
    case 'warn':
    case 'info':
      return withText(action.kind.toUpperCase(), action.text)
    case 'prepend':
      return withArgument('PREPEND', oneLine(action.header), true)
    case 'filter':
      return withArgument('FILTER', action.destination, false)
    case 'redirect':
    case 'bcc':
      return withArgument(action.kind.toUpperCase(), action.address, false)
    case 'restriction':
      return withArgument('', action.names, false)
    default:
      return assertNever(action)
  }
}

function formatRefusal(action: RefuseAction): string {
  const isReject = action.kind === 'reject'
  const { code } = action
  const lowest = isReject ? 500 : 400
  if (code === undefined || !Number.isInteger(code) || code < lowest || code > lowest + 99)
    return withText((isReject ? 'REJECT' : 'DEFER') + status(action.enhanced), action.text)
  const head = code + status(action.enhanced)
  const text = action.text === undefined ? '' : oneLine(action.text)
  // access(5): a result of digits alone means OK, so a code never goes out without words.
  return withText(head, text === '' ? (isReject ? 'Access denied' : 'Try again later') : text)
}

const status = (enhanced: string | undefined) =>
  enhanced !== undefined && enhancedStatus.test(enhanced) ? ' ' + enhanced : ''

function withText(head: string, text: string | undefined): string {
  const line = text === undefined ? '' : oneLine(text)
  return line === '' ? head : cutToBytes(head + ' ' + line, actionBytes)
}

function withArgument(word: string, argument: string, mayCut: boolean): string {
  const trimmed = argument.trim()
  const line = word === '' ? trimmed : word + ' ' + trimmed
  if (trimmed === '') return `WARN policy action ${word} without an argument`.replace('  ', ' ')
  if (mayCut) return cutToBytes(line, actionBytes)
  if (hasControl(trimmed))
    return `WARN policy action ${word} has a control character in its argument`.replace('  ', ' ')
  if (utf8Length(line) > actionBytes)
    return `WARN policy action ${word} has too long an argument`.replace('  ', ' ')
  return line
}

export declare function parseAction(text: string): ParsedAction
declare function oneLine(text: string): string
declare function hasControl(text: string): boolean
declare function utf8Length(text: string): number
declare function cutToBytes(text: string, bytes: number): string
declare function assertNever(value: never): never
