// A client for spamd, and for whatever else answers spamc.

import { promisify } from 'node:util'
import { deflate as deflateWithCallback } from 'node:zlib'
import type { ListenAddress } from '@postern/listener'
import { type ByteString, byteStringOf } from './byte-string.ts'
import { type Exchanged, exchange } from './client-exchange.ts'
import { nowhere, type Places, type ScanCommand, type SpamdCommand } from './request.ts'
import { formatRequest, type RequestToSend } from './request-writer.ts'
import { parseResponse, type SpamdResponse } from './response-parser.ts'

export type { ListenAddress } from '@postern/listener'
export type { Places } from './request.ts'

export interface SpamcOptions {
  /** Asked in this order, until one can be reached. Default: 127.0.0.1, port 783. */
  readonly servers?: readonly ListenAddress[]
  /** Whose mail it is, unless a call says otherwise. */
  readonly user?: string
  /** Messages are sent compressed. Default false. */
  readonly compress?: boolean
  /** Default 10 000. */
  readonly connectTimeoutMs?: number
  /** From the connection to the end of the answer. Default 600 000, spamc's. */
  readonly timeoutMs?: number
  /** How often all servers are tried when none can be reached, `retryMs` apart. Default 3, as spamc. */
  readonly attempts?: number
  /** Default 1000. */
  readonly retryMs?: number
  /** Longer messages are not sent. Default 512 000, spamc's. */
  readonly messageBytes?: number
  /** Longer answers are cut off. Default 512 MiB. */
  readonly responseBytes?: number
}

export type SpamcErrorCode =
  /** The message is longer than `messageBytes`; nothing was sent. */
  | 'too-large'
  /** No server could be reached. */
  | 'unreachable'
  | 'timeout'
  /** The connection ended before the answer did. */
  | 'connection-lost'
  /** What came is no answer to this. */
  | 'bad-response'
  /** The server said no; `status` and `message` are its words. */
  | 'refused'

export interface SpamcError {
  readonly code: SpamcErrorCode
  /** Of sysexits.h, from the server. */
  readonly status?: number
  readonly message: string
}

export type SpamcResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SpamcError }

export interface Checked {
  readonly isSpam: boolean
  readonly score: number
  readonly threshold: number
}

export interface CallOptions {
  readonly user?: string
}

export interface Told {
  readonly didSet: Places
  readonly didRemove: Places
}

export interface Telling extends CallOptions {
  readonly messageClass?: 'spam' | 'ham'
  readonly set?: Partial<Places>
  readonly remove?: Partial<Places>
}

