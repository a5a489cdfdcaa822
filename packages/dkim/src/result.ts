// What a verifier says about a message, with all that led to it.
import type { DkimSignature } from './signature.ts'

/** RFC 8601 §2.7.1, for a message that is signed. */
export type DkimResultWord = 'pass' | 'fail' | 'policy' | 'neutral' | 'permerror' | 'temperror'

export type ReasonCode = keyof typeof RESULTS

/** The result that goes with each reason. */
export const RESULTS = {
  verified: 'pass',
  /** RFC 6376 §6.1.3. */
  'body-hash-differs': 'fail',
  'signature-differs': 'fail',
  /** l= is greater than the body: its end was cut off (RFC 6376 §3.5). */
  'body-shorter': 'fail',
  /** What we could verify, and do not take. RFC 8301 §3.1, §3.2 for the first two. */
  'algorithm-forbidden': 'policy',
  'weak-key': 'policy',
  'key-too-large': 'policy',
  expired: 'policy',
  'future-timestamp': 'policy',
  /** l= leaves the end of the body unsigned (RFC 6376 §8.2). */
  'body-length': 'policy',
  /** A field that has to be signed is not; `field` says which. */
  'field-not-signed': 'policy',
  /** There are more fields of this name than are signed (RFC 6376 §8.15). */
  'field-added': 'policy',
  /** The text of the field: RFC 6376 §3.2, §3.5. `problem` says where. */
  'signature-syntax': 'neutral',
  'missing-tag': 'neutral',
  'unknown-version': 'neutral',
  'unknown-algorithm': 'neutral',
  'unknown-canonicalization': 'neutral',
  'unknown-query': 'neutral',
  /** RFC 6376 §6.1.1. */
  'domain-mismatch': 'permerror',
  'from-not-signed': 'permerror',
  /** See DkimLimits. */
  'header-too-large': 'permerror',
  /** RFC 6376 §6.1.2. */
  'key-not-found': 'permerror',
  'key-revoked': 'permerror',
  /** No TXT record of the name is a key record. */
  'key-syntax': 'permerror',
  /** p= is no key of the type that k= says. */
  'key-unusable': 'permerror',
  'key-type-unknown': 'permerror',
  /** k= is not what a= says. */
  'key-type-differs': 'permerror',
  /** h= of the key does not have the hash algorithm. */
  'key-hash-forbidden': 'permerror',
  /** s= of the key does not have mail. */
  'key-not-for-mail': 'permerror',
  /** t=s of the key, and i= is a subdomain. */
  'key-strict': 'permerror',
  'dns-timeout': 'temperror',
  'dns-servfail': 'temperror',
  'dns-refused': 'temperror',
  'dns-network': 'temperror',
} as const satisfies Record<string, DkimResultWord>

/** What is known of the key that a signature names. */
export interface KeyFacts {
  /** In the DNS: `selector._domainkey.domain`. */
  readonly name: string
  /** TXT records of that name. RFC 6376 §3.6.2.2 wants one; of several, the ones that are key records are tried in turn. */
  readonly records: number
  /** The server that was asked has validated the answer (DNSSEC). */
  readonly authentic: boolean
  /** k=, where a key record was found. */
  readonly algorithm?: string
  readonly bits?: number
  /** t=y: the domain is testing, and neither pass nor fail is to count (RFC 6376 §3.6.1). */
  readonly testing?: boolean
  /** t=s: i= may not be a subdomain. */
  readonly strict?: boolean
}

/** What a signature covers of the message as it is. */
export interface Coverage {
  /** Names of fields, in lower case, in the order of h=; those that are not in the message are left out. */
  readonly fields: readonly string[]
  /** Octets of the canonicalized body that are hashed. */
  readonly bodyBytes: number
  /** All octets of the canonicalized body. */
  readonly bodyTotal: number
}

export interface SignatureResult {
  readonly result: DkimResultWord
  readonly reason: ReasonCode
  /** Undefined when the field cannot be read. */
  readonly signature?: DkimSignature
  /** Undefined when the key was not asked for. */
  readonly key?: KeyFacts
  /** Undefined when it did not come to hashing. */
  readonly covered?: Coverage
  /** Index among the DKIM-Signature fields of the message, from the top. */
  readonly at: number
  /** For reasons about one header field: its name. */
  readonly field?: string
  /** For reasons about the text of the signature: the tag at fault, and its index in the raw field. */
  readonly problem?: { readonly code: string; readonly at: number; readonly tag?: string }
  /** For `body-hash-differs`: whether the signature is right for the header, so that nothing but the body was changed. */
  readonly isHeaderIntact?: boolean
  /** For `signature-differs` with z=: the signed fields that are not as they were copied. */
  readonly changedFields?: readonly string[]
}

export interface Verification {
  /** One for each signature that was verified, from the top of the message. */
  readonly signatures: readonly SignatureResult[]
  /** Domains of the addresses in From as far as they can be read: lower case, A-labels, each once. */
  readonly from: readonly string[]
  /** Signatures beyond the limit, which were not looked at. */
  readonly unverified: number
}
