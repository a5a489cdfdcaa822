import { hash } from 'node:crypto'

/** Octets that are looked at: of the header with all that delivery adds, and of the body. */
const MOST_HEADER = 256 * 1024
const MOST_BODY = 1024 * 1024
/** Octets that count: of the fields that are kept, and of the body, so that line ends do not decide where it is cut. */
const HEADER_INK = 64 * 1024
const BODY_INK = 64 * 1024

const LF = 10
const SPACE = 32
const QUOTE = 62
/** The fields that stay as they are on the way, by their first letter. */
const kept = ['from:', 'date:', 'message-id:', 'subject:'].map((name) => Buffer.from(name))

const scratch = Buffer.alloc(HEADER_INK + 1 + BODY_INK)

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
    if (isKept) to = copyInk(message, { from: at, end, to, most: HEADER_INK })
    at = end + 1
  }
  scratch[to++] = LF
  to = copyInk(message, { from: at, end: at + MOST_BODY, to, most: to + BODY_INK })
  // Text without a header, or a header of nothing but others' fields.
  if (to === 1) to = copyInk(message, { from: 0, end: MOST_BODY, to, most: to + BODY_INK })
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

/**
 * Line ends and trailing space differ between stores; to leave out all white space is the simplest. An mbox puts ">" before a
 * line's "From ".
 */
function copyInk(
  message: Uint8Array,
  { from, end, to, most }: { from: number; end: number; to: number; most: number },
): number {
  let at = to
  const last = Math.min(end, message.length)
  for (let index = from; index < last && at < most; index++) {
    const octet = message[index] as number
    if (octet > SPACE && octet !== QUOTE) scratch[at++] = octet
  }
  return at
}
