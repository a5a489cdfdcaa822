// The rule record of RFC 7208 §4.6.1: version, terms, blanks between them.
import { type Parsed, parsed, parseError } from '@postern/addr'
import { RECORD_CHARACTERS } from './limits.ts'
import { parseTerm } from './parse-term.ts'
import type {
  Directive,
  ExplanationModifier,
  RedirectModifier,
  SpfRecord,
  SpfSyntaxCode,
  Term,
} from './record.ts'

/** A term on its own, right or wrong. */
export interface ScannedTerm {
  readonly at: number
  readonly text: string
  readonly parsed: Parsed<Term, SpfSyntaxCode>
}

/** The rule version, and what has to follow it. In any case of letters, as all literals of ABNF. */
const VERSION = /^v=spf1(?: |$)/i
const VERSION_LENGTH = 'v=spf1'.length

/** Whether a text claims to be an SPF record: RFC 7208 §4.5. */
export const isSpfRecord = (text: string): boolean => VERSION.test(text)

/** Every term behind the version by itself, for those who want all mistakes of a record and not only the first. */
export function scanRecord(text: string): readonly ScannedTerm[] {
  const terms: ScannedTerm[] = []
  let at = VERSION_LENGTH
  while (at < text.length) {
    // Only the blank separates, a tab does not.
    if (text.charCodeAt(at) === 32) {
      at++
      continue
    }
    const blank = text.indexOf(' ', at)
    const end = blank < 0 ? text.length : blank
    const term = text.slice(at, end)
    terms.push({ at, text: term, parsed: parseTerm(term, at) })
    at = end
  }
  return terms
}

/**
 * Parses a record. `text` is the joined strings of one TXT record, a character per byte. The first mistake makes all of it
 * invalid, wherever it stands: RFC 7208 §4.6.
 */
export function parseRecord(text: string): Parsed<SpfRecord, SpfSyntaxCode> {
  if (!isSpfRecord(text)) return parseError('not-spf', 0)
  if (text.length > RECORD_CHARACTERS) return parseError('too-long', RECORD_CHARACTERS)
  const terms: Term[] = []
  const directives: Directive[] = []
  let redirect: RedirectModifier | undefined
  let explanation: ExplanationModifier | undefined
  for (const scanned of scanRecord(text)) {
    if (!scanned.parsed.ok) return scanned.parsed
    const term = scanned.parsed.value
    terms.push(term)
    if (term.kind === 'directive') directives.push(term)
    // RFC 7208 §6: redirect and exp at most once.
    else if (term.kind === 'redirect') {
      if (redirect !== undefined) return parseError('duplicate-modifier', term.at)
      redirect = term
    } else if (term.kind === 'exp') {
      if (explanation !== undefined) return parseError('duplicate-modifier', term.at)
      explanation = term
    }
  }
  return parsed({ text, terms, directives, redirect, explanation })
}
