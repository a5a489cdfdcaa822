import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDkimReason, parseSignature, type SignatureResult } from '../src/index.ts'
import { RESULTS, type ReasonCode } from '../src/result.ts'

function signatureWith(tags: string) {
  const parsed = parseSignature(
    `DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=sel; h=from; b=QQ==; bh=QQ==; ${tags}`,
  )
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

const signature = signatureWith('c=relaxed/relaxed; i=ann@example.org; l=7; t=1; x=1700000000')
const key = { name: 'sel._domainkey.example.org', records: 1, authentic: false, algorithm: 'rsa', bits: 512 }
const covered = { fields: ['from'], bodyBytes: 7, bodyTotal: 19 }

const resultOf = (reason: ReasonCode, more: Partial<SignatureResult> = {}): SignatureResult => ({
  result: RESULTS[reason],
  reason,
  at: 0,
  signature,
  key,
  covered,
  ...more,
})

const of = 'the signature of example.org (selector sel) '
const at = 'sel._domainkey.example.org'

/** What each says, after the subject. */
const sentences: Readonly<Record<ReasonCode, string>> = {
  verified: 'is good, for 7 of 19 octets of the body (l=)',
  'body-hash-differs':
    'does not fit the body: the body hash differs, and the signature does not fit the header either',
  'signature-differs':
    'does not fit the header, while the body is as it was signed: a signed field was changed, added or taken out on the way, or the key is another one',
  'body-shorter': 'covers 7 octets of the body (l=), but there are 19: the end of the body was cut off',
  'algorithm-forbidden': 'uses rsa-sha256, which RFC 8301 forbids: SHA-1 is broken',
  'weak-key': 'is made with an RSA key of 512 bits, which is too short to trust',
  'key-too-large': `names a key larger than we work with (${at})`,
  expired: 'expired at 2023-11-14T22:13:20Z (x=)',
  'future-timestamp':
    'says it was made at 1970-01-01T00:00:01Z (t=), which is in the future: one of the clocks is wrong',
  'body-length': 'is good, but covers only 7 of 19 octets of the body (l=): anybody can have added the rest',
  'field-not-signed': 'does not cover the subject field, which has to be signed',
  'field-added': 'does not cover all subject fields: one was added after signing',
  'signature-syntax': 'cannot be read: bad value in l=',
  'missing-tag': 'cannot be read: it has no tag l=',
  'unknown-version': 'is of another version of DKIM than 1 (v=)',
  'unknown-algorithm': 'uses the algorithm rsa-sha256, which we do not know (a=)',
  'unknown-canonicalization': 'uses a canonicalization that we do not know (c=)',
  'unknown-query': 'has its key somewhere else than in the DNS (q=)',
  'domain-mismatch': 'is for an identity that is not of its domain (i=ann@example.org)',
  'from-not-signed': 'does not cover the From field, which every signature has to',
  'header-too-large': 'was not verified: the header is too large',
  'key-not-found': `has no key: there is no TXT record at ${at}`,
  'key-revoked': `has a key that was revoked: p= is empty at ${at}`,
  'key-syntax': `has no key: the TXT record at ${at} is no key record`,
  'key-unusable': `has a key that cannot be read: p= at ${at} is damaged or cut off`,
  'key-type-unknown': `has a key of a type that we do not know (k= at ${at})`,
  'key-type-differs': `has the algorithm rsa-sha256, but the key at ${at} is for rsa`,
  'key-hash-forbidden': `uses a hash that its key does not allow (h= at ${at})`,
  'key-not-for-mail': `has a key that is not for mail (s= at ${at})`,
  'key-strict': `is for a subdomain (i=ann@example.org), which its key does not allow (t=s at ${at})`,
  'dns-timeout': `could not be verified: no answer in time for the key at ${at}`,
  'dns-servfail': `could not be verified: the DNS failed (SERVFAIL) for the key at ${at}`,
  'dns-refused': `could not be verified: the DNS refused to look up the key at ${at}`,
  'dns-network': `could not be verified: no usable answer of the DNS for the key at ${at}`,
}

describe('sentences', () => {
  it.each(Object.entries(sentences) as [ReasonCode, string][])('%s', (reason, sentence) => {
    const problem = { code: 'bad-value', at: 16, tag: 'l' }
    expect(formatDkimReason(resultOf(reason, { field: 'subject', problem }))).toBe(of + sentence)
  })

  const simple = signatureWith('')
  const whole = { ...covered, bodyBytes: 19 }
  it.each<[reason: ReasonCode, more: Partial<SignatureResult>, sentence: string]>([
    ['verified', { covered: whole }, `${of}is good`],
    [
      'verified',
      { covered: whole, key: { ...key, testing: true } },
      `${of}is good (the domain is only testing DKIM, t=y)`,
    ],
    [
      'verified',
      { covered: whole, key: { ...key, records: 2 } },
      `${of}is good (there are 2 TXT records at ${at} where one should be)`,
    ],
    [
      'body-hash-differs',
      { isHeaderIntact: true },
      `${of}does not fit the body: the body hash differs, while the header is as it was signed; the body was changed on the way, a footer was probably added after signing`,
    ],
    [
      'body-hash-differs',
      { isHeaderIntact: true, signature: simple },
      `${of}does not fit the body: the body hash differs, while the header is as it was signed; the body was changed on the way, if only in its white space (c=simple), a footer was probably added after signing`,
    ],
    [
      'signature-differs',
      { signature: simple },
      `${of}does not fit the header, while the body is as it was signed: a signed field was changed, if only in its white space (c=simple), added or taken out on the way, or the key is another one`,
    ],
    [
      'signature-differs',
      { changedFields: ['subject', 'x\xe9', 'c', 'd', 'e', 'f'] },
      `${of}does not fit the header, while the body is as it was signed: changed since the signer copied them (z=): subject, x?, c, d, e and others`,
    ],
  ])('%s with %o', (reason, more, sentence) => {
    expect(formatDkimReason(resultOf(reason, more))).toBe(sentence)
  })

  it.each([
    [0, 'the first DKIM-Signature'],
    [2, 'the third DKIM-Signature'],
    [3, 'DKIM-Signature number 4'],
  ])('the signature at %i that cannot be read', (place, word) => {
    const result: SignatureResult = {
      result: 'neutral',
      reason: 'signature-syntax',
      at: place,
      problem: { code: 'empty-tag', at: 15 },
    }
    expect(formatDkimReason(result)).toBe(`${word} cannot be read: empty tag at 15`)
  })

  it('are printable and of bearable length, whatever strangers have written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(RESULTS) as ReasonCode[])),
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(Number.POSITIVE_INFINITY)),
        (reason, text, seconds) => {
          const sentence = formatDkimReason(
            resultOf(reason, {
              signature: {
                ...signature,
                identity: text,
                algorithm: text,
                timestamp: seconds,
                expiration: seconds,
              },
              key: { ...key, algorithm: text },
              field: text,
              problem: { code: text, at: 0, tag: text },
              changedFields: Array(50).fill(text) as string[],
            }),
          )
          expect(sentence).toMatch(/^[ -~]{20,900}$/)
        },
      ),
    )
  })
})
