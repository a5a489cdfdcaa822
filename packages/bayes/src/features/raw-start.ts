import { isMark } from './header-fields.ts'

const LF = 10
const CR = 13
const COLON = 58

export interface RawStart {
  /** The first octets of the message without carriage returns, a line "From " of an mbox, and the marks of filters. */
  readonly octets: Uint8Array
  /** The names of the header's fields as written, in order, marks left out. */
  readonly names: readonly string[]
}

const MOST_NAMES = 200
const scratch = new Uint8Array(16_384)

/** The start of a message as the server that sent it wrote it. */
export function rawStart(message: Uint8Array, most: number): RawStart {
  const names: string[] = []
  const end = Math.min(message.length, most * 6)
  let from = 0
  let to = 0
  let isKept = true
  while (from < end && to < most) {
    let lineEnd = message.indexOf(LF, from)
    if (lineEnd === -1 || lineEnd >= end) lineEnd = end - 1
    const first = message[from] as number
    if (first === LF || (first === CR && message[from + 1] === LF)) break
    if (first !== 32 && first !== 9) {
      const name = fieldNameAt(message, from, lineEnd)
      isKept = name !== '' && !isMark(name.toLowerCase())
      if (isKept && names.length < MOST_NAMES) names.push(name)
    }
    if (isKept) to = copyLine(message, from, lineEnd + 1, to, most)
    from = lineEnd + 1
  }
  while (from < end && to < most) {
    const octet = message[from++] as number
    if (octet !== CR) scratch[to++] = octet
  }
  return { octets: scratch.subarray(0, to), names }
}

/** Empty for a line that is no field, an mbox's "From " among them. */
function fieldNameAt(message: Uint8Array, from: number, end: number): string {
  let name = ''
  for (let index = from; index < end && index - from < 60; index++) {
    const octet = message[index] as number
    if (octet === COLON) return name
    if (octet < 33 || octet > 126) return ''
    name += String.fromCharCode(octet)
  }
  return ''
}

function copyLine(message: Uint8Array, from: number, end: number, to: number, most: number): number {
  let at = to
  for (let index = from; index < end && at < most; index++) {
    const octet = message[index] as number
    if (octet !== CR) scratch[at++] = octet
  }
  return at
}
