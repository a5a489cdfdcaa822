// The addresses in a field such as From, RFC 5322 §3.4, read so that people's mail programs and we see the same ones as far as
// possible: whatever is not understood is left out, nothing is an error.
import type { ByteString } from './message-sink.ts'

/** One address, without comments and white space; the local part as written, quotes included. */
export interface FieldAddress {
  readonly localPart: ByteString
  readonly domain: ByteString
}

/** The addresses in the body of a field, in order, those of groups among them. */
export function fieldAddresses(body: ByteString): FieldAddress[] {
  const found: FieldAddress[] = []
  let plain = ''
  let angle: string | undefined
  let isInAngle = false
  const finish = () => {
    const text = angle ?? plain
    const at = lastAt(text)
    if (at > 0 && at < text.length - 1)
      found.push({ localPart: text.slice(0, at), domain: text.slice(at + 1) })
    plain = ''
    angle = undefined
    isInAngle = false
  }
  for (let at = 0; at < body.length; at++) {
    const char = body[at]!
    let piece = char
    if (char === '(') {
      at = skipComment(body, at)
      continue
    }
    if (char === '"' || char === '[') {
      const end = closing(body, at)
      piece = body.slice(at, end)
      at = end - 1
    } else if (char === ' ' || char === '\t' || char === '\r' || char === '\n') continue
    else if (char === '<') {
      angle = ''
      isInAngle = true
      continue
    } else if (char === '>') {
      isInAngle = false
      continue
    } else if (char === ':') {
      // The name of a group, or a route (RFC 5322 §4.4): neither is part of an address.
      if (isInAngle) angle = ''
      else plain = ''
      continue
    } else if ((char === ',' && !isInAngle) || char === ';') {
      finish()
      continue
    }
    if (isInAngle) angle += piece
    else if (angle === undefined) plain += piece
  }
  finish()
  return found
}

/** The index of the last character of the comment that begins at `from`. */
function skipComment(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at
  }
  return text.length
}

/** The index behind the quoted string or the domain literal that begins at `from`. */
function closing(text: string, from: number): number {
  const end = text[from] === '"' ? '"' : ']'
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === end) return at + 1
  }
  return text.length
}

/** The @ between local part and domain: the last one that stands outside of quotes. */
function lastAt(text: string): number {
  let found = -1
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"' || text[at] === '[') at = closing(text, at) - 1
    else if (text[at] === '@') found = at
  }
  return found
}
