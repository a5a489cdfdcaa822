// A finding about a published key as a sentence for the person who keeps the zone: what is wrong, and what to do.
import type { ForeignText, KeyFinding, KeyFindingCode } from './key-finding.ts'
import type { KeyRecordErrorCode } from './key-record.ts'
import type { SigningKeyErrorCode } from './signing-key.ts'

type OfCode<Code extends KeyFindingCode> = Extract<KeyFinding, { code: Code }>

/** One sentence in plain English, with its full stop. What the DNS says is quoted in it as printable ASCII. */
export function formatKeyFinding(finding: KeyFinding): string {
  switch (finding.code) {
    case 'published':
      return 'The DNS serves this key.'
    case 'readable':
      return `The DNS serves a key: ${describeKey(finding)}.`
    case 'mended':
      return `With that mended, it has this key: ${describeKey(finding)}.`
    case 'not-looked-up':
      return `${finding.name} could not be looked up (${finding.reason}): try again later, or ask another server.`
    case 'no-such-name':
      return `There is no ${finding.name} in the DNS: publish the record, or wait until the servers have it.`
    case 'no-record':
      return `${finding.name} has no TXT record: publish the record, or wait until the servers have it.`
    case 'misplaced':
      return formatMisplaced(finding)
    case 'alias':
      return `${finding.name} is an alias (CNAME) of ${printable(finding.target)}, which is fine: the record stands there.`
    case 'dangling-alias':
      return `${finding.name} is an alias (CNAME) of ${printable(finding.target)}, which has no record: publish it there, or ask whoever runs that name.`
    case 'several-records':
      return formatSeveral(finding)
    case 'foreign-text':
      return formatForeign(finding)
    case 'authentic':
      return 'DNSSEC: the resolver validated the answer.'
    case 'not-secured':
      return 'DNSSEC: the answer is not secured, or the resolver does not validate.'
    case 'zone-syntax':
    case 'pasted-line':
    case 'missing-semicolon':
    case 'wrong-version':
    case 'version-not-first':
    case 'syntax':
    case 'white-space-in-key':
      return formatTextFinding(finding)
    default:
      return formatKeyDataFinding(finding)
  }
}

/** `RSA with 2048 bits, SHA256:…`. */
function describeKey({ algorithm, bits, fingerprint }: Extract<KeyFinding, { fingerprint: string }>): string {
  return `${algorithm === 'rsa' ? `RSA with ${bits} bits` : 'Ed25519'}, ${fingerprint}`
}

function formatMisplaced({ name, elsewhere, isOurs }: OfCode<'misplaced'>): string {
  const what = isOurs ? 'This key' : 'A key record'
  if (elsewhere.startsWith(`${name}.`))
    return `${what} stands at ${elsewhere}: the form appends "${elsewhere.slice(name.length + 1)}" by itself, so leave that out of the name you enter.`
  return `${what} stands at ${elsewhere}: move it to ${name}.`
}

function formatSeveral({ name, count, foreign }: OfCode<'several-records'>): string {
  const others = foreign === 0 ? '' : `, ${foreign} of them no key ${foreign === 1 ? 'record' : 'records'}`
  return `${name} has ${count} TXT records${others}, and receivers may take any: leave one (an old key belongs to a selector of its own).`
}

const foreignNames: Record<ForeignText, string> = {
  spf: 'an SPF record',
  dmarc: 'a DMARC record',
  'tls-rpt': 'a record for TLS reports',
  'mta-sts': 'a record for MTA-STS',
  bimi: 'a BIMI record',
  other: 'a text that is no key record',
}

function formatForeign({ name, kind, isWildcard }: OfCode<'foreign-text'>): string {
  return isWildcard
    ? `${name} has only ${foreignNames[kind]}, from a wildcard that answers for every selector: publish the key record, which takes its place.`
    : `${name} has ${foreignNames[kind]} instead of a key: publish the key record there.`
}

type TextCode =
  | 'zone-syntax'
  | 'pasted-line'
  | 'missing-semicolon'
  | 'wrong-version'
  | 'version-not-first'
  | 'syntax'
  | 'white-space-in-key'

function formatTextFinding(finding: OfCode<TextCode>): string {
  switch (finding.code) {
    case 'zone-syntax':
      return `The text has ${finding.signs.map((sign) => signNames[sign]).join(' and ')} in it, which belong into a zone file and not into the form of a provider: enter it without.`
    case 'pasted-line':
      return 'The text is a whole line of a zone file: enter only what stands between the quotes.'
    case 'missing-semicolon':
      return 'A semicolon is missing between two tags: write "v=DKIM1; k=...; p=...".'
    case 'wrong-version':
      return `The version is ${excerpt(finding.version)} and receivers drop such a record: write v=DKIM1, in capital letters.`
    case 'version-not-first':
      return 'v=DKIM1 has to stand first: put it at the beginning.'
    case 'syntax':
      return `${syntaxes[finding.syntax](excerpt(finding.text))}, at character ${finding.at + 1} of the text.`
    case 'white-space-in-key':
      return finding.isAtJoint
        ? 'p= has a blank where two strings of the record meet: receivers are to skip it, and not all do, so end the strings without.'
        : 'p= has white space in it: receivers are to skip it, and not all do, so take it out.'
  }
}

