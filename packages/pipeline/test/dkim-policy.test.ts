import type { SignatureResult, Verification } from '@postern/dkim'
import { describe, expect, it } from 'vitest'
import { type DkimActions, dkimStanding, judgeDkim } from '../src/index.ts'

const found = (result: SignatureResult['result'], reason: SignatureResult['reason']): SignatureResult => ({
  result,
  reason,
  at: 0,
})
const pass = found('pass', 'verified')
const fail = found('fail', 'body-hash-differs')
const missing = found('permerror', 'key-not-found')
const revoked = found('permerror', 'key-revoked')
const unreadable = found('neutral', 'signature-syntax')
const weak = found('policy', 'weak-key')
const unknown = found('temperror', 'dns-timeout')
const testing = { name: 's._domainkey.example.org', records: 1, authentic: false, testing: true }
const of = (...signatures: SignatureResult[]): Verification => ({ signatures, from: [], unverified: 0 })

const accepting: DkimActions = {
  on_bad_signature: 'accept',
  on_no_signature: 'accept',
  on_dns_error: 'accept',
  on_key_not_found: 'accept',
  on_signature_error: 'accept',
  on_security: 'accept',
}

describe('how a message stands', () => {
  it.each([
    [[], 'no_signature'],
    [[fail, pass, unknown], 'pass'],
    [[fail], 'bad_signature'],
    [[missing], 'key_not_found'],
    [[revoked], 'key_not_found'],
    [[unreadable], 'signature_error'],
    [[weak], 'security'],
    [[fail, unknown], 'dns_error'],
    [[{ ...fail, key: testing }], 'no_signature'],
    [[{ ...fail, key: testing }, weak], 'security'],
    [[{ ...pass, key: testing }], 'pass'],
    [[unreadable, weak, missing, fail], 'bad_signature'],
  ] as const)('%j: %s', (signatures, standing) => {
    expect(dkimStanding(of(...signatures)).standing).toBe(standing)
  })
})

describe('what the settings make of it', () => {
  it('one good signature is enough, whatever the settings', () => {
    const strict = Object.fromEntries(Object.keys(accepting).map((key) => [key, 'reject']))
    expect(judgeDkim(strict as unknown as DkimActions, of(fail, pass))).toEqual({ kind: 'accept' })
  })
  it.each([
    ['reject', { kind: 'reply', code: 550, enhanced: '5.7.20' }],
    ['tempfail', { kind: 'reply', code: 451, enhanced: '4.7.20' }],
    ['discard', { kind: 'discard' }],
    ['quarantine', { kind: 'quarantine', reason: expect.stringMatching(/body/i) }],
    ['accept', { kind: 'accept' }],
  ] as const)('a broken one can lead to %s', (action, verdict) => {
    expect(judgeDkim({ ...accepting, on_bad_signature: action }, of(fail))).toMatchObject(verdict)
  })
  it('what the DNS does not tell now has a code of its own', () => {
    expect(judgeDkim({ ...accepting, on_dns_error: 'tempfail' }, of(unknown))).toMatchObject({
      code: 451,
      enhanced: '4.4.3',
    })
  })
  it('says in one line why, also where there is no signature', () => {
    const verdict = judgeDkim({ ...accepting, on_no_signature: 'reject' }, of())
    expect(verdict).toMatchObject({ text: 'This message has no DKIM signature.' })
  })
})
