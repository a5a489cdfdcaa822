import { parseAuthenticationResults } from '@postern/auth-results'
import type { SignatureResult, Verification } from '@postern/dkim'
import { describe, expect, it } from 'vitest'
import { authResultsOf, formatAuthentication } from '../src/index.ts'

const signature = {
  domain: 'example.org',
  selector: '2026a',
  identity: '@example.org',
  algorithm: 'rsa-sha256',
  data: Buffer.from('0123456789', 'latin1'),
} as unknown as NonNullable<SignatureResult['signature']>

const passed: SignatureResult = {
  result: 'pass',
  reason: 'verified',
  at: 0,
  signature,
  key: { name: '2026a._domainkey.example.org', records: 1, authentic: false, bits: 2048 },
}
const broken: SignatureResult = { result: 'fail', reason: 'body-hash-differs', at: 1, signature }
const of = (...signatures: SignatureResult[]): Verification => ({
  signatures,
  from: ['example.org'],
  unverified: 0,
})
const envelope = { helo: 'mx.example.org', sender: 'ann@example.org' }

describe('Authentication-Results of a message', () => {
  it('tells each signature, whom it speaks for, and what is wrong with it', () => {
    const [first, second] = authResultsOf({ ...envelope, dkim: of(passed, broken) })
    expect(first).toEqual({
      method: 'dkim',
      result: 'pass',
      comment: '2048-bit key',
      properties: [
        { ptype: 'header', property: 'd', value: 'example.org' },
        { ptype: 'header', property: 's', value: '2026a' },
        { ptype: 'header', property: 'a', value: 'rsa-sha256' },
        { ptype: 'header', property: 'b', value: 'MDEyMzQ1' },
      ],
    })
    expect(second).toMatchObject({ result: 'fail', comment: expect.stringMatching(/body/i) })
  })
  it('names the identity where it is not the whole domain', () => {
    const signed = { ...passed, signature: { ...signature, identity: 'ann@example.org' } }
    const [result] = authResultsOf({ ...envelope, dkim: of(signed) })
    expect(result!.properties).toContainEqual({ ptype: 'header', property: 'i', value: 'ann@example.org' })
  })
  it('says none without a signature, and nothing of what was not looked at', () => {
    expect(authResultsOf({ ...envelope, dkim: of() })).toEqual([
      { method: 'dkim', result: 'none', properties: [] },
    ])
    expect(authResultsOf(envelope)).toEqual([])
    expect(formatAuthentication('mx.example.net', envelope)).toBe('mx.example.net; none')
  })
  it('has all methods in one field, which a parser reads back', () => {
    const iprev = { result: 'pass', address: '192.0.2.7', name: 'mx.example.org' } as const
    const text = formatAuthentication('mx.example.net', { ...envelope, dkim: of(passed, broken), iprev })
    expect(text).not.toContain('\r')
    expect(text).toMatch(/\n[ \t]/)
    const parsed = parseAuthenticationResults(text)
    if (!parsed.ok) throw new Error(parsed.error.code)
    expect(parsed.value.results.map(({ method, result }) => `${method}=${result}`)).toEqual([
      'dkim=pass',
      'dkim=fail',
      'iprev=pass',
    ])
  })
})
