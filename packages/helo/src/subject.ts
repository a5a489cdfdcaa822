// What the rules are asked about, and what they answer: plain data.
import type { Cidr, Ip } from '@postern/addr'
import type { QueryOptions, Resolver, TempReason } from '@postern/dns'
import type { HeloArgument } from './helo-argument.ts'

/** The connecting client. */
export interface HeloClient {
  readonly address: Ip
  /** Its PTR name, when that name's addresses include the client: Postfix's client_name unless `unknown`. */
  readonly name?: string | undefined
  /** Its PTR name, unverified: Postfix's reverse_client_name unless `unknown`. */
  readonly reverseName?: string | undefined
}

/** What we ourselves are called. */
export interface OwnIdentity {
  /** Host and mail domain names, lower-case, without trailing dot. */
  readonly names: readonly string[]
  /** Our addresses and networks. A client in one of them is no stranger. */
  readonly networks: readonly Cidr[]
}

/** One greeting. */
export interface HeloSubject {
  /** The argument of HELO or EHLO as the client sent it; `''` when there was none. */
  readonly helo: string
  readonly client: HeloClient
  readonly own?: OwnIdentity | undefined
}

/** The outside world. Without a resolver the rules that need one are left out. */
export interface HeloPorts {
  readonly resolver?: Resolver | undefined
  /** Goes with every query: the message's budget. */
  readonly query?: QueryOptions | undefined
}

export type HeloRuleName =
  | 'missing-helo'
  | 'invalid-hostname'
  | 'non-fqdn-hostname'
  | 'bare-ip'
  | 'literal-not-client'
  | 'own-name'
  | 'ptr-mismatch'
  | 'dynamic-name'
  | 'unknown-hostname'
  | 'not-forward-confirmed'

/**
 * What one rule saw. `temporary` means that the DNS could not answer, so that a later try may have another outcome.
 */
export type HeloHit =
  | { readonly rule: 'missing-helo' }
  | { readonly rule: 'invalid-hostname'; readonly reason: 'bad-name' | 'bad-literal' }
  | { readonly rule: 'non-fqdn-hostname'; readonly reason: 'bad-name' | 'bad-literal' | 'single-label' }
  | { readonly rule: 'bare-ip' }
  /** `literal` is the address inside, canonical where it can be read. */
  | { readonly rule: 'literal-not-client'; readonly literal: string }
  /** `own` is the name or network of ours that was used. */
  | { readonly rule: 'own-name'; readonly own: string }
  /** `verified` says whether the PTR name is the client's own by forward lookup. */
  | { readonly rule: 'ptr-mismatch'; readonly clientName: string; readonly verified: boolean }
  /** `evidence` is what gave it away: the client's address, or the word `token`. */
  | { readonly rule: 'dynamic-name'; readonly evidence: 'address' | 'word'; readonly token: string }
  | {
      readonly rule: 'unknown-hostname'
      readonly temporary: false
      readonly reason: 'bad-literal' | 'no-records' | 'malformed-reply'
    }
  | { readonly rule: 'unknown-hostname'; readonly temporary: true; readonly reason: TempReason }
  /** `addresses` is what the name has in the client's address family, possibly nothing. */
  | {
      readonly rule: 'not-forward-confirmed'
      readonly temporary: false
      readonly addresses: readonly string[]
    }
  | { readonly rule: 'not-forward-confirmed'; readonly temporary: true; readonly reason: TempReason }

/** What all rules saw, in the order of the table `rules`. */
export interface HeloFinding {
  readonly hits: readonly HeloHit[]
}

/** The subject with its argument read: what a rule gets. */
export interface HeloCase {
  readonly argument: HeloArgument
  readonly client: HeloClient
  readonly own: OwnIdentity | undefined
}
