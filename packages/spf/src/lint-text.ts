// The text of a record, read as far as it can be: every fault with its place, and what would mend it.
import { RECORD_CHARACTERS } from './limits.ts'
import { hasOddDomain, modifierMeantAs, repairTerm } from './lint-repair.ts'
import type { SpfFix, SpfProblemFacts } from './lint-report.ts'
import { isSpfRecord, parseRecord } from './parse-record.ts'
import { parseTerm } from './parse-term.ts'
import type { SpfSyntaxCode, Term } from './record.ts'

export interface TextFault {
  readonly at: number
  readonly length: number
  readonly facts: SpfProblemFacts
}

/** A term at its place; `term` is undefined when it cannot be read. */
export interface ReadTerm {
  readonly at: number
  readonly text: string
  readonly term: Term | undefined
}

export interface RecordText {
  /** It is an SPF record, or was meant to be one. */
  readonly isRecord: boolean
  readonly faults: readonly TextFault[]
  readonly terms: readonly ReadTerm[]
  /** Mended as a whole, where that can be done by rule. */
  readonly fixed: string | undefined
}

/** Where the strings of a TXT record meet: indexes in their joined text. */
export type Joints = readonly number[]

const VERSION = 'v=spf1'

/** Reads all of it, past every fault. */
export function readText(text: string, joints: Joints = []): RecordText {
  const head = readHead(text)
  if (head === undefined)
    return {
      isRecord: false,
      faults: [
        syntaxFault('not-spf', { at: 0, length: Math.min(text.length, 20) }, { term: text.slice(0, 20) }),
      ],
      terms: [],
      fixed: undefined,
    }
  // What is beyond is told of in one fault.
  const reader = new TermReader(text.slice(0, RECORD_CHARACTERS), joints)
  reader.faults.push(...head.faults)
  reader.read(head.end)
  // Parsing stops at the first fault, and reports it for all the rest.
  if (text.length > RECORD_CHARACTERS)
    reader.faults.push(
      syntaxFault(
        'too-long',
        { at: RECORD_CHARACTERS, length: text.length - RECORD_CHARACTERS },
        { term: '' },
      ),
    )
  const { faults, terms } = reader
  return { isRecord: true, faults, terms, fixed: fixedText(text, faults) }
}

interface Extent {
  readonly at: number
  readonly length: number
}

interface Mistake {
  readonly term: string
  readonly fix?: SpfFix | undefined
  readonly isAtStringEnd?: boolean
}

function syntaxFault(syntax: SpfSyntaxCode, { at, length }: Extent, mistake: Mistake): TextFault {
  const { term, fix, isAtStringEnd = false } = mistake
  return { at, length, facts: { code: 'syntax', syntax, term, fix, isAtStringEnd } }
}

interface Head {
  /** Where the terms begin. */
  readonly end: number
  readonly faults: readonly TextFault[]
}

