// What a linter says about a published record: problems, each with its place and facts, and who spends the lookups.
import type { RecordType, TempReason } from '@postern/dns'
import type { MechanismName, SpfSyntaxCode } from './record.ts'

/**
 * - `error`: receivers cannot evaluate the record, or it does not do what a record is for.
 * - `warning`: it works, and yet does something that its owner can hardly want, or soon will not work.
 * - `advice`: it works and could be better.
 */
export type SpfSeverity = 'error' | 'warning' | 'advice'

/** A replacement for a part of the record. */
export interface SpfFix {
  readonly at: number
  readonly length: number
  /** '' where the part is to go. */
  readonly text: string
  /** Nothing else can have been meant; a guess otherwise. */
  readonly isSure: boolean
}

/** What an address is set aside for, which keeps it from sending mail on the Internet (RFC 6890 and its registries). */
export type AddressPurpose =
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'documentation'
  | 'shared'
  | 'benchmarking'
  | 'multicast'
  | 'reserved'
  | 'unspecified'
  /** IPv4 inside IPv6: receivers compare the client as IPv4, RFC 7208 §5. */
  | 'ipv4-mapped'

/** What was found, without its place. */
export type SpfProblemFacts =
  /** Not a name that can have a record. */
  | { readonly code: 'bad-domain' }
  | { readonly code: 'no-such-domain' }
  /** `near`: a TXT record that may have been meant as one. */
  | { readonly code: 'no-record'; readonly near: string | undefined }
  | { readonly code: 'multiple-records'; readonly texts: readonly string[] }
  | {
      readonly code: 'not-looked-up'
      readonly name: string
      readonly type: RecordType
      readonly reason: TempReason
    }
  /** More would have had to be looked up than the linter asks for. */
  | { readonly code: 'too-much-to-ask'; readonly limit: number }
  | {
      readonly code: 'syntax'
      readonly syntax: SpfSyntaxCode
      /** The whole of the term, or what stands in place of the version. */
      readonly term: string
      readonly fix: SpfFix | undefined
      /** The fault lies where two strings of the TXT record meet: they are joined without a blank (RFC 7208 §3.3). */
      readonly isAtStringEnd: boolean
    }
  /** The type SPF (99), which is no longer looked at: RFC 7208 §3.1. */
  | { readonly code: 'type-spf' }
  /** Well-formed, but not the name of any domain. */
  | { readonly code: 'odd-domain'; readonly fix: SpfFix | undefined }
  /** `ip4=…`, `redirct=…`: a modifier nobody knows and everybody skips, where `name` was meant. */
  | { readonly code: 'mistaken-modifier'; readonly name: string; readonly fix: SpfFix | undefined }
  | { readonly code: 'unknown-modifier'; readonly name: string }
  /** A second `v=spf1` within the record. */
  | { readonly code: 'repeated-version'; readonly fix: SpfFix }
  | { readonly code: 'too-many-terms' | 'many-terms'; readonly count: number; readonly limit: number }
  /** For clients of one IP version. */
  | { readonly code: 'void-terms'; readonly count: number; readonly limit: number; readonly version: 4 | 6 }
  | { readonly code: 'passes-everyone' }
  | { readonly code: 'neutral-all' }
  | { readonly code: 'no-all' }
  | { readonly code: 'after-all'; readonly count: number }
  | { readonly code: 'redirect-ignored' }
  | { readonly code: 'wide-network'; readonly version: 4 | 6; readonly prefixLength: number }
  | { readonly code: 'ptr' }
  /** `%{p}`, RFC 7208 §7.3. */
  | { readonly code: 'ptr-macro' }
  | { readonly code: 'duplicate-term'; readonly of: string }
  | { readonly code: 'covered-network'; readonly by: string }
  | { readonly code: 'host-bits'; readonly fix: SpfFix }
  | { readonly code: 'special-address'; readonly purpose: AddressPurpose }
  | { readonly code: 'target-without-record'; readonly term: 'include' | 'redirect'; readonly name: string }
  | {
      readonly code: 'target-with-many-records'
      readonly term: 'include' | 'redirect'
      readonly name: string
    }
  | { readonly code: 'loop'; readonly path: readonly string[] }
  /** An include of a record that passes nobody. */
  | { readonly code: 'passes-nobody'; readonly name: string }
  | { readonly code: 'no-mx' | 'null-mx' | 'no-address'; readonly name: string }
  | { readonly code: 'mx-without-address'; readonly name: string; readonly exchange: string }
  | { readonly code: 'too-many-mx'; readonly name: string; readonly count: number; readonly limit: number }
  | { readonly code: 'exp-unusable'; readonly name: string; readonly reason: ExpTrouble }
  /** A string of the TXT record; 255 is all that its length octet can say. */
  | { readonly code: 'long-string'; readonly octets: number; readonly limit: number }
  /** The text as a whole, which has to be published in several strings. */
  | { readonly code: 'needs-strings'; readonly octets: number; readonly limit: number }
  /** The name and all its TXT texts: RFC 7208 §3.4. */
  | { readonly code: 'long-record'; readonly octets: number; readonly limit: number }
  /** The DNS message with all TXT records of the name. */
  | { readonly code: 'long-answer'; readonly octets: number; readonly limit: number }