/** Messages are raw, with their header. Nothing here rejects. */
export interface SpamcClient {
  check(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked>>
  /** And the names of the tests that hit. */
  symbols(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked & { symbols: string[] }>>
  /** And the report. */
  report(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked & { report: string }>>
  /** And the report, empty for what is not spam. */
  reportIfSpam(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked & { report: string }>>
  /** And the message with the header fields of the filter. */
  process(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked & { message: Buffer }>>
  /** And its header only, with the empty line. */
  headers(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<Checked & { header: Buffer }>>
  /** Any TELL; the others are the usual ones. */
  tell(message: Uint8Array, what: Telling): Promise<SpamcResult<Told>>
  /** True when this has changed something, false when it was known. */
  learn(message: Uint8Array, as: 'spam' | 'ham', options?: CallOptions): Promise<SpamcResult<boolean>>
  forget(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<boolean>>
  /** Learns as spam, and reports to the networks the server knows: true when it did that. */
  reportSpam(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<boolean>>
  /** Learns as ham, and revokes an earlier report. */
  revoke(message: Uint8Array, options?: CallOptions): Promise<SpamcResult<boolean>>
  /** Whether a server answers. */
  ping(): Promise<SpamcResult<true>>
}

const defaults = {
  servers: [{ kind: 'tcp', host: '127.0.0.1', port: 783 }] as readonly ListenAddress[],
  compress: false,
  connectTimeoutMs: 10_000,
  timeoutMs: 600_000,
  attempts: 3,
  retryMs: 1000,
  messageBytes: 512_000,
  responseBytes: 512 * 1024 * 1024,
}

const deflate = promisify<Uint8Array, Buffer>(deflateWithCallback)

/**
 * ```ts
 * const spamc = createSpamcClient({ servers: [{ kind: 'unix', path: '/run/spamd.sock' }] })
 * const checked = await spamc.check(message)
 * ```
 */
export function createSpamcClient(given: SpamcOptions = {}): SpamcClient {
  const options = { ...defaults, ...given }

  const ask = async (
    request: Omit<RequestToSend, 'contentLength' | 'isCompressed'>,
    message?: Uint8Array,
  ): Promise<SpamcResult<SpamdResponse>> => {
    if (message !== undefined && message.length > options.messageBytes)
      return failed('too-large', `the message has more than ${options.messageBytes} bytes`)
    const isCompressed = options.compress && message !== undefined
    const body = isCompressed ? await deflate(message) : message
    const head = formatRequest({
      ...request,
      isCompressed,
      user: asBytes(request.user ?? options.user),
      ...(body !== undefined && { contentLength: body.length }),
    })
    return readAnswer(await exchange([head, ...(body === undefined ? [] : [body])], options))
  }

  const scan = async <T>(
    command: ScanCommand,
    message: Uint8Array,
    { user, more }: { user: string | undefined; more(response: SpamdResponse): T },
  ): Promise<SpamcResult<Checked & T>> => {
    const asked = await ask({ command, user }, message)
    if (!asked.ok) return asked
    const { spam } = asked.value
    if (spam === undefined) return failed('bad-response', `${command} was answered without a score`)
    return { ok: true, value: { ...spam, ...more(asked.value) } }
  }

  const tell = async (message: Uint8Array, { user, messageClass, set, remove }: Telling) => {
    const command: SpamdCommand = 'TELL'
    const asked = await ask(
      { command, user, messageClass, set: { ...nowhere, ...set }, remove: { ...nowhere, ...remove } },
      message,
    )
    if (!asked.ok) return asked
    const { didSet, didRemove } = asked.value
    return { ok: true, value: { didSet, didRemove } } as const
  }

  const bodyText = ({ body }: SpamdResponse) => Buffer.from(body).toString()
  const bodyBytes = ({ body }: SpamdResponse) => Buffer.from(body.buffer, body.byteOffset, body.byteLength)

  return {
    check: (message, { user } = {}) => scan('CHECK', message, { user, more: () => ({}) }),
    symbols: (message, { user } = {}) =>
      scan('SYMBOLS', message, {
        user,
        more: (response) => ({ symbols: bodyText(response).trim().split(',').filter(Boolean) }),
      }),
    report: (message, { user } = {}) =>
      scan('REPORT', message, { user, more: (response) => ({ report: bodyText(response) }) }),
    reportIfSpam: (message, { user } = {}) =>
      scan('REPORT_IFSPAM', message, { user, more: (response) => ({ report: bodyText(response) }) }),
    process: (message, { user } = {}) =>
      scan('PROCESS', message, { user, more: (response) => ({ message: bodyBytes(response) }) }),
    headers: (message, { user } = {}) =>
      scan('HEADERS', message, { user, more: (response) => ({ header: bodyBytes(response) }) }),
    tell,
    learn: (message, messageClass, call) =>
      didIt(tell(message, { ...call, messageClass, set: { local: true } }), ({ didSet }) => didSet.local),
    forget: (message, call) =>
      didIt(tell(message, { ...call, remove: { local: true } }), ({ didRemove }) => didRemove.local),
    reportSpam: (message, call) =>
      didIt(
        tell(message, { ...call, messageClass: 'spam', set: { local: true, remote: true } }),
        ({ didSet }) => didSet.remote,
      ),
    revoke: (message, call) =>
      didIt(
        tell(message, { ...call, messageClass: 'ham', set: { local: true }, remove: { remote: true } }),
        ({ didRemove }) => didRemove.remote,
      ),
    async ping() {
      const asked = await ask({ command: 'PING' })
      if (!asked.ok) return asked
      if (asked.value.text !== 'PONG') return failed('bad-response', 'PING was not answered with PONG')
      return { ok: true, value: true }
    },
  }
}

/** In UTF-8, as a byte string. */
const asBytes = (text: string | undefined): ByteString | undefined =>
  text === undefined ? undefined : byteStringOf(Buffer.from(text))

async function didIt(
  telling: Promise<SpamcResult<Told>>,
  what: (told: Told) => boolean,
): Promise<SpamcResult<boolean>> {
  const told = await telling
  return told.ok ? { ok: true, value: what(told.value) } : told
}

function readAnswer(exchanged: Exchanged): SpamcResult<SpamdResponse> {
  if (!exchanged.ok) return exchanged
  const parsed = parseResponse(exchanged.bytes)
  if (!parsed.ok) {
    const { code, at } = parsed.error
    if (code === 'empty')
      return failed('connection-lost', 'the server closed the connection without an answer')
    return failed('bad-response', `${code} at byte ${at}`)
  }
  const { status, text } = parsed.value
  if (status === 0) return parsed
  return { ok: false, error: { code: 'refused', status, message: text } }
}

const failed = (code: SpamcErrorCode, message: string): { ok: false; error: SpamcError } => ({
  ok: false,
  error: { code, message },
})
