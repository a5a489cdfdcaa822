// One round: signs a random message, verifies it, changes it, verifies again, and holds every result against a plain
// implementation. Throws when something is not as it should be.
import assert from 'node:assert/strict'
import type { Resolver } from '@postern/dns'
import {
  createSigner,
  createVerifier,
  formatDkimReason,
  parseSignature,
  type SignatureRequest,
  type SignatureResult,
  type Verification,
} from '../src/index.ts'
import {
  coveredBy,
  fakeDns,
  nameOf,
  newKey,
  readNaively,
  recordOf,
  type TxtAnswer,
} from '../test/naive-dkim.ts'
import { changed, chunksOf, messageOf, textOf } from './messages.ts'
import type { Random } from './random.ts'

const now = 1_700_000_000
const keys = { r: newKey('rsa', 1024), e: newKey('ed25519') }
const zone = {
  'r._domainkey.example.org': recordOf(keys.r),
  'e._domainkey.example.org': recordOf(keys.e),
}
const resolver = fakeDns(zone)
const lineEnds = 'crlf'

export function runRound(random: Random): void {
  const text = messageOf(random)
  const request = requestOf(random)
  const field = signInChunks(random, text, request)
  const signed = `${field}\r\n${text}`
  const [result] = verifyInChunks(random, signed).signatures
  const isLeftOut = request.bodyLength !== undefined && (result?.covered?.bodyTotal ?? 0) > request.bodyLength
  assert.equal(result?.reason, isLeftOut ? 'body-length' : 'verified', JSON.stringify(signed))
  checkChanged(random, signed)
  checkRubbish(random, signed)
}

function requestOf(random: Random): SignatureRequest {
  const selector = random.pick(['r', 'e'] as const)
  return {
    domain: 'example.org',
    selector,
    key: keys[selector],
    canonicalization: random.pick(['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed']),
    ...(random.chance(0.3) && {
      identity: `${textOf(random, 4).replaceAll(/[\0-\x1f]/g, '')}@sub.example.org`,
    }),
    ...(random.chance(0.3) && { lifetimeSeconds: 1 + random.below(1000) }),
    ...(random.chance(0.1) && { bodyLength: random.below(60) }),
    ...(random.chance(0.3) && { fields: ['Subject', 'X-A', 'List-Id'] }),
    ...(random.chance(0.3) && { oversignFields: random.pick([[], ['From', 'To', 'X-B']]) }),
  }
}

function signInChunks(random: Random, text: string, request: SignatureRequest): string {
  const signer = createSigner({ signatures: [request], now, lineEnds })
  for (const chunk of chunksOf(random, text)) signer.write(chunk)
  const [field = ''] = signer.end()
  assert.match(field, /^DKIM-Signature: [\t\r\n -~]*$/)
  return field
}

function verifyInChunks(random: Random, text: string, dns: Resolver = resolver): Verification {
  const verifier = createVerifier({ resolver: dns, now, lineEnds })
  for (const chunk of chunksOf(random, text)) {
    verifier.write(chunk)
    chunk.fill(0x58)
  }
  return checked(verifier.end() as Verification)
}

/** What holds for every result. */
function checked(verification: Verification): Verification {
  for (const [i, result] of verification.signatures.entries()) {
    assert.equal(result.at, i)
    assert.match(formatDkimReason(result), /^[ -~]{10,1500}$/)
    const { covered } = result
    if (covered !== undefined) assert.ok(covered.bodyBytes <= covered.bodyTotal)
  }
  return verification
}

/** A changed message passes exactly when what is covered stayed the same. */
function checkChanged(random: Random, signed: string): void {
  const other = changed(random, signed)
  const verification = verifyInChunks(random, other)
  const whole = createVerifier({ resolver, now, lineEnds })
  whole.write(Buffer.from(other, 'latin1'))
  assert.deepEqual(verification, whole.end())
  const before = readNaively(signed)
  const after = readNaively(other)
  const index = after.fields.indexOf(before.fields[0]!)
  const isSignatureWhole =
    index >= 0 && after.fields.slice(0, index).every((raw) => nameOf(raw) !== 'dkim-signature')
  if (!isSignatureWhole) return
  const parsed = parseSignature(before.fields[0]!)
  assert.ok(parsed.ok)
  const { signedFields, canonicalization, bodyLength } = parsed.value
  const cover = { names: signedFields, ...canonicalization, length: bodyLength }
  const without = (message: typeof before, at: number) => ({
    ...message,
    fields: message.fields.toSpliced(at, 1),
  })
  const isSame = coveredBy(without(before, 0), cover) === coveredBy(without(after, index), cover)
  const result = verification.signatures[0] as SignatureResult
  const hasPassed = ['verified', 'body-length', 'field-added'].includes(result.reason)
  assert.equal(hasPassed, isSame, `${result.reason}: ${JSON.stringify(other)}`)
}

/** Rubbish in the signature and in the DNS has a result, and never a good one. */
function checkRubbish(random: Random, signed: string): void {
  const end = signed.indexOf('\r\nFrom')
  const field = changed(random, changed(random, signed.slice(0, end)))
  verifyInChunks(random, field + signed.slice(end))
  const answer: TxtAnswer = random.pick<TxtAnswer>([
    { kind: 'nodata', ttl: 1 },
    { kind: 'temperror', reason: 'timeout' },
    {
      kind: 'records',
      records: [[changed(random, zone['r._domainkey.example.org'])]],
      ttl: 1,
      authentic: false,
    },
    { kind: 'records', records: [[textOf(random, 9), textOf(random, 9)], []], ttl: 1, authentic: false },
    {
      kind: 'records',
      records: [[`k=${random.pick(['rsa', 'ed25519'])}; p=${textOf(random, 30)}`]],
      ttl: 1,
      authentic: true,
    },
  ])
  const { signatures } = verifyInChunks(random, signed, { resolve: () => answer as never })
  for (const { result, key } of signatures)
    if (result === 'pass') assert.ok(key?.bits === 1024 && answer.kind === 'records')
}
