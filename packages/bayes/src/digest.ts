import { hash } from 'node:crypto'

/** Octets of the body that tell one message from another, and of the header. */
const MOST_BODY = 64 * 1024
const MOST_HEADER = 64 * 1024

const LF = 10
const SPACE = 32
/** The fields that stay as they are on the way, by their first letter. */
const kept = ['from:', 'date:', 'message-id:', 'subject:'].map((name) => Buffer.from(name))

const scratch = Buffer.alloc(MOST_HEADER + MOST_BODY)

/**
 * What a message is known by: From, Date, Subject, Message-ID and the start of the body, without any white space. What
 * delivery, filters and mail stores add to the header makes no difference. 32 hexadecimal digits.
 */
export function digestOf(message: Uint8Array): string {
  const most = Math.min(message.length, MOST_HEADER)
  let to = 0
  let at = 0
  let isKept = false
  while (at < most) {
    const first = message[at] as number
    if (first === LF || (first === 13 && message[at + 1] === LF)) break
    if (first !== SPACE && first !== 9) isKept = isKeptField(message, at)
    let end = message.indexOf(LF, at)
    if (end === -1 || end > most) end = most
    if (isKept) to = copyInk(message, at, end, to)
    at = end + 1
  }
  scratch[to++] = LF
  to = copyInk(message, at, Math.min(message.length, at + MOST_BODY), to)
  return hash('sha256', scratch.subarray(0, to), 'hex').slice(0, 32)
}

function isKeptField(message: Uint8Array, at: number): boolean {
  for (const name of kept) {
    let index = 0
    while (index < name.length && ((message[at + index] ?? 0) | 32) === ((name[index] as number) | 32))
      index++
    if (index === name.length) return true
  }
  return false
}

/** Line ends and trailing space differ between stores; to leave out all white space is the simplest. */
function copyInk(message: Uint8Array, from: number, end: number, at: number): number {
  let to = at
  for (let index = from; index < end && to < scratch.length; index++) {
    const octet = message[index] as number
    if (octet > SPACE) scratch[to++] = octet
  }
  return to
}
