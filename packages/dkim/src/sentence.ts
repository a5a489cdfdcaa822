// Tells people in one sentence what came of a signature, which step failed, and what most likely has happened.
import type { ReasonCode, SignatureResult } from './result.ts'
import type { CanonicalizationName } from './signature.ts'

/**
 * One sentence of printable ASCII without a full stop. What strangers have written is cut to a bearable length, but for names
 * in the DNS, which may be as long as such names are.
 */
export const formatDkimReason = (result: SignatureResult): string =>
  `${subjectOf(result)}${SENTENCES[result.reason](result)}${notesOf(result)}`

function subjectOf({ signature, at }: SignatureResult): string {
  if (signature === undefined)
    return at < NAMED.length ? `the ${NAMED[at]} DKIM-Signature ` : `DKIM-Signature number ${at + 1} `
  return `the signature of ${signature.domain} (selector ${signature.selector}) `
}

type Sentence = (result: SignatureResult) => string

const keyAt: Sentence = ({ key }) => key?.name ?? 'its name'

const SENTENCES: Readonly<Record<ReasonCode, Sentence>> = {
  verified: (result) => `is good${partOf(result)}`,
  'body-hash-differs': ({ isHeaderIntact, signature }) =>
    isHeaderIntact
      ? `does not fit the body: the body hash differs, while the header is as it was signed; the body was changed on the way${onlyIn(signature?.canonicalization.body)}, a footer was probably added after signing`
      : 'does not fit the body: the body hash differs, and the signature does not fit the header either',
  'signature-differs': changedOf,
  'body-shorter': ({ signature, covered }) =>
    `covers ${signature?.bodyLength} octets of the body (l=), but there are ${covered?.bodyTotal}: the end of the body was cut off`,
  'algorithm-forbidden': ({ signature }) =>
    `uses ${printable(signature?.algorithm ?? '')}, which RFC 8301 forbids: SHA-1 is broken`,
  'weak-key': ({ key }) => `is made with an RSA key of ${key?.bits} bits, which is too short to trust`,
  'key-too-large': (result) => `names a key larger than we work with (${keyAt(result)})`,
  expired: ({ signature }) => `expired at ${dateOf(signature?.expiration)} (x=)`,
  'future-timestamp': ({ signature }) =>
    `says it was made at ${dateOf(signature?.timestamp)} (t=), which is in the future: one of the clocks is wrong`,
  'body-length': ({ covered }) =>
    `is good, but covers only ${covered?.bodyBytes} of ${covered?.bodyTotal} octets of the body (l=): anybody can have added the rest`,
  'field-not-signed': ({ field = '' }) =>
    `does not cover the ${printable(field)} field, which has to be signed`,
  'field-added': ({ field = '' }) =>
    `does not cover all ${printable(field)} fields: one was added after signing`,
  'signature-syntax': ({ problem }) =>
    `cannot be read: ${printable(problem?.code ?? '').replaceAll('-', ' ')}${tagOf(problem)}`,
  'missing-tag': ({ problem }) => `cannot be read: it has no tag ${printable(problem?.tag ?? '')}=`,
  'unknown-version': () => 'is of another version of DKIM than 1 (v=)',
  'unknown-algorithm': ({ signature }) =>
    `uses the algorithm ${printable(signature?.algorithm ?? '')}, which we do not know (a=)`,
  'unknown-canonicalization': () => 'uses a canonicalization that we do not know (c=)',
  'unknown-query': () => 'has its key somewhere else than in the DNS (q=)',
  'domain-mismatch': ({ signature }) =>
    `is for an identity that is not of its domain (i=${printable(signature?.identity ?? '')})`,
  'from-not-signed': () => 'does not cover the From field, which every signature has to',
  'header-too-large': () => 'was not verified: the header is too large',
  'key-not-found': (result) => `has no key: there is no TXT record at ${keyAt(result)}`,
  'key-revoked': (result) => `has a key that was revoked: p= is empty at ${keyAt(result)}`,
  'key-syntax': (result) => `has no key: the TXT record at ${keyAt(result)} is no key record`,
  'key-unusable': (result) => `has a key that cannot be read: p= at ${keyAt(result)} is damaged or cut off`,
  'key-type-unknown': (result) => `has a key of a type that we do not know (k= at ${keyAt(result)})`,
  'key-type-differs': (result) =>
    `has the algorithm ${printable(result.signature?.algorithm ?? '')}, but the key at ${keyAt(result)} is for ${printable(result.key?.algorithm ?? '')}`,
  'key-hash-forbidden': (result) => `uses a hash that its key does not allow (h= at ${keyAt(result)})`,
  'key-not-for-mail': (result) => `has a key that is not for mail (s= at ${keyAt(result)})`,
  'key-strict': (result) =>
    `is for a subdomain (i=${printable(result.signature?.identity ?? '')}), which its key does not allow (t=s at ${keyAt(result)})`,
  'dns-timeout': (result) => `could not be verified: no answer in time for the key at ${keyAt(result)}`,
  'dns-servfail': (result) =>
    `could not be verified: the DNS failed (SERVFAIL) for the key at ${keyAt(result)}`,
  'dns-refused': (result) => `could not be verified: the DNS refused to look up the key at ${keyAt(result)}`,
  'dns-network': (result) =>
    `could not be verified: no usable answer of the DNS for the key at ${keyAt(result)}`,
}

const onlyIn = (name: CanonicalizationName | undefined): string =>
  name === 'simple' ? ', if only in its white space (c=simple)' : ''

function changedOf({ changedFields, signature }: SignatureResult): string {
  const what = 'does not fit the header, while the body is as it was signed: '
  if (changedFields === undefined || changedFields.length === 0)
    return `${what}a signed field was changed${onlyIn(signature?.canonicalization.header)}, added or taken out on the way, or the key is another one`
  const names = changedFields.slice(0, 5).map(printable).join(', ')
  const more = changedFields.length > 5 ? ' and others' : ''
  return `${what}changed since the signer copied them (z=): ${names}${more}`
}

const partOf: Sentence = ({ covered }) =>
  covered !== undefined && covered.bodyBytes < covered.bodyTotal
    ? `, for ${covered.bodyBytes} of ${covered.bodyTotal} octets of the body (l=)`
    : ''

const tagOf = (problem: SignatureResult['problem']): string =>
  problem?.tag === undefined ? ` at ${problem?.at}` : ` in ${printable(problem.tag)}=`

function notesOf({ key, result }: SignatureResult): string {
  const notes: string[] = []
  if (key?.testing) notes.push('the domain is only testing DKIM, t=y')
  if (key !== undefined && key.records > 1 && result !== 'temperror')
    notes.push(`there are ${key.records} TXT records at ${key.name} where one should be`)
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`
}

const NAMED = ['first', 'second', 'third']

/** The greatest time that a Date can have, in seconds. */
const LAST_SECOND = 8_640_000_000_000

function dateOf(seconds: number | undefined): string {
  if (seconds === undefined || seconds > LAST_SECOND) return 'the end of time'
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

const printable = (text: string): string => {
  const clean = text.replaceAll(/[^ -~]/g, '?')
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean
}