export type ExpTrouble = 'no-text' | 'several-texts' | 'not-ascii' | 'bad-macro'

export type SpfProblemCode = SpfProblemFacts['code']

/** Whose record: the one linted, a part of it under the same domain, or somebody else's that it includes. */
export type SpfStanding = 'own' | 'part' | 'foreign'

/** Where a problem is. */
export interface SpfProblemPlace {
  readonly severity: SpfSeverity
  readonly standing: SpfStanding
  /** Whose record; undefined: the text given without a domain. */
  readonly domain: string | undefined
  /** An index in that record's text; undefined when it is about the record as a whole, or about the domain. */
  readonly at: number | undefined
  /** Of the part at fault; 0 where something is missing. */
  readonly length: number
  /** The part at fault, or the term it is in. '' without `at`. */
  readonly text: string
}

export type SpfProblem = SpfProblemPlace & SpfProblemFacts

/** How many terms count as void, for clients of each IP version. */
export interface VoidCounts {
  readonly ip4: number
  readonly ip6: number
}

/** A term of a record as the linter sees it: what it may cost a receiver at the worst. */
export interface LintedTerm {
  readonly at: number
  readonly text: string
  readonly name: MechanismName | 'redirect' | 'exp' | 'modifier' | 'unreadable'
  /** Terms that count against the limit of 10: itself, and all that it leads to. 0 when it is never reached. */
  readonly lookups: number
  readonly void: VoidCounts
  /** The name it asks for, where that does not depend on the client. */
  readonly target: string | undefined
  /** The record that an include or redirect leads to is in `records`, under `target`. */
  readonly isFollowed: boolean
  /** It stands behind "all", or is a redirect beside an "all". */
  readonly isReached: boolean
}

export interface LintedRecord {
  /** Undefined: the text given without a domain. */
  readonly domain: string | undefined
  readonly via: 'start' | 'include' | 'redirect'
  readonly text: string
  readonly terms: readonly LintedTerm[]
  /** Of all terms together, with everything below. */
  readonly lookups: number
  readonly void: VoidCounts
}

export interface SpfSizes {
  /** Of the record's text. */
  readonly record: number
  /** Of each string of the TXT record, where they are known. */
  readonly strings: readonly number[] | undefined
  /** Of a DNS message with all TXT records of the name, where they are known. */
  readonly answer: number | undefined
}

export interface SpfLintReport {
  readonly domain: string | undefined
  /** The record; undefined when there is none, or none that counts. */
  readonly text: string | undefined
  /** Errors first, then warnings, then advice; each in the order of the text, records in the order of evaluation. */
  readonly problems: readonly SpfProblem[]
  /** The text with everything mended that keeps it from being read; undefined when that cannot be done by rule, or need not be. */
  readonly fixed: string | undefined
  /** The record itself first; then all it includes and redirects to, each once. */
  readonly records: readonly LintedRecord[]
  readonly sizes: SpfSizes | undefined
  /** How many questions were put to the DNS. */
  readonly questions: number
  /** Everything was looked up that does not depend on the client. */
  readonly isComplete: boolean
}