const signNames = { '"': 'quotes', '\\': 'backslashes', '(': 'parentheses' } as const

const syntaxes: Record<KeyRecordErrorCode, (text: string) => string> = {
  'empty-tag': () => 'There is nothing between two semicolons, or nothing at all',
  'missing-equals': (text) => `A tag lacks its "=": ${text}`,
  'bad-tag-name': (text) => `There is no tag at ${text}`,
  'duplicate-tag': (text) => `A tag stands there for the second time: ${text}`,
  'bad-character': (text) => `A control character stands in the text: ${text}`,
  'too-many-tags': () => 'There are more tags than any record has',
  'wrong-version': (text) => `The record begins with another version than DKIM1: ${text}`,
  'version-not-first': (text) => `v= has to stand first: ${text}`,
  'missing-public-key': () => 'There is no p=, which has the key',
  'bad-base64': (text) => `p= has a character that is none of base64: ${text}`,
}

type DataCode =
  | 'revoked'
  | 'unknown-key-type'
  | 'wrong-key-type'
  | 'truncated'
  | 'part-missing'
  | 'part-added'
  | 'plus-lost'
  | 'case-changed'
  | 'wrong-key'
  | 'not-a-key'
  | 'too-large'
  | 'weak-key'
  | 'short-key'
  | 'hash-forbidden'
  | 'not-for-email'
  | 'testing'

function formatKeyDataFinding(finding: OfCode<DataCode>): string {
  switch (finding.code) {
    case 'revoked':
      return 'p= is empty: the key is revoked, and all its signatures fail.'
    case 'unknown-key-type':
      return `k=${printable(finding.keyType)} is no type of key that receivers know: it is rsa or ed25519.`
    case 'wrong-key-type':
      return `The record says k=${printable(finding.published)} and the key is ${finding.expected === 'rsa' ? 'RSA' : 'Ed25519'}: write k=${finding.expected}.`
    case 'truncated':
      return formatTruncated(finding)
    case 'part-missing':
      return `${count(finding.characters)} missing in p=, behind the first ${finding.at}: copy it again.`
    case 'part-added':
      return `${count(finding.characters)} too many in p=, behind the first ${finding.at}: copy it again.`
    case 'plus-lost':
      return 'Every "+" of p= is gone, as in a form that takes the text for part of a URL: enter it another way, or put them back.'
    case 'case-changed':
      return 'Capital and small letters of p= are mixed up, and they matter: copy it again.'
    case 'wrong-key':
      return `Another key is published (${finding.published}, ${finding.bits} bits) than the one that signs (${finding.own}): publish this one, or sign with the other.`
    case 'not-a-key':
      return `p= is no ${finding.keyType === 'rsa' ? 'RSA' : 'Ed25519'} key: copy the record again.`
    case 'too-large':
      return `The key has more than ${finding.limit} bits, or an exponent of unusual length, and receivers will not use it: make one of 2048 bits.`
    case 'weak-key':
      return `The key has ${finding.bits} bits, and receivers take no signature of fewer than ${finding.limit} (RFC 8301): make one of 2048 bits.`
    case 'short-key':
      return `The key has ${finding.bits} bits; ${finding.limit} are advised (RFC 8301).`
    case 'hash-forbidden':
      return `h=${printable(finding.hashes.join(':'))} does not allow sha256, the only hash that receivers still take: write h=sha256, or leave h= out.`
    case 'not-for-email':
      return `s=${printable(finding.services.join(':'))} says that the key is not for mail: leave s= out.`
    case 'testing':
      return 't=y says that the domain only tries DKIM out, and receivers may treat the mail as unsigned: take it out when all is well.'
  }
}

const count = (characters: number): string =>
  characters === 1 ? '1 character is' : `${characters} characters are`

function formatTruncated({ characters, expected, isAtStringEnd }: OfCode<'truncated'>): string {
  const of = expected === undefined ? '' : ` of ${expected}`
  const why = isAtStringEnd
    ? ' The text stops at 255 characters, the most of one string: publish it as several strings.'
    : ' Publish it again, as several strings of at most 255 characters if need be.'
  return `p= is cut off: ${characters}${of} characters are there.${why}`
}

/** Why a file was not read as a private key: to be put behind its name, without a full stop. */
export function formatSigningKeyError(code: SigningKeyErrorCode): string {
  return keyErrors[code]
}

const keyErrors: Record<SigningKeyErrorCode, string> = {
  empty: 'is empty',
  'unknown-format': 'is no private key: neither PEM nor DER nor base64',
  damaged: 'is damaged: a key begins in it and cannot be read to its end',
  encrypted: 'is encrypted: a daemon cannot type a passphrase, so decrypt it (openssl pkey -in OLD -out NEW)',
  'public-key': 'has a public key: the private one signs',
  'not-a-private-key': 'is PEM of something else than a private key',
  'unsupported-algorithm': 'has a key of another kind than RSA and Ed25519, which DKIM does not know',
  inconsistent: 'has a private and a public part that do not belong together',
  'too-large': 'is larger than any key that DKIM can use',
}

/** Characters of a text that are shown. */
const EXCERPT_CHARACTERS = 40

/** A part of a record, quoted. */
function excerpt(text: string): string {
  const shown = text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS - 3)}...` : text
  return `"${printable(shown)}"`
}

const printable = (text: string): string =>
  text.replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
