// What we tell Postfix to do, as a union, and its two directions of text (access(5) of Postfix 3.7).

import { argumentBytes, refusalTextBytes } from './limits.ts'
import { cutToBytes } from './octets.ts'

/** The actions of access(5). A `text` is for the SMTP client (refusals) or for Postfix's log (hold, discard, warn, info). */
export type Action =
  /** No opinion: later restrictions decide. */
  | { readonly kind: 'dunno' }
  /** Accept here: skips what is left of this restriction list, `reject_unauth_destination` too if it comes later. */
  | { readonly kind: 'ok' }
  | Refusal
  | ConditionalDeferral
  /** Adds one header field on top of the message: `Name: value`. */
  | { readonly kind: 'prepend'; readonly header: string }
  | { readonly kind: 'hold' | 'discard' | 'warn' | 'info'; readonly text?: string }
  /** `transport:destination` of a content filter, for the whole message. */
  | { readonly kind: 'filter'; readonly destination: string }
  /** `user@domain`, for the whole message. */
  | { readonly kind: 'redirect' | 'bcc'; readonly address: string }
  /** Postfix restrictions or restriction classes to go through: `permit_sasl_authenticated, reject`. */
  | { readonly kind: 'restriction'; readonly names: string }

/** Refuse for good (`reject`) or for now (`defer`). */
export interface Refusal {
  readonly kind: 'reject' | 'defer'
  /** 500-599 for reject, 400-499 for defer; without one, or with another number, Postfix uses its own. 421 and 521 also hang up. */
  readonly code?: number
  /** RFC 3463 §2 status such as `5.7.1`; without one, or with another form, Postfix uses its own. */
  readonly enhanced?: string
  readonly text?: string
}

/** Refuse for now, where later restrictions would accept (`defer_if_permit`) or refuse for good (`defer_if_reject`). */
export interface ConditionalDeferral {
  readonly kind: 'defer_if_permit' | 'defer_if_reject'
  /** RFC 3463 §2 status such as `4.2.0`. */
  readonly enhanced?: string
  readonly text?: string
}

export type ActionErrorCode = 'empty' | 'control-character' | 'missing-argument'

/** An action, or why the text is none; `at` is the index in the text. */
export type ParsedAction =
  | { readonly ok: true; readonly value: Action }
  | { readonly ok: false; readonly error: { readonly code: ActionErrorCode; readonly at: number } }

/**
 * The text after `action=`: one line without control characters, bounded by {@link refusalTextBytes} and {@link argumentBytes}.
 *
 * In free text and in a header each run of control characters becomes one space, and what is too long is cut. A destination,
 * an address or a restriction is never changed: one that is empty, too long or has a control character becomes a `WARN`, which
 * Postfix writes to its log and which does nothing to the mail.
 */
export function formatAction(action: Action): string {
  if (action.kind === 'dunno') return 'DUNNO'
  let text = texts.get(action)
  if (text === undefined) {
    text = textOfAction(action)
    texts.set(action, text)
  }
  return text
}

/** A server that gives the same answer again and again, as one object, has it put into words once. */
const texts = new WeakMap<Action, string>()

function textOfAction(action: Action): string {
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
      return words(wordOf(action.kind), enhancedOf(action.enhanced), refusalText(action.text))
    case 'hold':
    case 'discard':
    case 'warn':
    case 'info':
      return words(wordOf(action.kind), '', freeText(action.text, argumentBytes))
    case 'prepend':
      return exact('PREPEND', freeText(action.header, argumentBytes))
    case 'filter':
      return exact('FILTER', action.destination)
    case 'redirect':
    case 'bcc':
      return exact(wordOf(action.kind), action.address)
    case 'restriction':
      return exact('', action.names)
    default:
      return assertNever(action)
  }
}

function formatRefusal({ kind, code, enhanced, text }: Refusal): string {
  const lowest = kind === 'reject' ? 500 : 400
  const isCode = code !== undefined && Number.isInteger(code) && code >= lowest && code < lowest + 100
  if (!isCode) return words(wordOf(kind), enhancedOf(enhanced), refusalText(text))
  // access(5): a result of digits alone is an OK, so a code never goes out without words.
  const said = refusalText(text) || (kind === 'reject' ? 'Access denied' : 'Try again later')
  return words(String(code), enhancedOf(enhanced), said)
}

