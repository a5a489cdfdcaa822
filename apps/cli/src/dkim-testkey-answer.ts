// What the DNS serves against a key, for people and for programs.

import {
  formatKeyFinding,
  formatKeyRecord,
  formatKeyZoneLine,
  isKeyUsable,
  type KeyFinding,
  type KeySeverity,
  keyFingerprint,
  keyRecordName,
  publicHalf,
  type SigningKey,
} from '@postern/dkim'
import { nameKey } from './dkim-genkey-answer.ts'
import { printableBytes } from './text-table.ts'
import { hangText } from './text-wrap.ts'

/** One key under one name. */
export interface TestedKey {
  readonly domain: string
  readonly selector: string
  /** Undefined: the record was examined by itself, or the key could not be read. */
  readonly key: SigningKey | undefined
  readonly file: string | undefined
  /** What is wrong with the key's file, as sentences. */
  readonly fileProblems: readonly FileProblem[]
  readonly findings: readonly KeyFinding[]
  /** The texts that the DNS serves. */
  readonly texts: readonly string[]
}

export interface FileProblem {
  readonly severity: KeySeverity
  readonly message: string
}

export const isWell = ({ findings, fileProblems }: TestedKey): boolean =>
  isKeyUsable(findings) && fileProblems.every(({ severity }) => severity !== 'error')

export function formatTestedKey(tested: TestedKey): string {
  const { domain, selector, key, file, fileProblems, findings, texts } = tested
  const lines = [`${keyRecordName(selector, domain)}: ${summaryOf(tested)}\n`]
  if (key !== undefined) lines.push(hangText('  Key: ', describeKey(key, file)))
  for (const text of texts) lines.push(hangText('  TXT: ', printableBytes(text)))
  const rows = [
    ...fileProblems,
    ...findings.map((finding) => ({ severity: finding.severity, message: formatKeyFinding(finding) })),
  ]
  for (const { severity, message } of inOrder(rows)) lines.push(hangText(`  ${severity.padEnd(7)} `, message))
  const isAnswered = findings.every(({ code }) => code !== 'not-looked-up')
  if (key !== undefined && isAnswered && !isKeyUsable(findings)) lines.push(formatRight(tested, key))
  return lines.join('')
}

const order: readonly KeySeverity[] = ['error', 'warning', 'note']

const inOrder = (rows: readonly FileProblem[]): FileProblem[] =>
  rows.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))

const describeKey = (key: SigningKey, file: string | undefined): string =>
  `${nameKey(key.algorithm, key.bits)}, ${keyFingerprint(publicHalf(key))}${file === undefined ? '' : `, ${file}`}`

/** `all is well`, `1 error, 2 warnings`. */
function summaryOf({ findings, fileProblems }: TestedKey): string {
  const counts = (['error', 'warning'] as const).flatMap((severity) => {
    const count = [...findings, ...fileProblems].filter((row) => row.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.length === 0 ? 'all is well' : counts.join(', ')
}

/** What would be right. */
function formatRight({ domain, selector }: TestedKey, key: SigningKey): string {
  return `\nThis is what the key wants published:\n\n${formatKeyZoneLine(keyRecordName(selector, domain), rightRecord(key))}\n`
}

const rightRecord = ({ algorithm, publicKey }: SigningKey): string =>
  formatKeyRecord({
    version: 'DKIM1',
    keyType: algorithm,
    publicKey,
    services: ['*'],
    flags: { testing: false, strict: false, others: [] },
    unknown: [],
  })

/** The shape is documented in README.md. */
export function jsonOfTestedKey(tested: TestedKey) {
  const { domain, selector, key, file, fileProblems, findings, texts } = tested
  return {
    domain,
    selector,
    name: keyRecordName(selector, domain),
    ok: isWell(tested),
    key:
      key === undefined
        ? null
        : { algorithm: key.algorithm, bits: key.bits, fingerprint: keyFingerprint(publicHalf(key)) },
    file: file ?? null,
    texts,
    findings: [
      ...fileProblems.map(({ severity, message }) => ({ severity, code: 'key-file', message })),
      ...findings.map((finding) => ({ ...finding, message: formatKeyFinding(finding) })),
    ],
    record: key === undefined ? null : rightRecord(key),
  }
}
