// What can be said about a signature before its key is known: RFC 6376 §6.1.1.
import { isWithin } from './domain-name.ts'
import type { HeaderFields } from './header-fields.ts'
import type { ReasonCode } from './result.ts'
import type { DkimSignature } from './signature.ts'

/** What a verifier demands beyond the standard, and where the standard leaves it the choice. */
export interface VerifyRules {
  /** Bits of an RSA key at least. RFC 8301 §3.2: no less than 1024. */
  readonly minRsaBits: number
  /** Signatures whose l= leaves the end of the body unsigned: `refuse` (RFC 6376 §8.2) or `accept`. */
  readonly bodyLength: 'refuse' | 'accept'
  /** Seconds by which clocks may differ: for t= and x=. */
  readonly clockDriftSeconds: number
  /** Fields, in lower case, that have to be signed when they are there, all of them. From always has to be. */
  readonly requiredFields: readonly string[]
}

export const defaultRules: VerifyRules = {
  minRsaBits: 1024,
  bodyLength: 'refuse',
  clockDriftSeconds: 300,
  requiredFields: ['from'],
}

export interface EarlyFinding {
  readonly reason: ReasonCode
  readonly field?: string
}

/** Algorithms that are verified, with the type of key that each needs. RFC 6376 §3.3.2, RFC 8463 §3. */
export const ALGORITHMS: Readonly<Record<string, 'rsa' | 'ed25519'>> = {
  'rsa-sha256': 'rsa',
  'ed25519-sha256': 'ed25519',
}

export interface EarlyFacts {
  readonly header: HeaderFields
  readonly rules: VerifyRules
  /** Seconds since 1970. */
  readonly now: number
}

/** Why the key need not be asked for; undefined when it has to be. */
export function checkEarly(
  signature: DkimSignature,
  { header, rules, now }: EarlyFacts,
): EarlyFinding | undefined {
  if (!isWithin(signature.identityDomain, signature.domain)) return { reason: 'domain-mismatch' }
  if (!signature.signedFields.includes('from')) return { reason: 'from-not-signed', field: 'from' }
  // RFC 8301 §3.1: rsa-sha1 has failed for good, whatever it says.
  if (signature.algorithm === 'rsa-sha1') return { reason: 'algorithm-forbidden' }
  if (!Object.hasOwn(ALGORITHMS, signature.algorithm)) return { reason: 'unknown-algorithm' }
  if (!signature.query.includes('dns/txt')) return { reason: 'unknown-query' }
  const { timestamp = 0, expiration = Number.POSITIVE_INFINITY } = signature
  if (timestamp > now + rules.clockDriftSeconds) return { reason: 'future-timestamp' }
  if (now > expiration + rules.clockDriftSeconds) return { reason: 'expired' }
  return checkRequired(signature, header, rules.requiredFields)
}

// RFC 6376 §8.15: a field that was added above a signed one of the same name would be the one that people see.
function checkRequired(
  { signedFields }: DkimSignature,
  header: HeaderFields,
  required: readonly string[],
): EarlyFinding | undefined {
  for (const field of required) {
    const there = header.indexesOf(field).length
    if (there === 0) continue
    let signed = 0
    for (const name of signedFields) if (name === field) signed++
    if (signed === 0) return { reason: 'field-not-signed', field }
    if (signed < there) return { reason: 'field-added', field }
  }
  return undefined
}
