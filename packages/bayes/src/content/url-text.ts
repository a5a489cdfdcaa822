// URLs in plain text.
import type { Draft } from './draft.ts'
import { URL_LENGTH } from './limits.ts'

/** Where a person, and any mail program, sees a URL end. */
const ENDS = new Set([...'<>"\'`|\\^{}\u00a0\u3000\ufffd'].map((character) => character.charCodeAt(0)))
/** Of the sentence, not of the URL, when they stand at its end. */
const TAIL = new Set([...'.,;:!?)]*_~-'].map((character) => character.charCodeAt(0)))

export function readUrls(text: string, draft: Draft): void {
  let at = 0
  while (draft.links.length < draft.limits.links) {
    const colon = text.indexOf('://', at)
    if (colon < 0) break
    const start = schemeStart(text, colon, at)
    at = start === colon ? colon + 3 : addUrl(text, start, draft)
  }
  at = 0
  while (draft.links.length < draft.limits.links) {
    const start = text.indexOf('www.', at)
    if (start < 0) break
    // Behind `//` it was found above.
    const isInside = start > 0 && /[\w/@.-]/.test(text[start - 1] as string)
    at = isInside ? start + 4 : addUrl(text, start, draft)
  }
}

function addUrl(text: string, start: number, draft: Draft): number {
  const last = Math.min(text.length, start + URL_LENGTH)
  let end = start
  while (end < last && text.charCodeAt(end) > 32 && !ENDS.has(text.charCodeAt(end))) end++
  let tail = end
  while (TAIL.has(text.charCodeAt(tail - 1))) tail--
  draft.link('text', text.slice(start, tail))
  return end
}

/** `hxxp` and the like included. */
function schemeStart(text: string, colon: number, least: number): number {
  let at = colon
  while (at > least && colon - at < 10) {
    const code = text.charCodeAt(at - 1) | 32
    if (code < 97 || code > 122) break
    at--
  }
  return at
}
