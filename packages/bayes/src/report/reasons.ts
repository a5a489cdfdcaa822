// Evidence comes from mail that may mean harm: what it says is shown so that it can neither end a line nor be taken for our words.

import type { Evidence } from '../score.ts'

/** Control characters, and what is invisible or turns the direction of writing. */
const unsafe = /[\p{Cc}\p{Cf}]/gu
const loneSurrogate = /[\ud800-\udfff]/gu

/** Text as people may read it in a terminal or a report: on one line, with nothing invisible in it. */
export const readableText = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').trim().replaceAll(unsafe, '\ufffd').replaceAll(loneSurrogate, '\ufffd')

/** The strongest evidence of each side, strongest first. */
export function sidesOf(
  evidence: readonly Evidence[],
  most: number,
): { readonly spam: readonly Evidence[]; readonly ham: readonly Evidence[] } {
  const strongest = evidence.toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  return {
    spam: strongest.filter(({ weight }) => weight > 0).slice(0, most),
    ham: strongest.filter(({ weight }) => weight < 0).slice(0, most),
  }
}

/** Longest encoded-word (RFC 2047 §2). */
const encodedWordLength = 75

/**
 * Evidence as words of a header field: printable ASCII as it is, in quotes; else RFC 2047 encoded-words. Undefined for what those who
 * look for a verdict in the field could take for one.
 */
export function headerWords(text: string): string[] | undefined {
  const readable = readableText(text)
  if (readable === '' || /\byes\b|\bno\b|=/i.test(readable)) return undefined
  if (/^[\x20-\x7e]*$/.test(readable) && !readable.includes('=?'))
    return [`"${readable.replaceAll(/["\\]/g, "'")}"`]
  return encodedWords(readable)
}

function encodedWords(text: string): string[] {
  const [start, end] = ['=?UTF-8?Q?', '?=']
  const words: string[] = []
  let payload = ''
  for (const character of text) {
    const encoded = /[A-Za-z0-9!*+/-]/.test(character)
      ? character
      : encodeURIComponent(character)
          .replaceAll('%', '=')
          .replace(/^[^=].*/, hexOf)
    if (start.length + payload.length + encoded.length + end.length > encodedWordLength) {
      words.push(start + payload + end)
      payload = ''
    }
    payload += encoded
  }
  words.push(start + payload + end)
  return words
}

/** What encodeURIComponent leaves as it is. */
const hexOf = (character: string): string =>
  `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
