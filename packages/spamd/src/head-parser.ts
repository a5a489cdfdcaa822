// The lines before the message, one by one.

import type { ByteString } from './byte-string.ts'
import type { SpamdFault } from './fault.ts'
import {
  nowhere,
  type Places,
  pingHeadersVersion,
  type RequestHead,
  type SpamdCommand,
  scanCommands,
} from './request.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const commands: ReadonlySet<string> = new Set([...scanCommands, 'TELL', 'PING', 'SKIP'])

/** `CHECK SPAMC/1.5`: a head without its headers, or undefined. */
export function parseRequestLine(line: ByteString): Mutable<RequestHead> | undefined {
  const blank = line.indexOf(' SPAMC/')
  if (blank < 0) return undefined
  const command = line.slice(0, blank)
  if (!commands.has(command)) return undefined
  // As Perl reads a number: the digits at the beginning, else 0.
  const [digits = '0'] = /^\s*\d+(\.\d*)?/.exec(line.slice(blank + 7)) ?? []
  return {
    command: command as SpamdCommand,
    version: Number(digits),
    user: undefined,
    contentLength: undefined,
    isCompressed: false,
    messageClass: undefined,
    set: nowhere,
    remove: nowhere,
  }
}

/** Old clients send none for some commands, as spamd expects of them. */
export const hasHeaders = ({ command, version }: RequestHead): boolean =>
  command === 'TELL' ||
  version >= pingHeadersVersion ||
  (version > 1 && command !== 'PING' && command !== 'SKIP')

/** Puts what a header line says into the head. Of the same header twice, the last counts; unknown ones are passed over. */
export function applyHeader(head: Mutable<RequestHead>, line: ByteString): SpamdFault | undefined {
  const colon = line.indexOf(':')
  if (colon < 0) return { code: 'not-a-header' }
  const value = line.slice(colon + 1).trimStart()
  switch (line.slice(0, colon).toLowerCase()) {
    case 'content-length':
      if (!/^\d*$/.test(value)) return { code: 'bad-length' }
      head.contentLength = Number(value)
      return undefined
    case 'user':
      if (/[\x00-\x1f]/.test(value)) return { code: 'bad-user' }
      head.user = value
      return undefined
    case 'message-class': {
      const name = value.toLowerCase()
      if (name !== 'spam' && name !== 'ham') return { code: 'bad-class' }
      head.messageClass = name
      return undefined
    }
    case 'set':
      head.set = placesIn(value)
      return undefined
    case 'remove':
      head.remove = placesIn(value)
      return undefined
    case 'compress':
      if (!/zlib/i.test(value)) return { code: 'bad-compression', value }
      head.isCompressed = true
      return undefined
    default:
      return undefined
  }
}

const placesIn = (value: ByteString): Places => ({
  local: /local/i.test(value),
  remote: /remote/i.test(value),
})

/** What is wrong with a head that is complete. */
export function checkHead(head: RequestHead): SpamdFault | undefined {
  const { command, set, remove, messageClass, isCompressed, contentLength } = head
  if (isCompressed && contentLength === undefined && command !== 'PING' && command !== 'SKIP')
    return { code: 'compressed-without-length' }
  if (command !== 'TELL') return undefined
  if ((set.local && remove.local) || (set.remote && remove.remote)) return { code: 'set-and-remove' }
  // spamd would learn it as ham.
  return set.local && messageClass === undefined ? { code: 'bad-class' } : undefined
}
