// What came of the signatures of a message, for people and for programs.

import {
  type CanonicalInput,
  type DkimSignature,
  formatDkimReason,
  type KeyAlgorithm,
  type SignatureResult,
  type Verification,
} from '@postern/dkim'
import { nameKey } from './dkim-genkey-answer.ts'
import { formatMoment } from './duration.ts'
import { printableBytes } from './text-table.ts'
import { hangText } from './text-wrap.ts'
import { VISIBLE_LEGEND, visibleLines } from './visible-text.ts'

export interface VerifyAnswer {
  readonly verification: Verification
  /** Undefined: not asked for. */
  readonly inputs: readonly CanonicalInput[] | undefined
}

export function formatVerification({ verification, inputs }: VerifyAnswer): string {
  const { signatures, unverified, from } = verification
  const lines = [`From: ${from.length === 0 ? 'no domain' : from.map(printableBytes).join(', ')}\n`]
  if (signatures.length === 0) lines.push('The message has no DKIM signature.\n')
  for (const signature of signatures) {
    const input = inputs?.find(({ at }) => at === signature.at)
    lines.push(`\n${formatSignature(signature, from)}${input === undefined ? '' : formatInput(input)}`)
  }
  if (unverified > 0)
    lines.push(
      `\n${unverified} more ${unverified === 1 ? 'signature was' : 'signatures were'} not looked at.\n`,
    )
  if (inputs !== undefined && inputs.length > 0) lines.push(`\n${VISIBLE_LEGEND}\n`)
  return lines.join('')
}

const say = (text: string): string => hangText('   ', text)

function formatSignature(result: SignatureResult, from: readonly string[]): string {
  const { at, signature } = result
  const head = `${at + 1}. `
  if (signature === undefined) return `${head}${result.result}\n${say(sentenceOn(result))}`
  const { domain, selector } = signature
  return [
    `${head}d=${printableBytes(domain)} s=${printableBytes(selector)}: ${result.result}\n`,
    say(sentenceOn(result)),
    say(describeSignature(signature)),
    say(describeCoverage(result)),
    ...(result.key === undefined ? [] : [say(describeKey(result.key))]),
    ...(from.length > 0 && !from.some((name) => isAligned(name, domain))
      ? [say(`The From domain is not that of the signature, so DMARC does not count it.`)]
      : []),
  ].join('')
}

/** With a capital letter and a full stop. */
function sentenceOn(result: SignatureResult): string {
  const reason = formatDkimReason(result)
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`
}

// RFC 7489 §3.1.1, as far as it can be told without a list of public suffixes: the same name, or one below the other.
const isAligned = (from: string, domain: string): boolean =>
  from === domain || from.endsWith(`.${domain}`) || domain.endsWith(`.${from}`)

function describeSignature({
  algorithm,
  canonicalization,
  timestamp,
  expiration,
  identity,
  domain,
}: DkimSignature): string {
  const parts = [`${printableBytes(algorithm)}, ${canonicalization.header}/${canonicalization.body}`]
  if (timestamp !== undefined) parts.push(`signed ${dateOf(timestamp)}`)
  if (expiration !== undefined) parts.push(`expires ${dateOf(expiration)}`)
  if (identity !== `@${domain}`) parts.push(`i=${printableBytes(identity)}`)
  return parts.join(', ')
}

const LAST_SECOND = 8_640_000_000_000

const dateOf = (seconds: number): string => (seconds > LAST_SECOND ? 'at no date' : formatMoment(seconds))

function describeCoverage({ covered, signature }: SignatureResult): string {
  const signed = signature?.signedFields ?? []
  if (covered === undefined) return `Signed: ${signed.map(printableBytes).join(', ')}`
  const absent = [...new Set(withoutOnce(signed, covered.fields))]
  const closed =
    absent.length === 0 ? '' : `; no more may be added of: ${absent.map(printableBytes).join(', ')}`
  const { bodyBytes, bodyTotal } = covered
  const body = bodyBytes === bodyTotal ? `all ${bodyTotal} octets` : `${bodyBytes} of ${bodyTotal} octets`
  return `Covers ${covered.fields.map(printableBytes).join(', ')}${closed}; of the body ${body}`
}

/** What is left of a list when each of the others is taken out of it once. */
function withoutOnce(list: readonly string[], others: readonly string[]): string[] {
  const left = [...list]
  for (const other of others) {
    const at = left.indexOf(other)
    if (at >= 0) left.splice(at, 1)
  }
  return left
}

function describeKey({
  name,
  records,
  algorithm,
  bits,
  authentic,
  testing,
  strict,
}: NonNullable<SignatureResult['key']>): string {
  const parts = [`Key ${printableBytes(name)}`]
  if (algorithm !== undefined)
    parts.push(
      bits !== undefined && isKnown(algorithm) ? nameKey(algorithm, bits) : printableBytes(algorithm),
    )
  if (testing) parts.push('t=y (testing)')
  if (strict) parts.push('t=s (no subdomains)')
  if (records > 0) parts.push(authentic ? 'validated by DNSSEC' : 'not secured by DNSSEC')
  return parts.join(', ')
}

const isKnown = (algorithm: string): algorithm is KeyAlgorithm =>
  algorithm === 'rsa' || algorithm === 'ed25519'

function formatInput({ header, body, bodyBytes }: CanonicalInput): string {
  const more = bodyBytes - body.length
  return [
    '\n   The header as it is signed:\n',
    ...visibleLines(header).map((line) => `     ${line}\n`),
    '\n   The body as it is hashed:\n',
    ...visibleLines(body.toString('latin1')).map((line) => `     ${line}\n`),
    ...(more > 0 ? [`     (${more} more octets)\n`] : []),
  ].join('')
}

/** The shape is documented in README.md. */
export function jsonOfVerification({ verification, inputs }: VerifyAnswer) {
  const { signatures, from, unverified } = verification
  return {
    from,
    signatures: signatures.map((result) => {
      const input = inputs?.find(({ at }) => at === result.at)
      return {
        at: result.at,
        result: result.result,
        reason: result.reason,
        message: sentenceOn(result),
        ...jsonOfSignature(result.signature),
        covered: result.covered ?? null,
        key: result.key ?? null,
        input:
          input === undefined
            ? null
            : { header: input.header, body: input.body.toString('latin1'), bodyBytes: input.bodyBytes },
      }
    }),
    unverified,
  }
}

function jsonOfSignature(signature: DkimSignature | undefined) {
  const { canonicalization } = signature ?? {}
  return {
    domain: signature?.domain ?? null,
    selector: signature?.selector ?? null,
    identity: signature?.identity ?? null,
    algorithm: signature?.algorithm ?? null,
    canonicalization:
      canonicalization === undefined ? null : `${canonicalization.header}/${canonicalization.body}`,
    signedFields: signature?.signedFields ?? null,
    bodyLength: signature?.bodyLength ?? null,
    timestamp: signature?.timestamp ?? null,
    expiration: signature?.expiration ?? null,
  }
}
