// What the DNS serves against the key that signs: findings, most telling first. A pure function; asking the DNS is the caller's.
import type { Answer } from '@postern/dns'
import type { ByteString } from '@postern/message'
import { keyRecordName } from './domain-name.ts'
import { explainDifference } from './key-difference.ts'
import { type KeyFinding, type KeyFindingFacts, severityOf } from './key-finding.ts'
import { allowsHash, isForEmail, type KeyRecord } from './key-record.ts'
import { foreignKind, repairRecord } from './key-repair.ts'
import { ADVISED_RSA_BITS, MAX_RSA_BITS, MIN_RSA_BITS, STRING_OCTETS } from './limits.ts'
import { keyFingerprint, type PublicKey, publicKeyOf, rsaPublicKeyForms } from './public-key.ts'
import { publicHalf, type SigningKey } from './signing-key.ts'

type TxtAnswer = Answer<readonly ByteString[]>

export interface KeyDiagnosisInput {
  readonly domain: string
  readonly selector: string
  /** What the DNS says about the TXT records of keyRecordName(selector, domain). */
  readonly answer: TxtAnswer
  /** The key that signs. Without it the record is examined for itself. */
  readonly key?: SigningKey | undefined
  /** What that name is an alias of. */
  readonly alias?: string | undefined
  /** What stands at misplacedNames(…), where it was asked for. */
  readonly elsewhere?: readonly { readonly name: string; readonly answer: TxtAnswer }[] | undefined
  /** What the DNS says about a selector that nobody has: the same there is a wildcard's doing. */
  readonly anySelector?: TxtAnswer | undefined
}

/** Names at which records end up by mistake: the zone's name appended twice, or the middle label left out. */
export function misplacedNames(selector: string, domain: string): readonly string[] {
  const labels = domain.split('.')
  const zones = labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'))
  zones.splice(ZONES)
  const right = keyRecordName(selector, domain)
  return [
    ...zones.map((zone) => `${right}.${zone}`),
    ...zones.slice(1).map((zone) => keyRecordName(selector, zone)),
    `${selector}.${domain}`,
    `${selector}.domainkey.${domain}`,
  ]
}

/** The domain and so many above it may be the zone. */
const ZONES = 3

/** Examines what the DNS serves for a selector. Never throws, whatever the records say. */
export function diagnoseKey(input: KeyDiagnosisInput): readonly KeyFinding[] {
  const name = keyRecordName(input.selector, input.domain)
  return findingsOf(input).map((facts) => ({ severity: severityOf(facts.code), name, ...facts }))
}

/** Whether signatures of the key can be verified: nothing worse than a warning was found. */
export const isKeyUsable = (findings: readonly KeyFinding[]): boolean =>
  findings.every(({ severity }) => severity !== 'error')

function findingsOf(input: KeyDiagnosisInput): KeyFindingFacts[] {
  const { answer, alias } = input
  const aliases: KeyFindingFacts[] = alias === undefined ? [] : [{ code: 'alias', target: alias }]
  const isMissing = answer.kind === 'nxdomain' || answer.kind === 'nodata'
  if (alias !== undefined && isMissing) return [{ code: 'dangling-alias', target: alias }]
  switch (answer.kind) {
    case 'temperror':
      return [{ code: 'not-looked-up', reason: answer.reason }, ...aliases]
    case 'nxdomain':
      return [{ code: 'no-such-name' }, ...misplacedIn(input)]
    case 'nodata':
      return [{ code: 'no-record' }, ...misplacedIn(input)]
    case 'records': {
      const security = { code: answer.authentic ? 'authentic' : 'not-secured' } as const
      return [...diagnoseRecords(answer.records, input), ...aliases, security]
    }
  }
}

function misplacedIn({ elsewhere = [], key, selector, domain }: KeyDiagnosisInput): KeyFindingFacts[] {
  return elsewhere.flatMap(({ name, answer }): KeyFindingFacts[] => {
    if (answer.kind !== 'records') return []
    const records = answer.records.map((strings) => strings.join('')).filter((text) => !foreignKind(text))
    const isOurs = key !== undefined && records.some((text) => isRecordOf(key, text))
    const [, zone = ''] = name.split(`${selector}._domainkey.`)
    // The domain above may well have a key of its own under that selector.
    const isMeant = isOurs || !domain.endsWith(`.${zone}`)
    return records.length > 0 && isMeant ? [{ code: 'misplaced', elsewhere: name, isOurs }] : []
  })
}

/** Whether a text publishes this key, in whatever state it is otherwise. */
function isRecordOf(key: SigningKey, text: ByteString): boolean {
  const { record } = repairRecord(text)
  return record !== undefined && isSameKey(key, record)
}

const isSameKey = (key: SigningKey, record: KeyRecord): boolean => record.publicKey === key.publicKey

function diagnoseRecords(
  records: readonly (readonly ByteString[])[],
  input: KeyDiagnosisInput,
): KeyFindingFacts[] {
  const { key } = input
  const meant = records.filter((strings) => foreignKind(strings.join('')) === undefined)
  const [first] = records
  if (first === undefined) return [{ code: 'no-record' }]
  const several: KeyFindingFacts[] =
    records.length === 1
      ? []
      : [{ code: 'several-records', count: records.length, foreign: records.length - meant.length }]
  const ours = key && meant.find((strings) => isRecordOf(key, strings.join('')))
  const chosen = ours ?? meant[0]
  if (chosen === undefined) return [...several, foreignFinding(first, input), ...misplacedIn(input)]
  return [...several, ...diagnoseText(chosen, key)]
}

