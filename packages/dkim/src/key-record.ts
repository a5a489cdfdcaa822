// The text that publishes a key: RFC 6376 §3.6.1, with the key type of RFC 8463. What p= decodes to is public-key.ts.
import { type Parsed, parsed, parseError } from '@postern/addr'
import type { ByteString } from '@postern/message'
import { parseTagList, type Tag, type TagList, type TagListErrorCode, withoutWhiteSpace } from './tag-list.ts'

/** A key record. Words that the standard knows (`sha256`, `rsa`, `email`, `y`) are in lower case however they were written. */
export interface KeyRecord {
  /** v=; undefined when the record does not say. */
  readonly version?: 'DKIM1'
  /** h=; undefined: any hash algorithm. */
  readonly hashes?: readonly string[]
  /** k=; `rsa` when the record does not say. */
  readonly keyType: string
  /** n=, as written. */
  readonly notes?: ByteString
  /** p= in base64 without white space; `''`: the key is revoked. */
  readonly publicKey: string
  /** s=; `['*']` when the record does not say. */
  readonly services: readonly string[]
  readonly flags: KeyFlags
  /** Tags that the standard does not know, g= of RFC 4871 among them, in their order. They mean nothing to a verifier. */
  readonly unknown: readonly UnknownTag[]
}

export interface KeyFlags {
  /** t=y: the domain tries DKIM out, and its signatures are to count for nothing. */
  readonly testing: boolean
  /** t=s: the domain of i= has to be d= itself, and no subdomain. */
  readonly strict: boolean
  /** Other words of t=. */
  readonly others: readonly string[]
}

export interface UnknownTag {
  readonly name: string
  readonly value: ByteString
}

export type KeyRecordErrorCode =
  | TagListErrorCode
  /** v= is something else than DKIM1. */
  | 'wrong-version'
  /** v= stands behind another tag. */
  | 'version-not-first'
  | 'missing-public-key'
  /** p= has a character that base64 has not. */
  | 'bad-base64'

const KNOWN = new Set(['v', 'h', 'k', 'n', 'p', 's', 't'])
const ANY_SERVICE = '*'

/**
 * Parses the strings of a TXT record, joined (§3.6.2.2). Says nothing about the key in it: see publicKeyOf. Lists without a word
 * in them (`h=`) count as not given.
 */
export function parseKeyRecord(text: ByteString): Parsed<KeyRecord, KeyRecordErrorCode> {
  const list = parseTagList(text)
  if (!list.ok) return list
  const tags = list.value
  const version = tags.get('v')
  // RFC 6376 §3.6.1: v= is optional, stands first, and is compared letter by letter.
  if (version !== undefined && version.value !== 'DKIM1') return parseError('wrong-version', version.at)
  if (version !== undefined && tags.keys().next().value !== 'v')
    return parseError('version-not-first', version.at)
  const data = tags.get('p')
  if (data === undefined) return parseError('missing-public-key', text.length)
  const publicKey = withoutWhiteSpace(data.value)
  if (!BASE64.test(publicKey)) return parseError('bad-base64', badCharacterAt(text, data))
  return parsed(recordOf(tags, publicKey))
}

/** `base64string` of RFC 6376 §2.10, white space taken out: the padding may be left out. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** The first that base64 has not; where only `=` stands in a wrong place, the first of those. */
function badCharacterAt(text: ByteString, { start, end }: Tag): number {
  const value = text.slice(start, end)
  const foreign = value.search(/[^A-Za-z0-9+/= \t\r\n]/)
  return start + (foreign < 0 ? value.indexOf('=') : foreign)
}

function recordOf(tags: TagList, publicKey: string): KeyRecord {
  const hashes = wordsOf(tags.get('h'))
  const services = wordsOf(tags.get('s'))
  const flags = wordsOf(tags.get('t'))
  const notes = tags.get('n')?.value
  return {
    ...(tags.has('v') && { version: 'DKIM1' }),
    ...(hashes.length > 0 && { hashes }),
    keyType: tags.get('k')?.value.toLowerCase() || 'rsa',
    ...(notes !== undefined && { notes }),
    publicKey,
    services: services.length > 0 ? services : [ANY_SERVICE],
    flags: {
      testing: flags.includes('y'),
      strict: flags.includes('s'),
      others: flags.filter((flag) => flag !== 'y' && flag !== 's'),
    },
    unknown: [...tags].flatMap(([name, { value }]) => (KNOWN.has(name) ? [] : [{ name, value }])),
  }
}

// The words are quoted strings of ABNF, in which case means nothing: RFC 5234 §2.3.
function wordsOf(tag: Tag | undefined): readonly string[] {
  if (tag === undefined) return []
  return tag.value
    .toLowerCase()
    .split(':')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** The text of a record, with v= (where it is given) first and p= last. Parsed, it is the record again. */
export function formatKeyRecord(record: KeyRecord): ByteString {
  const { version, hashes, keyType, notes, publicKey, services, flags, unknown } = record
  const words = [...(flags.testing ? ['y'] : []), ...(flags.strict ? ['s'] : []), ...flags.others]
  const isForAll = services.length === 1 && services[0] === ANY_SERVICE
  const tags: (readonly [name: string, value: string | undefined])[] = [
    ['v', version],
    ['h', hashes?.join(':')],
    ['k', keyType],
    ['s', isForAll ? undefined : services.join(':')],
    ['t', words.length === 0 ? undefined : words.join(':')],
    ['n', notes],
    ...unknown.map(({ name, value }) => [name, value] as const),
    ['p', publicKey],
  ]
  return tags.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join('; ')
}

/** Whether signatures with this hash algorithm may use the key: §3.6.1, h=. */
export const allowsHash = ({ hashes }: KeyRecord, hash: string): boolean =>
  hashes === undefined || hashes.includes(hash)

/** Whether the key is one for mail: §3.6.1, s=. */
export const isForEmail = ({ services }: KeyRecord): boolean =>
  services.includes(ANY_SERVICE) || services.includes('email')
