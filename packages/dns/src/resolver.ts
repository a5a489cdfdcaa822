import type { Budget } from './budget.ts'

/** A time to live in whole seconds. */
export type Seconds = number

/** A value at once when it is known, else a promise of it. */
export type MaybeAsync<T> = T | Promise<T>

/**
 * Why there is no answer: nobody replied in time, a server said SERVFAIL or REFUSED, or no usable reply could be
 * had (no route, connection refused, replies that cannot be read).
 */
export type TempReason = 'timeout' | 'servfail' | 'refused' | 'network'

/** No answer could be had now; another time there may be one. */
export interface TempError {
  readonly kind: 'temperror'
  readonly reason: TempReason
}

/**
 * What the DNS says about one name and one type.
 *
 * - `records`: at least one record. `authentic` is the AD bit of the server asked: it validated the answer (RFC 4035 §3.2.3).
 * - `nodata`: the name exists, a record of this type does not (RFC 2308 §2.2).
 * - `nxdomain`: neither the name nor anything below it exists (RFC 8020).
 * - `temperror`: see TempReason.
 *
 * `ttl` is what remains of it when the answer is given.
 */
export type Answer<T> =
  | {
      readonly kind: 'records'
      readonly records: readonly T[]
      readonly ttl: Seconds
      readonly authentic: boolean
    }
  | { readonly kind: 'nodata'; readonly ttl: Seconds }
  | { readonly kind: 'nxdomain'; readonly ttl: Seconds }
  | TempError

/** The fields of an SOA record; times in seconds (RFC 1035 §3.3.13). */
export interface SoaRecord {
  readonly mname: string
  readonly rname: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly minimum: number
}

/** The fields of an MX record. The exchange of a null MX (RFC 7505) is the root, written `''`. */
export interface MxRecord {
  readonly preference: number
  readonly exchange: string
}

/**
 * The record types that can be asked for, and how their data looks.
 *
 * Names in data are lower-case, without trailing dot; the root is `''`. Addresses are text: dotted quads, and IPv6 as RFC 5952
 * writes it. A TXT record is the list of its character-strings (RFC 1035 §3.3.14). Each is a byte string: one character
 * per byte, U+0000 to U+00FF, so every byte survives; join them, then read the bytes as the format demands.
 */
export interface RecordTypes {
  A: string
  AAAA: string
  MX: MxRecord
  TXT: readonly string[]
  PTR: string
  NS: string
  CNAME: string
  SOA: SoaRecord
}

export type RecordType = keyof RecordTypes

export interface QueryOptions {
  /** The deadline, and the count of queries, that all queries for one message share. */
  readonly budget?: Budget | undefined
}

/**
 * The port to the DNS. It never rejects and never throws: trouble is a `temperror`.
 *
 * `name` is lower-case ASCII without trailing dot (see normalizeName); the root is `''`. A name that cannot be asked for
 * (label over 63 bytes, name over 255, empty label) is answered `nxdomain`, with ttl 0. An answer that is known
 * already is returned at once, not as a promise.
 */
export interface Resolver {
  resolve<K extends RecordType>(
    name: string,
    type: K,
    options?: QueryOptions,
  ): MaybeAsync<Answer<RecordTypes[K]>>
}
