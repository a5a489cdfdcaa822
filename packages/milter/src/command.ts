// The data of commands: bytes to typed values. Undefined when they are malformed.

import { SMFIC } from './constants.ts'
import type { EnvelopePath, MilterClientAddress, MilterClientInfo, MilterEvent } from './event.ts'
import type { ByteString } from './octets.ts'

/** The event of a command whose data are text. */
export function readCommand(command: string, data: ByteString): MilterEvent | undefined {
  switch (command) {
    case SMFIC.MAIL: {
      const sender = readPath(data)
      return sender && { kind: 'mail', sender }
    }
    case SMFIC.RCPT: {
      const recipient = readPath(data)
      return recipient && { kind: 'recipient', recipient }
    }
    case SMFIC.CONNECT: {
      const client = readClient(data)
      return client && { kind: 'connect', client }
    }
    case SMFIC.HELO: {
      const name = readString(data)
      return name === undefined ? undefined : { kind: 'helo', name }
    }
    case SMFIC.UNKNOWN: {
      const line = readString(data)
      return line === undefined ? undefined : { kind: 'unknown', command: line }
    }
    default:
      return undefined
  }
}

/** `text NUL`. */
const readString = (text: ByteString): ByteString | undefined =>
  text.endsWith('\0') ? text.slice(0, -1) : undefined

/** `path NUL parameter NUL ...` */
function readPath(text: ByteString): EnvelopePath | undefined {
  if (!text.endsWith('\0')) return undefined
  const first = text.indexOf('\0')
  return {
    address: bareAddress(text.slice(0, first)),
    parameters: first === text.length - 1 ? [] : text.slice(first + 1, -1).split('\0'),
  }
}

/** An address without the angle brackets around it. */
export const bareAddress = (path: ByteString): ByteString =>
  path.startsWith('<') && path.endsWith('>') ? path.slice(1, -1) : path

/** `host NUL family`, and unless the family is unknown `port (two bytes) address NUL`. */
function readClient(text: ByteString): MilterClientInfo | undefined {
  const nul = text.indexOf('\0')
  const family = text[nul + 1]
  if (nul < 0 || family === undefined) return undefined
  const hostName = text.slice(0, nul)
  if (!'46L'.includes(family)) return { hostName, address: { family: 'unknown' } }
  if (text.length < nul + 5 || !text.endsWith('\0')) return undefined
  const port = (text.charCodeAt(nul + 2) << 8) | text.charCodeAt(nul + 3)
  return { hostName, address: addressOf(family, text.slice(nul + 4, -1), port) }
}

function addressOf(family: string, text: ByteString, port: number): MilterClientAddress {
  if (family === 'L') return { family: 'unix', path: text }
  if (family === '4') return { family: 'ip4', address: text, port }
  // sendmail writes the prefix of an address literal (RFC 5321 §4.1.3) before it.
  return { family: 'ip6', address: text.replace(/^ipv6:/i, ''), port }
}
