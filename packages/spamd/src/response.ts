// What is answered, octet for octet as spamd 4.0.1 does it: clients find their way by it.

import type { ByteString } from './byte-string.ts'
import type { Places, RequestHead, ScanCommand } from './request.ts'
import { rewriteMessage } from './rewrite.ts'

/** What was found out about a message. */
export interface ScanAnswer {
  readonly spam: boolean
  /** In points; messages of `threshold` points are spam. */
  readonly score: number
  readonly threshold: number
  /** Names of what was hit, for SYMBOLS. */
  readonly symbols?: readonly string[]
  /** For REPORT, and for REPORT_IFSPAM of spam. A byte string. */
  readonly report?: ByteString
  /** Fields that go into the header, for PROCESS and HEADERS: see `rewriteMessage`. */
  readonly fields?: readonly ByteString[]
}

/** What TELL has changed. */
export interface TellAnswer {
  readonly didSet: Places
  readonly didRemove: Places
}

/** An answer in pieces, which are sent one after the other: of a message given back nothing is copied. */
export type ResponseParts = readonly (ByteString | Uint8Array)[]

const ok = 'SPAMD/1.1 0 EX_OK\r\n'

/** One decimal. What is not spam is never shown as having the points of spam: 4.97 is then 4.9, not 5.0. */
export function formatPoints(
  score: number,
  { spam, threshold }: Pick<ScanAnswer, 'spam' | 'threshold'>,
): string {
  const text = withoutSign(score.toFixed(1))
  const limit = Number(threshold.toFixed(1))
  return spam || Number(text) < limit ? text : (limit - 0.1).toFixed(1)
}

const withoutSign = (text: string) => (text === '-0.0' ? '0.0' : text)

/** The answer to a command that scores. */
export function formatScan(
  head: Pick<RequestHead, 'version'> & { readonly command: ScanCommand },
  answer: ScanAnswer,
  message: Uint8Array,
): ResponseParts {
  const { command, version } = head
  if (command === 'CHECK') return [`${ok}${spamLine(command, answer)}\r\n`]
  if (command === 'PROCESS' || command === 'HEADERS')
    return formatMessage({ command, version }, answer, message)
  const text = textOf(command, answer)
  if (version >= 1.3)
    return [`${ok}Content-length: ${text.length}\r\n${spamLine(command, answer)}\r\n${text}`]
  const end = command === 'SYMBOLS' ? '\r\n' : ''
  return [`${ok}${spamLine(command, answer)}\r\n${text}${end}`]
}

function spamLine(command: ScanCommand, answer: ScanAnswer): string {
  const { spam, score, threshold } = answer
  const [yes, no] = command === 'REPORT_IFSPAM' ? ['Yes', 'No'] : ['True', 'False']
  return `Spam: ${spam ? yes : no} ; ${formatPoints(score, answer)} / ${threshold.toFixed(1)}\r\n`
}

function textOf(command: ScanCommand, { spam, symbols = [], report = '' }: ScanAnswer): ByteString {
  if (command === 'SYMBOLS') return symbols.join(',')
  return command === 'REPORT' || spam ? report : ''
}

function formatMessage(
  { command, version }: { readonly command: ScanCommand; readonly version: number },
  answer: ScanAnswer,
  message: Uint8Array,
): ResponseParts {
  const { header, restAt, bodyAt } = rewriteMessage(message, answer.fields ?? [])
  const rest = command === 'HEADERS' ? message.subarray(restAt, bodyAt) : message.subarray(restAt)
  const length = header.length + rest.length
  if (version >= 1.3)
    return [`${ok}Content-length: ${length}\r\n${spamLine(command, answer)}\r\n${header}`, rest]
  if (version >= 1.2) return [`${ok}Content-length: ${length}\r\n\r\n${header}`, rest]
  return [`SPAMD/1.0 0 EX_OK\r\n${header}`, rest]
}

/** The answer to TELL. */
export function formatTell({ didSet, didRemove }: TellAnswer): ByteString {
  const line = (name: string, places: Places) => {
    const named = [places.local && 'local', places.remote && 'remote'].filter(Boolean).join(',')
    return named === '' ? '' : `${name}: ${named}\r\n`
  }
  return `${ok}${line('DidSet', didSet)}${line('DidRemove', didRemove)}\r\n\r\n`
}

/** The answer to PING. */
export const pong = 'SPAMD/1.5 0 PONG\r\n'
