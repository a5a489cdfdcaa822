import { createHash } from 'node:crypto'

/** Octets of the body that tell one message from another. */
const MOST_BODY = 64 * 1024
/** Of the header. */
const MOST_HEADER = 64 * 1024
const KEPT = /^(from|date|message-id|subject)[ \t]*:/i

/**
 * What a message is known by: From, Date, Subject, Message-ID and the start of the body, without line ends and trailing
 * space. What delivery, filters and mail stores add to the header makes no difference. 32 hexadecimal digits.
 */
export function digestOf(message: Uint8Array): string {
  const hash = createHash('sha256')
  const header = Buffer.from(message.buffer, message.byteOffset, Math.min(message.length, MOST_HEADER))
  const end = endOfHeader(header)
  let isKept = false
  for (const line of header.toString('latin1', 0, end).split('\n')) {
    if (!/^[ \t]/.test(line)) isKept = KEPT.test(line)
    if (isKept) hash.update(line.replace(/\s+/g, ''), 'latin1')
  }
  const body = Buffer.from(
    message.buffer,
    message.byteOffset + end,
    Math.min(message.length - end, MOST_BODY),
  )
  // Only line ends and what stands before them differ between stores; all white space is the simplest superset.
  hash.update('\n').update(body.toString('latin1').replace(/\s+/g, ''), 'latin1')
  return hash.digest('hex').slice(0, 32)
}

function endOfHeader(octets: Buffer): number {
  const plain = octets.indexOf('\n\n')
  const crlf = octets.indexOf('\r\n\r\n')
  if (plain === -1 && crlf === -1) return octets.length
  if (plain === -1) return crlf + 2
  return crlf === -1 ? plain + 1 : Math.min(plain + 1, crlf + 2)
}
