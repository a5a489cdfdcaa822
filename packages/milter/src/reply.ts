// What a filter answers to a step.

import { SMFIR } from './constants.ts'
import { replyLineBytes, replyLines } from './limits.ts'
import { type ByteString, cutUtf8, frame, utf8Of } from './octets.ts'

/**
 * - `continue`: go on; at the end of a message the same as `accept`.
 * - `accept`: no more of this message (at connect and helo: of this connection), it passes.
 * - `reject`, `tempfail`: refused for good or for now, in the MTA's words. At `recipient` only that recipient.
 * - `discard`: accepted towards the client, and thrown away.
 * - `skip`: at `body` only: no more body chunks, but the end of the message.
 * - `shutdown`: 421, the MTA closes the SMTP session. `connection-failure`: sendmail's; Postfix logs it as an unexpected reply and
 *   behaves as if this filter had failed.
 * - a {@link ReplyCode}: refused in our own words; make it with {@link reply}.
 */
export type Reply =
  | 'continue'
  | 'accept'
  | 'reject'
  | 'tempfail'
  | 'discard'
  | 'skip'
  | 'shutdown'
  | 'connection-failure'
  | ReplyCode

/**
 * The words as constants. An async function whose only result is a literal is taken to give any string; these are known to be
 * replies.
 */
export const accept: Reply = 'accept'
export const reject: Reply = 'reject'
export const tempfail: Reply = 'tempfail'
export const discard: Reply = 'discard'
export const skip: Reply = 'skip'

/** An SMTP reply in our own words. */
export interface ReplyCode {
  /** 400 to 599. */
  readonly code: number
  /** RFC 3463, such as `5.7.1`; its class is that of the code. */
  readonly enhanced: string | undefined
  /** Text for people, one or more lines; any Unicode. */
  readonly lines: readonly string[]
}

/**
 * An SMTP reply: `reply(550, '5.7.1', 'Not here')`, `reply(451, 'Later')`; several lines as an array or with line feeds. Control
 * characters become blanks, lines are cut at 980 bytes, and there are 32 at most (libmilter's limits). A code that is neither 4xx
 * nor 5xx, or an enhanced code of another class, is a mistake of the caller: TypeError.
 */
export function reply(code: number, text: string | readonly string[]): ReplyCode
export function reply(code: number, enhanced: string | undefined, text: string | readonly string[]): ReplyCode
export function reply(code: number, ...rest: readonly (string | readonly string[] | undefined)[]): ReplyCode {
  const text = rest.at(-1) ?? ''
  const enhanced = rest.length > 1 ? (rest[0] as string | undefined) : undefined
  if (!Number.isInteger(code) || code < 400 || code > 599)
    throw new TypeError(`not a 4xx or 5xx code: ${code}`)
  // RFC 3463 §2: class "." subject "." detail, up to three digits each.
  if (enhanced !== undefined && !/^[45]\.\d{1,3}\.\d{1,3}$/.test(enhanced))
    throw new TypeError(`not an enhanced code: ${enhanced}`)
  if (enhanced !== undefined && Number(enhanced[0]) !== Math.floor(code / 100))
    throw new TypeError(`${code} and ${enhanced} are of different classes`)
  const lines = typeof text === 'string' ? text.split(/\r?\n/) : text.flatMap((line) => line.split(/\r?\n/))
  return { code, enhanced, lines: lines.map(clean).slice(0, replyLines) }
}

const simple: Readonly<Record<Exclude<Reply, ReplyCode>, ByteString>> = {
  continue: frame(SMFIR.CONTINUE),
  accept: frame(SMFIR.ACCEPT),
  reject: frame(SMFIR.REJECT),
  tempfail: frame(SMFIR.TEMPFAIL),
  discard: frame(SMFIR.DISCARD),
  skip: frame(SMFIR.SKIP),
  shutdown: frame(SMFIR.SHUTDOWN),
  'connection-failure': frame(SMFIR.CONN_FAIL),
}

export const progressFrame: ByteString = frame(SMFIR.PROGRESS)

/** The frame of a reply. Something else than a reply is a mistake of the caller: TypeError. */
export function formatReply(answer: Reply): ByteString {
  if (typeof answer === 'string') {
    const text = simple[answer]
    if (text !== undefined) return text
  } else if (Array.isArray(answer?.lines)) return frame(SMFIR.REPLYCODE, replyText(answer))
  throw new TypeError(`not a reply: ${JSON.stringify(answer)}`)
}

/** Whether a value is a reply. */
export const isReply = (value: unknown): value is Reply =>
  typeof value === 'string'
    ? value in simple
    : Array.isArray((value as Partial<ReplyCode> | undefined)?.lines)

/** What a reply means for the message, whatever its words. */
export type ReplyEffect = 'go-on' | 'skip' | 'take' | 'refuse'

export function effectOf(answer: Reply): ReplyEffect {
  switch (answer) {
    case 'continue':
      return 'go-on'
    case 'skip':
      return 'skip'
    case 'accept':
    case 'discard':
      return 'take'
    default:
      return 'refuse'
  }
}

/** `550-5.7.1 first` CRLF `550 5.7.1 last` NUL, as libmilter's smfi_setmlreply writes it. */
function replyText({ code, enhanced, lines }: ReplyCode): ByteString {
  const head = enhanced === undefined ? '' : `${enhanced} `
  // An MTA may take a code without a text for no reply at all.
  const texts = lines.some((line) => line !== '') ? lines : [code < 500 ? 'Try again later' : 'Refused']
  return `${texts
    .map((line, at) => `${code}${at < texts.length - 1 ? '-' : ' '}${head}${formatLine(line)}`)
    .join('\r\n')}\0`
}

/** Percent signs are doubled: sendmail and Postfix halve them. */
const formatLine = (line: string) => cutUtf8(utf8Of(clean(line)), replyLineBytes).replaceAll('%', '%%')

const clean = (line: string) => line.replaceAll(/[\0-\x1f\x7f]/g, ' ')