/** Blanks, quotes and the like in front of the version. */
const JUNK = /^[\s\ufeff"'`\u2018-\u201f\u00ab\u00bb(\\]+/
/** The owner, class and type of a line from a zone file. */
const ZONE_LINE = /^(?:[^\s"=]+\s+)?(?:[0-9]+\s+)?(?:IN\s+)?(TXT|SPF)\s+[("\s]*/i
/** The version as people write it. */
const NEAR_VERSION = /^(?:v\s*[=:;]?\s*)?(?:spf|sfp|psf|spv)[ -]?[0-9]{0,2}(?:\.[0-9])?(?![0-9])/i
/** RFC 4406: Sender ID is another matter. */
const SENDER_ID = /^spf2\.0\//i

/** The rule version, or what was meant to be it. Undefined: this is no SPF record at all. */
function readHead(text: string): Head | undefined {
  if (isSpfRecord(text)) return { end: VERSION.length, faults: [] }
  const line = ZONE_LINE.exec(text)
  const junk = line?.[0] ?? JUNK.exec(text)?.[0] ?? ''
  const rest = text.slice(junk.length, junk.length + 40)
  const version = SENDER_ID.test(rest) ? null : NEAR_VERSION.exec(rest)
  if (version === null) return undefined
  let end = junk.length + version[0].length
  // `v=spf1;`, `v=spf1:`, `v=spf1"` and blanks that are none.
  end += /^[;:,."'`\s\u00a0\u00c2\u201d]*/.exec(text.slice(end))![0].length
  const fix: SpfFix = { at: 0, length: end, text: end < text.length ? `${VERSION} ` : VERSION, isSure: true }
  const term = text.slice(0, end).trimEnd()
  const faults = [syntaxFault('not-spf', { at: 0, length: term.length }, { term, fix })]
  if (line?.[1]?.toUpperCase() === 'SPF')
    faults.push({ at: text.search(/SPF/i), length: 3, facts: { code: 'type-spf' } })
  return { end, faults }
}

/** Blanks of every kind, those that come as the bytes of UTF-8 too. Only the plain one separates terms. */
const BLANKS =
  /(?:[\s\u00a0\u200b\ufeff]|\u00c2\u00a0|\u00e2\u0080[\u0080-\u008b\u00a8\u00a9\u00af]|\u00ef\u00bb\u00bf)+/g

class TermReader {
  readonly faults: TextFault[] = []
  readonly terms: ReadTerm[] = []
  readonly #text: string
  readonly #joints: Joints
  #hasRedirect = false
  #hasExplanation = false

  constructor(text: string, joints: Joints) {
    this.#text = text
    this.#joints = joints
  }

  read(start: number): void {
    const text = this.#text
    const tokens: Extent[] = []
    let at = start
    for (const match of text.slice(start).matchAll(BLANKS)) {
      const blanksAt = start + match.index
      if (blanksAt > at) tokens.push({ at, length: blanksAt - at })
      at = blanksAt + match[0].length
      this.#checkBlanks(match[0], blanksAt)
    }
    if (at < text.length) tokens.push({ at, length: text.length - at })
    for (let i = 0; i < tokens.length; i++) {
      const next = tokens[i + 1]
      if (next !== undefined && this.#readParted(tokens[i]!, next)) i++
      else this.#readTerm(tokens[i]!)
    }
  }

  /** RFC 7208 §4.6.1: terms are parted by SP, which is U+0020 alone. */
  #checkBlanks(blanks: string, at: number): void {
    const bad = blanks.search(/[^ ]/)
    if (bad < 0) return
    const isEnd = at + blanks.length === this.#text.length
    const fix: SpfFix = { at, length: blanks.length, text: isEnd ? '' : ' ', isSure: true }
    const length = blanks.slice(bad).trimEnd().length || 1
    this.faults.push(syntaxFault('bad-character', { at: at + bad, length }, { term: blanks, fix }))
  }

  /** `ip4: 192.0.2.1`, `include example.org`, `- all`: one term in two. */
  #readParted(first: Extent, second: Extent): boolean {
    const head = this.#slice(first)
    const tail = this.#slice(second)
    const joined = joinParted(head, tail)
    if (joined === undefined) return false
    const parsed = parseTerm(head)
    const at = parsed.ok ? second.at : first.at
    const whole: Extent = { at: first.at, length: second.at + second.length - first.at }
    const fix: SpfFix = { ...whole, text: joined, isSure: true }
    const failed = parsed.ok ? parseTerm(tail) : parsed
    if (failed.ok) return false
    const term = this.#slice(whole)
    this.faults.push(
      syntaxFault(failed.error.code, { at, length: whole.at + whole.length - at }, { term, fix }),
    )
    this.terms.push({ at: whole.at, text: term, term: undefined })
    return true
  }

  #readTerm(extent: Extent): void {
    const text = this.#slice(extent)
    const { at } = extent
    const parsed = parseTerm(text, at)
    if (!parsed.ok) {
      const { code, at: badAt } = parsed.error
      const fix = this.#repair(extent)
      const joint = this.#joints.find((index) => index > at && index < at + extent.length)
      const faulty = { at: badAt, length: faultLength(code, text.slice(badAt - at)) }
      this.faults.push(syntaxFault(code, faulty, { term: text, fix, isAtStringEnd: joint !== undefined }))
      this.terms.push({ at, text, term: undefined })
      return
    }
    const term = parsed.value
    this.terms.push({ at, text, term })
    this.#checkTwice(term, extent)
    const meant = modifierMeantAs(term)
    if (meant === 'v') {
      // Two records run together, unless nothing stands between: how to make them one is for their owner to say.
      const isSure = this.terms.length === 1
      const fix: SpfFix = { ...this.#withBlankBefore(extent), text: '', isSure }
      this.#report(extent, { code: 'repeated-version', fix })
    } else if (meant !== undefined)
      this.#report(extent, { code: 'mistaken-modifier', name: meant, fix: this.#repair(extent) })
    else if (hasOddDomain(term)) this.#report(extent, { code: 'odd-domain', fix: this.#repair(extent) })
  }

  // RFC 7208 §6: redirect and exp at most once.
  #checkTwice(term: Term, extent: Extent): void {
    if (term.kind !== 'redirect' && term.kind !== 'exp') return
    const isTwice = term.kind === 'redirect' ? this.#hasRedirect : this.#hasExplanation
    if (term.kind === 'redirect') this.#hasRedirect = true
    else this.#hasExplanation = true
    if (!isTwice) return
    const first = this.terms.find((read) => read.term?.kind === term.kind)
    const isSame = first?.text.toLowerCase() === term.text.toLowerCase()
    const fix: SpfFix | undefined = isSame
      ? { ...this.#withBlankBefore(extent), text: '', isSure: true }
      : undefined
    this.faults.push(syntaxFault('duplicate-modifier', extent, { term: term.text, fix }))
  }

  #repair(extent: Extent): SpfFix | undefined {
    const repair = repairTerm(this.#slice(extent))
    if (repair === undefined) return undefined
    return repair.text === ''
      ? { ...this.#withBlankBefore(extent), ...repair }
      : { at: extent.at, length: extent.length, ...repair }
  }

  #withBlankBefore({ at, length }: Extent): Extent {
    return this.#text.charAt(at - 1) === ' ' ? { at: at - 1, length: length + 1 } : { at, length }
  }

  #report({ at, length }: Extent, facts: SpfProblemFacts): void {
    this.faults.push({ at, length, facts })
  }

  #slice({ at, length }: Extent): string {
    return this.#text.slice(at, at + length)
  }
}

