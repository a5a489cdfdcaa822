// What an evaluation says, with everything that led to it.
import type { Ip } from '@postern/addr'
import type { Answer, RecordType, RecordTypes, TempReason } from '@postern/dns'
import type { Directive, RedirectModifier, SpfRecord, SpfSyntaxCode, Term } from './record.ts'

/** RFC 7208 §2.6. */
export type SpfResultWord = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** One question to the DNS and what came back. */
export type SpfLookup = {
  readonly [K in RecordType]: {
    readonly name: string
    readonly type: K
    readonly answer: Answer<RecordTypes[K]>
  }
}[RecordType]

/** What a term that asked the DNS has cost and brought. Terms that ask nothing have none. */
export interface TermTrace {
  readonly term: Term
  /** Its name after macro expansion. */
  readonly target: string
  readonly lookups: readonly SpfLookup[]
  /** It counts as a void lookup. */
  readonly isVoid: boolean
  readonly matched: boolean
  /** The evaluation of the record that an include or a redirect led to. */
  readonly record?: RecordTrace
}

/** The evaluation of one domain's record: a node of the tree that `trace` of a result is. */
export interface RecordTrace {
  readonly domain: string
  /** The TXT question; undefined when a record was given, not looked up. */
  readonly lookup: SpfLookup | undefined
  readonly record: SpfRecord | undefined
  /** The terms that asked the DNS, in order. */
  readonly terms: readonly TermTrace[]
  /** What this record alone says. */
  readonly result: SpfResultWord
  /** The directive that matched, the redirect that was followed, or the term that could not be evaluated. */
  readonly decisive: Term | undefined
}

/** One link of the chain that led to a result: a domain, its record and the term that decided there. */
export interface SpfStep {
  readonly domain: string
  readonly record: SpfRecord
  /** The directive that matched, or redirect=; undefined: nothing matched, which means neutral (RFC 7208 §4.7). */
  readonly term: Directive | RedirectModifier | undefined
}

/** What every result carries. */
export interface SpfFacts {
  /** The domain checked: of the sender, or the HELO name when the sender is empty. */
  readonly domain: string
  /** The sender with `postmaster@` put before a bare domain (RFC 7208 §4.3). */
  readonly sender: string
  /** Undefined when what was given is no address. */
  readonly ip: Ip | undefined
  readonly lookups: SpfLookupCounts
  /** Undefined when nothing was looked up. */
  readonly trace: RecordTrace | undefined
}

export interface SpfLookupCounts {
  /** Terms that count against the limit of 10. */
  readonly terms: number
  /** Of those, the ones that count as void lookups, against the limit of 2. */
  readonly void: number
}

export type SpfNoneReason =
  /** The client's address is none. */
  | 'invalid-ip'
  /** Malformed, a single label or an address literal: RFC 7208 §4.3. */
  | 'invalid-domain'
  | 'no-such-domain'
  | 'no-record'

/** Why a record cannot be evaluated. */
export type SpfPermReason =
  | { readonly code: 'syntax'; readonly syntax: SpfSyntaxCode; readonly at: number; readonly text: string }
  /** RFC 7208 §4.5. */
  | { readonly code: 'multiple-records'; readonly count: number }
  | { readonly code: 'too-many-terms'; readonly limit: number }
  | { readonly code: 'too-many-void'; readonly limit: number }
  | { readonly code: 'too-many-mx'; readonly limit: number; readonly name: string }
  /** An include or redirect leads to a domain without a record: RFC 7208 §5.2, §6.1. */
  | { readonly code: 'no-record-at-target'; readonly name: string }

export type SpfResult = SpfFacts &
  (
    | { readonly result: 'none'; readonly reason: SpfNoneReason }
    | {
        readonly result: 'pass' | 'softfail' | 'neutral'
        /** From the record of `domain` to the one whose mechanism decided, by include and redirect. */
        readonly chain: readonly SpfStep[]
      }
    | {
        readonly result: 'fail'
        readonly chain: readonly SpfStep[]
        /** What the domain wants the sender to be told (exp=): visible ASCII and blanks, from a stranger. */
        readonly explanation: string | undefined
      }
    | {
        readonly result: 'temperror'
        /** `timeout` also when the deadline of the evaluation has passed. */
        readonly reason: TempReason
        /** What could not be had. */
        readonly lookup: { readonly name: string; readonly type: RecordType }
        /** The domains from `domain` to the one whose record was at work. */
        readonly path: readonly string[]
      }
    | {
        readonly result: 'permerror'
        readonly reason: SpfPermReason
        readonly path: readonly string[]
        /** The term at fault in the record of the last domain of `path`, where there is one. */
        readonly term: Term | undefined
      }
  )