function foreignFinding(strings: readonly ByteString[], { anySelector }: KeyDiagnosisInput): KeyFindingFacts {
  const text = strings.join('')
  const isWildcard =
    anySelector?.kind === 'records' && anySelector.records.some((other) => other.join('') === text)
  return { code: 'foreign-text', kind: foreignKind(text) ?? 'other', isWildcard }
}

function diagnoseText(strings: readonly ByteString[], key: SigningKey | undefined): KeyFindingFacts[] {
  const text = strings.join('')
  const { record, problems } = repairRecord(text)
  if (record === undefined) return [...problems]
  const white = whiteSpaceIn(strings)
  return [
    ...problems,
    ...diagnoseData(record, { key, strings, isSound: problems.length === 0 }),
    ...diagnoseTags(record),
    ...(white === undefined || problems.length > 0 ? [] : [white]),
  ]
}

function diagnoseTags(record: KeyRecord): KeyFindingFacts[] {
  const findings: KeyFindingFacts[] = []
  const { hashes = [], services, flags } = record
  // RFC 8301 §3.1: sha256 is the only one left.
  if (!allowsHash(record, 'sha256')) findings.push({ code: 'hash-forbidden', hashes })
  if (!isForEmail(record)) findings.push({ code: 'not-for-email', services })
  if (flags.testing) findings.push({ code: 'testing' })
  return findings
}

/** White space inside p= of a record that can be read. */
function whiteSpaceIn(strings: readonly ByteString[]): KeyFindingFacts | undefined {
  const valueIn = (text: ByteString): ByteString => /(?:^|;)\s*p\s*=([^;]*)/.exec(text)?.[1]?.trim() ?? ''
  if (!/\s/.test(valueIn(strings.join('')))) return undefined
  const trimmed = strings.map((string) => string.trim()).join('')
  return { code: 'white-space-in-key', isAtJoint: !/\s/.test(valueIn(trimmed)) }
}

interface Published {
  readonly key: SigningKey | undefined
  readonly strings: readonly ByteString[]
  /** Nothing had to be repaired to read it. */
  readonly isSound: boolean
}

/** k= and p= of a record. */
function diagnoseData(record: KeyRecord, published: Published): KeyFindingFacts[] {
  const { key, strings, isSound } = published
  const found = publicKeyOf(record)
  if (!found.ok && found.error.code === 'revoked') return [{ code: 'revoked' }]
  const type = typeFinding(record, key)
  if (type !== undefined) return [type]
  const isAtStringEnd = endsAtBoundary(strings)
  const difference = key && differenceFrom(key, record)
  if (difference !== undefined)
    return [difference.code === 'truncated' ? { ...difference, isAtStringEnd } : difference]
  if (!found.ok && found.error.code === 'too-large') return [{ code: 'too-large', limit: MAX_RSA_BITS }]
  if (!found.ok) return [unreadableFinding(record, isAtStringEnd)]
  const { algorithm, bits } = found.value
  const fingerprint = keyFingerprint(found.value.key)
  if (key !== undefined && !found.value.key.equals(publicHalf(key)))
    return [{ code: 'wrong-key', published: fingerprint, bits, own: keyFingerprint(publicHalf(key)) }]
  const code = isSound ? (key === undefined ? 'readable' : 'published') : 'mended'
  return [{ code, algorithm, bits, fingerprint }, ...sizeFindings(found.value)]
}

/** k= against what the key is. */
function typeFinding({ keyType }: KeyRecord, key: SigningKey | undefined): KeyFindingFacts | undefined {
  if (key !== undefined && keyType !== key.algorithm)
    return { code: 'wrong-key-type', published: keyType, expected: key.algorithm }
  return keyType === 'rsa' || keyType === 'ed25519' ? undefined : { code: 'unknown-key-type', keyType }
}

/** What became of our p= on its way, in the form that it was published in. */
function differenceFrom(key: SigningKey, { publicKey }: KeyRecord): KeyFindingFacts | undefined {
  const forms = key.algorithm === 'rsa' ? rsaPublicKeyForms(publicHalf(key)) : [key.publicKey]
  if (forms.includes(publicKey)) return undefined
  for (const form of forms) {
    const difference = explainDifference(publicKey, form)
    if (difference !== undefined) return difference
  }
  return undefined
}

function sizeFindings({ algorithm, bits }: PublicKey): KeyFindingFacts[] {
  if (algorithm !== 'rsa' || bits >= ADVISED_RSA_BITS) return []
  if (bits < MIN_RSA_BITS) return [{ code: 'weak-key', bits, limit: MIN_RSA_BITS }]
  return [{ code: 'short-key', bits, limit: ADVISED_RSA_BITS }]
}

/** p= that is no key: its own beginning may say that the end is missing. */
function unreadableFinding({ keyType, publicKey }: KeyRecord, isAtStringEnd: boolean): KeyFindingFacts {
  const bytes = Buffer.from(publicKey, 'base64')
  const announced = announcedBytes(bytes)
  if (announced === undefined || announced <= bytes.length) return { code: 'not-a-key', keyType }
  const expected = Math.ceil(announced / 3) * 4
  return { code: 'truncated', characters: publicKey.length, expected, isAtStringEnd }
}

/** How long a DER sequence says that it is. */
function announcedBytes(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x30 || bytes.length < 4) return undefined
  if (bytes[1]! < 0x80) return 2 + bytes[1]!
  if (bytes[1] === 0x81) return 3 + bytes[2]!
  return bytes[1] === 0x82 ? 4 + bytes.readUInt16BE(2) : undefined
}

/** Whatever put the record there took no more than one string can hold, or lost what stood behind one. */
function endsAtBoundary(strings: readonly ByteString[]): boolean {
  return strings.at(-1)?.length === STRING_OCTETS || strings.join('').length === STRING_OCTETS
}