/** The term that two texts are together, when the first ends or the second begins in the middle of one. */
function joinParted(head: string, tail: string): string | undefined {
  if (tail.length > 255 || head.length > 255) return undefined
  const needsSign = /^[-+~?]?(?:include|ip4|ip6|exists)$/i.test(head)
    ? ':'
    : /^(?:redirect|exp)$/i.test(head)
      ? '='
      : ''
  if (needsSign === '' && !/[:=/]$|^[-+~?]$/.test(head) && !/^[:=/]/.test(tail)) return undefined
  // `v=spf1 a -all` must not become a:-all.
  if (isReadable(tail) && !/^[-+~?]$/.test(head)) return undefined
  const joined = /^[:=/]/.test(tail) ? head + tail : head + needsSign + tail
  return isReadable(joined) ? joined : undefined
}

const isReadable = (text: string): boolean => {
  const parsed = parseTerm(text)
  return parsed.ok && modifierMeantAs(parsed.value) === undefined
}

/** How much of what begins where the parser stopped is at fault. */
function faultLength(code: SpfSyntaxCode, rest: string): number {
  switch (code) {
    case 'bad-character':
      return 1
    case 'unknown-mechanism':
      return Math.min(rest.length, Math.max(1, rest.search(/[:=/]|$/)))
    case 'bad-macro':
    case 'macro-not-here':
      return /^%(?:\{[^}]*\}?|.?)/s.exec(rest)?.[0].length ?? rest.length
    default:
      return rest.length
  }
}

function fixedText(text: string, faults: readonly TextFault[]): string | undefined {
  if (faults.length === 0) return undefined
  const fixes: SpfFix[] = []
  for (const { facts } of faults) {
    if (facts.code === 'type-spf') continue
    const fix = 'fix' in facts ? facts.fix : undefined
    if (!fix?.isSure) return undefined
    fixes.push(fix)
  }
  const fixed = applyFixes(text, fixes).replaceAll(/ {2,}/g, ' ').trim()
  return parseRecord(fixed).ok ? fixed : undefined
}

/** The text with all of them carried out. They do not overlap. */
export function applyFixes(text: string, fixes: readonly SpfFix[]): string {
  let result = ''
  let at = 0
  for (const fix of fixes.toSorted((a, b) => a.at - b.at)) {
    if (fix.at < at) continue
    result += text.slice(at, fix.at) + fix.text
    at = fix.at + fix.length
  }
  return result + text.slice(at)
}
