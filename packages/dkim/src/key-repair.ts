// Texts that were meant as key records: what is wrong with them, and what they would be without that. For people who
// publish keys; a verifier takes a record as it is.
import type { ByteString } from '@postern/message'
import type { ForeignText, KeyFindingFacts } from './key-finding.ts'
import { type KeyRecord, type KeyRecordErrorCode, parseKeyRecord } from './key-record.ts'
import { MAX_REPAIRED_CHARACTERS } from './limits.ts'

/** A text as far as it can be read. */
export interface RepairedRecord {
  /** Undefined: it cannot be made sense of. */
  readonly record: KeyRecord | undefined
  readonly problems: readonly KeyFindingFacts[]
}

/** What stands for another use of a TXT record; undefined for what may be a key record. */
export function foreignKind(text: ByteString): ForeignText | undefined {
  const version = /^[\s"(\\]*v\s*=\s*([^\s;"\\]*)/i.exec(text)?.[1]?.toLowerCase()
  const known = version === undefined ? undefined : foreignVersions.get(version)
  if (known !== undefined) return known
  const isKey = version?.startsWith('dkim') || /(^|[\s;"(\\])[pk]\s*=/.test(text)
  return isKey ? undefined : 'other'
}

const foreignVersions: ReadonlyMap<string, ForeignText> = new Map([
  ['spf1', 'spf'],
  ['dmarc1', 'dmarc'],
  ['tlsrptv1', 'tls-rpt'],
  ['stsv1', 'mta-sts'],
  ['bimi1', 'bimi'],
])

interface Repair {
  readonly problem: KeyFindingFacts
  readonly text: ByteString
}

/** Reads a record, past what is wrong with it where that leaves no doubt. */
export function repairRecord(published: ByteString): RepairedRecord {
  const problems: KeyFindingFacts[] = []
  let text = published
  for (;;) {
    const read = parseKeyRecord(text)
    if (read.ok) return { record: read.value, problems }
    const { code, at } = read.error
    const repair = text.length > MAX_REPAIRED_CHARACTERS ? undefined : repairOf(text, code)
    // Each repair takes away what it is about, so none comes twice.
    if (repair === undefined || problems.some((problem) => problem.code === repair.problem.code)) {
      const syntax = { code: 'syntax', syntax: code, at, text: text.slice(at, at + EXCERPT) } as const
      return { record: undefined, problems: [...problems, syntax] }
    }
    problems.push(repair.problem)
    text = repair.text
  }
}

/** Characters of a text that are kept to show where it is wrong. */
const EXCERPT = 40

/** The first that applies. */
function repairOf(text: ByteString, code: KeyRecordErrorCode): Repair | undefined {
  return (
    withoutOwner(text) ??
    withoutZoneSyntax(text) ??
    withSemicolons(text) ??
    (code === 'wrong-version' || code === 'version-not-first' ? withVersion(text, code) : undefined) ??
    withoutEmptyTags(text, code)
  )
}

/** `mail._domainkey IN TXT "v=DKIM1…`, or only `TXT "v=…`. */
function withoutOwner(text: ByteString): Repair | undefined {
  const line = /^\s*(?:[A-Za-z0-9._-]+\s+)?(?:[0-9]+\s+)?(?:IN\s+)?TXT\s+(?=["(vk])/.exec(text)
  return line === null ? undefined : { problem: { code: 'pasted-line' }, text: text.slice(line[0].length) }
}

/** Quotes, backslashes and parentheses as a zone file has them; what stands between two strings is no part of the text. */
function withoutZoneSyntax(text: ByteString): Repair | undefined {
  const signs = (['"', '\\', '('] as const).filter((sign) => text.includes(sign))
  if (signs.length === 0) return undefined
  const plain = text
    .replaceAll('\\', '')
    .replaceAll(/"\s*"/g, '')
    .replaceAll(/^[\s("]+|[\s)"]+$/g, '')
    .replaceAll('"', '')
  return { problem: { code: 'zone-syntax', signs }, text: plain }
}

/** `v=DKIM1 k=rsa p=…`: a tag behind a blank (or a comma), where a semicolon belongs. */
function withSemicolons(text: ByteString): Repair | undefined {
  const separated = text.replaceAll(/([^;\s,])(?:\s*,\s*|\s+)(?=[vhknpst]\s*=(?!=|\s*$))/g, '$1; ')
  return separated === text ? undefined : { problem: { code: 'missing-semicolon' }, text: separated }
}

function withVersion(text: ByteString, code: 'wrong-version' | 'version-not-first'): Repair | undefined {
  const tag = /(?:^|;)\s*v\s*=\s*([^;]*)(?:;|$)/.exec(text)
  if (tag === null) return undefined
  const [whole, version = ''] = tag
  const rest = `${text.slice(0, tag.index)};${text.slice(tag.index + whole.length)}`
  const problem = code === 'version-not-first' ? { code } : { code, version: version.trim() }
  return { problem, text: `v=DKIM1;${rest.replace(/^[\s;]+|[\s;]+$/g, '')}` }
}

function withoutEmptyTags(text: ByteString, code: KeyRecordErrorCode): Repair | undefined {
  if (code !== 'empty-tag') return undefined
  const at = text.search(/^\s*;|;\s*;/)
  if (at < 0) return undefined
  const problem = { code: 'syntax', syntax: code, at, text: text.slice(at, at + EXCERPT) } as const
  return { problem, text: text.replaceAll(/;\s*(?=;)/g, '').replace(/^\s*;/, '') }
}