/** The action that a reply's text stands for; words are read as Postfix reads them, in any case. */
export function parseAction(text: string): ParsedAction {
  const control = text.search(controls)
  if (control >= 0) return { ok: false, error: { code: 'control-character', at: control } }
  const [, lead = '', word = '', rest = ''] = /^( *)([^ ]*) *(.*?) *$/.exec(text) ?? []
  if (word === '') return { ok: false, error: { code: 'empty', at: text.length } }
  // access(5): "all-numerical" is an OK.
  if (/^\d+$/.test(word) && rest === '') return { ok: true, value: { kind: 'ok' } }
  if (/^[45]\d\d$/.test(word))
    return {
      ok: true,
      value: { kind: word < '500' ? 'defer' : 'reject', code: Number(word), ...splitStatus(rest) },
    }
  const known = parsers.get(word.toUpperCase())
  if (known === undefined) return { ok: true, value: { kind: 'restriction', names: text.trim() } }
  const value = known(rest)
  if (value !== undefined) return { ok: true, value }
  return { ok: false, error: { code: 'missing-argument', at: lead.length + word.length } }
}

/** One row per word of access(5); `undefined` where the argument is missing. */
const parsers = new Map<string, (rest: string) => Action | undefined>([
  ['DUNNO', () => ({ kind: 'dunno' })],
  ['OK', () => ({ kind: 'ok' })],
  ['REJECT', (rest) => ({ kind: 'reject', ...splitStatus(rest) })],
  ['DEFER', (rest) => ({ kind: 'defer', ...splitStatus(rest) })],
  ['DEFER_IF_PERMIT', (rest) => ({ kind: 'defer_if_permit', ...splitStatus(rest) })],
  ['DEFER_IF_REJECT', (rest) => ({ kind: 'defer_if_reject', ...splitStatus(rest) })],
  ['HOLD', (rest) => ({ kind: 'hold', ...textOf(rest) })],
  ['DISCARD', (rest) => ({ kind: 'discard', ...textOf(rest) })],
  ['WARN', (rest) => ({ kind: 'warn', ...textOf(rest) })],
  ['INFO', (rest) => ({ kind: 'info', ...textOf(rest) })],
  ['PREPEND', (rest) => (rest === '' ? undefined : { kind: 'prepend', header: rest })],
  ['FILTER', (rest) => (rest === '' ? undefined : { kind: 'filter', destination: rest })],
  ['REDIRECT', (rest) => (rest === '' ? undefined : { kind: 'redirect', address: rest })],
  ['BCC', (rest) => (rest === '' ? undefined : { kind: 'bcc', address: rest })],
])

function splitStatus(rest: string): { enhanced?: string; text?: string } {
  const [, enhanced, text = ''] = /^([245]\.\d{1,3}\.\d{1,3})(?: +(.*))?$/.exec(rest) ?? []
  return enhanced === undefined ? textOf(rest) : { enhanced, ...textOf(text) }
}

const textOf = (text: string): { text?: string } => (text === '' ? {} : { text })

const controls = /[\u0000-\u001f\u007f]/
const controlRuns = /[\u0000-\u001f\u007f]+/g
const status = /^[245]\.\d{1,3}\.\d{1,3}$/

const wordOf = (kind: Action['kind']) => kind.toUpperCase()

const enhancedOf = (enhanced: string | undefined) =>
  enhanced !== undefined && status.test(enhanced) ? enhanced : ''

const refusalText = (text: string | undefined) => freeText(text, refusalTextBytes)

function freeText(text: string | undefined, bytes: number): string {
  if (text === undefined) return ''
  const line = controls.test(text) ? text.replace(controlRuns, ' ') : text
  return cutToBytes(line.trim(), bytes).trimEnd()
}

const words = (...parts: string[]) => parts.filter((part) => part !== '').join(' ')

function exact(word: string, argument: string): string {
  const trimmed = argument.trim()
  const fault =
    trimmed === ''
      ? 'no argument'
      : controls.test(trimmed)
        ? 'a control character in its argument'
        : cutToBytes(trimmed, argumentBytes) !== trimmed
          ? 'too long an argument'
          : undefined
  return fault === undefined
    ? words(word, trimmed)
    : `WARN policy action ${word || 'restriction'} has ${fault}`
}

function assertNever(action: never): never {
  throw new TypeError(`no such action: ${JSON.stringify(action)}`)
}
