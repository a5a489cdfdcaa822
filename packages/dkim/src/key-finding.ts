// What a look at a published key brings to light. The words for people are in key-sentence.ts.
import type { TempReason } from '@postern/dns'
import type { KeyRecordErrorCode } from './key-record.ts'
import type { KeyAlgorithm } from './public-key.ts'

/**
 * - `error`: receivers cannot verify signatures of this key, or some cannot.
 * - `warning`: it works, and yet not as one wants mail to be signed.
 * - `note`: a fact.
 */
export type KeySeverity = 'error' | 'warning' | 'note'

/** What the text of a TXT record that is no key record looks like. */
export type ForeignText = 'spf' | 'dmarc' | 'tls-rpt' | 'mta-sts' | 'bimi' | 'other'

export type KeyFindingFacts =
  /**
   * `published`: the record has the key that signs. `readable`: it has a key, and none was given to compare it with. `mended`: it
   * would have that key, were it not for what else was found.
   */
  | {
      readonly code: 'published' | 'readable' | 'mended'
      readonly algorithm: KeyAlgorithm
      readonly bits: number
      readonly fingerprint: string
    }
  | { readonly code: 'not-looked-up'; readonly reason: TempReason }
  /** No such name, or a name without a TXT record. */
  | { readonly code: 'no-such-name' | 'no-record' }
  /** A key record at another name, where forms of DNS providers put it. `isOurs`: with this very key. */
  | { readonly code: 'misplaced'; readonly elsewhere: string; readonly isOurs: boolean }
  /** The name is an alias; of a name that has no record itself, where it is dangling. */
  | { readonly code: 'alias' | 'dangling-alias'; readonly target: string }
  /** RFC 6376 §3.6.2.2: what verifiers do then is undefined. */
  | { readonly code: 'several-records'; readonly count: number; readonly foreign: number }
  | { readonly code: 'foreign-text'; readonly kind: ForeignText; readonly isWildcard: boolean }
  /** Signs that belong to the zone file around the text, in the text. */
  | { readonly code: 'zone-syntax'; readonly signs: readonly ('"' | '\\' | '(')[] }
  /** A whole line of a zone file as the text. */
  | { readonly code: 'pasted-line' }
  | { readonly code: 'missing-semicolon' }
  | { readonly code: 'wrong-version'; readonly version: string }
  | { readonly code: 'version-not-first' }
  | {
      readonly code: 'syntax'
      readonly syntax: KeyRecordErrorCode
      readonly at: number
      readonly text: string
    }
  /** Within p=. `isAtJoint`: all of it where strings of the TXT record meet. */
  | { readonly code: 'white-space-in-key'; readonly isAtJoint: boolean }
  | { readonly code: 'revoked' }
  | { readonly code: 'unknown-key-type'; readonly keyType: string }
  | { readonly code: 'wrong-key-type'; readonly published: string; readonly expected: KeyAlgorithm }
  /**
   * The end of p= is missing. `expected` characters, where that is known. `isAtStringEnd`: the text stops where a string of 255
   * octets ends.
   */
  | {
      readonly code: 'truncated'
      readonly characters: number
      readonly expected: number | undefined
      readonly isAtStringEnd: boolean
    }
  /** Characters are missing inside p=, or stand there too many; `at` counts within p=. */
  | { readonly code: 'part-missing' | 'part-added'; readonly at: number; readonly characters: number }
  /** Every `+` has gone: something took p= for a part of a URL. */
  | { readonly code: 'plus-lost' }
  /** Right but for capital letters. */
  | { readonly code: 'case-changed' }
  | {
      readonly code: 'wrong-key'
      readonly published: string
      readonly bits: number
      readonly own: string
    }
  | { readonly code: 'not-a-key'; readonly keyType: string }
  | { readonly code: 'too-large'; readonly limit: number }
  /** Of an RSA key: RFC 8301 §3.2. `weak-key`: no signature of it counts; `short-key`: less than is advised. */
  | { readonly code: 'weak-key' | 'short-key'; readonly bits: number; readonly limit: number }
  | { readonly code: 'hash-forbidden'; readonly hashes: readonly string[] }
  | { readonly code: 'not-for-email'; readonly services: readonly string[] }
  | { readonly code: 'testing' }
  /** Whether the resolver says that it validated the answer by DNSSEC. */
  | { readonly code: 'authentic' | 'not-secured' }

export type KeyFindingCode = KeyFindingFacts['code']

export type KeyFinding = {
  readonly severity: KeySeverity
  /** The name in the DNS that it is about. */
  readonly name: string
} & KeyFindingFacts

/** Most are errors. */
const severities: Partial<Record<KeyFindingCode, KeySeverity>> = {
  published: 'note',
  readable: 'note',
  mended: 'note',
  alias: 'note',
  authentic: 'note',
  'not-secured': 'note',
  'white-space-in-key': 'warning',
  'short-key': 'warning',
  testing: 'warning',
}

export const severityOf = (code: KeyFindingCode): KeySeverity => severities[code] ?? 'error'
