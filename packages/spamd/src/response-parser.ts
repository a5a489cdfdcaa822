// An answer, as the client reads it: when the server has closed the connection, all of it is there.

import { type ByteString, byteStringOf } from './byte-string.ts'
import { responseHeadBytes } from './limits.ts'
import type { Places } from './request.ts'

export interface SpamdResponse {
  /** 0, or the exit status of sysexits.h that stands for what went wrong. */
  readonly status: number
  /** `EX_OK`, `PONG`, or a sentence. */
  readonly text: ByteString
  readonly spam?: { readonly isSpam: boolean; readonly score: number; readonly threshold: number }
  readonly didSet: Places
  readonly didRemove: Places
  readonly body: Uint8Array
}

export type ResponseErrorCode =
  | 'empty'
  /** It does not begin with `SPAMD/1.x status text`. */
  | 'not-a-response'
  /** The head has no end, or a very long one. */
  | 'head-too-long'
  | 'bad-length'
  /** Fewer or more bytes than Content-length says. */
  | 'length-mismatch'
  /** `Spam:` is not followed by a word and two numbers. */
  | 'bad-spam-line'

export type ParsedResponse =
  | { readonly ok: true; readonly value: SpamdResponse }
  | { readonly ok: false; readonly error: { readonly code: ResponseErrorCode; readonly at: number } }

const lineFeed = 10
const nowhere: Places = { local: false, remote: false }

/** Reads a whole answer. */
export function parseResponse(bytes: Uint8Array): ParsedResponse {
  if (bytes.length === 0) return failed('empty', 0)
  const reader = new HeadReader(bytes)
  const [, digits, text = ''] = /^SPAMD\/\d+\.\d+ (\d{1,3})(?: (.*))?$/.exec(reader.line() ?? '') ?? []
  if (digits === undefined) return failed('not-a-response', 0)
  const response = {
    status: Number(digits),
    text,
    didSet: nowhere,
    didRemove: nowhere,
    body: bytes.subarray(0, 0),
  }
  // After PONG and after a fault there is nothing.
  if (response.status !== 0 || text === 'PONG') return { ok: true, value: response }
  return readFields(reader, response)
}

function readFields(reader: HeadReader, start: SpamdResponse): ParsedResponse {
  let response = start
  let contentLength: number | undefined
  for (;;) {
    const { at } = reader
    if (at > responseHeadBytes) return failed('head-too-long', at)
    const line = reader.line()
    if (line === undefined) return failed('head-too-long', at)
    if (line === '') break
    const [, name = '', value = ''] = /^([^:]*):\s*(.*)$/.exec(line) ?? []
    switch (name.toLowerCase()) {
      case 'content-length':
        if (!/^\d{1,15}$/.test(value)) return failed('bad-length', at)
        contentLength = Number(value)
        break
      case 'spam': {
        const spam = spamOf(value)
        if (spam === undefined) return failed('bad-spam-line', at)
        response = { ...response, spam }
        break
      }
      case 'didset':
        response = { ...response, didSet: placesOf(value) }
        break
      case 'didremove':
        response = { ...response, didRemove: placesOf(value) }
        break
    }
  }
  const body = reader.rest()
  if (contentLength !== undefined && contentLength !== body.length)
    return failed('length-mismatch', reader.at)
  return { ok: true, value: { ...response, body } }
}

function spamOf(value: string): SpamdResponse['spam'] | undefined {
  const [, word = '', score, threshold] =
    /^(\w+)\s*;\s*(-?\d+(?:\.\d+)?)\s*\/\s*(-?\d+(?:\.\d+)?)\s*$/.exec(value) ?? []
  if (score === undefined) return undefined
  return { isSpam: /^(true|yes)$/i.test(word), score: Number(score), threshold: Number(threshold) }
}

const placesOf = (value: string): Places => ({
  local: /local/i.test(value),
  remote: /remote/i.test(value),
})

class HeadReader {
  at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** The next line without its end; undefined when there is none. */
  line(): ByteString | undefined {
    const { bytes, at } = this
    const end = bytes.indexOf(lineFeed, at)
    if (end < 0 || end - at > responseHeadBytes) return undefined
    this.at = end + 1
    return byteStringOf(bytes, at, end > at && bytes[end - 1] === 13 ? end - 1 : end)
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at)
  }
}

const failed = (code: ResponseErrorCode, at: number): ParsedResponse => ({ ok: false, error: { code, at } })
