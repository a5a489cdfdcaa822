import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Resolver } from '@postern/dns'
import { describe, expect, it } from 'vitest'
import { verify } from '../src/index.ts'
import { dkimSuites, suiteMessages } from './dkim-suites.ts'

/**
 * What each message is. Those whose real keys are not published with them get a key of another domain (`signature-differs`): what is
 * tested with them is that their bodies, from many mail programs, have the hash that their signers saw.
 */
const expected: Readonly<Record<string, readonly string[]>> = {
  'dkimpy/data/ed25519test.msg': [],
  'dkimpy/data/ed25519test2.msg': ['verified'],
  'dkimpy/data/message.mbox': ['signature-differs'],
  'dkimpy/data/rfc6376.msg': [],
  'dkimpy/data/rfc6376.signed.msg': ['verified', 'verified'],
  'dkimpy/data/test.message': [],
  'dkimpy/data/test2.message': ['signature-differs'],
  'dkimpy/data/test_extra.message': [],
  'dkimpy/data/test_nofrom.message': [],
  'mailauth/dkim/ec/fixtures/signed.eml': ['verified', 'verified'],
  'mailauth/fixtures/arc-fail.eml': ['signature-differs', 'signature-differs'],
  'mailauth/fixtures/arc-fail2.eml': ['signature-differs', 'signature-differs'],
  'mailauth/fixtures/arc-fail3.eml': ['signature-differs'],
  'mailauth/fixtures/arc-pass.eml': ['signature-differs'],
  'mailauth/fixtures/arc-pass2.eml': ['signature-differs', 'signature-differs'],
  'mailauth/fixtures/authtest.eml': ['signature-differs'],
  'mailauth/fixtures/bimi.eml': ['signature-differs', 'signature-differs'],
  'mailauth/fixtures/message1.eml': [],
  'mailauth/fixtures/message2.eml': ['signature-differs'],
  'mailauth/fixtures/message3.eml': ['signature-differs', 'signature-differs'],
  'mailauth/fixtures/message4.eml': ['signature-differs'],
  'mailauth/fixtures/zbimi.eml': ['signature-differs'],
  'mailauth/fixtures/zproov.eml': ['signature-differs'],
}

const now = 1_700_000_000

type Zone = Readonly<Record<string, { readonly TXT?: readonly (readonly string[])[] } | undefined>>

function suiteResolver(folder: string): Resolver {
  const read = (name: string) => readFileSync(path.join(folder, name), 'latin1')
  const zone: Zone = {
    ...JSON.parse(read('mailauth/dns-cache.json')),
    ...JSON.parse(read('mailauth/dkim/ec/fixtures/dns.json')),
    'sed._domainkey.test.ex': { TXT: [[read('dkimpy/data/eximtest.dns').trim()]] },
  }
  const other = [[read('dkimpy/data/test.txt').trim()]]
  return {
    resolve: (name) =>
      ({ kind: 'records', records: zone[name]?.TXT ?? other, ttl: 60, authentic: false }) as never,
  }
}

if (dkimSuites === undefined)
  it('the samples of ../shared/suites/dkim are not here: nothing of them was run', () => {
    expect(dkimSuites).toBeUndefined()
  })
else {
  const folder = dkimSuites
  const resolver = suiteResolver(folder)

  describe('samples', () => {
    it('are those that are known', () => {
      expect(suiteMessages(folder)).toEqual(Object.keys(expected))
    })

    it.each(Object.entries(expected))('%s', async (name, reasons) => {
      const { signatures } = await verify(readFileSync(path.join(folder, name)), { resolver, now })
      expect(signatures.map(({ reason }) => reason)).toEqual(reasons)
    })
  })

  // Messages with odd spacing in their header: shown to the verifier under the records of keys that are wrong in some way.
  describe('keys', () => {
    const name = 'mailauth/dkim/ec/fixtures/signed.eml'
    it.each([
      ['badversion.txt', 'key-syntax'],
      ['badk.txt', 'key-type-unknown'],
      ['test_bad.txt', 'key-unusable'],
      ['test_tlsrpt.txt', 'key-not-for-mail'],
      ['test2.txt', 'verified'],
      ['test.txt', 'verified'],
    ])('%s', async (file, reason) => {
      const text = readFileSync(path.join(folder, 'dkimpy/data', file), 'latin1').trim()
      const record: Resolver = {
        resolve: () => ({ kind: 'records', records: [[text]], ttl: 60, authentic: false }) as never,
      }
      const { signatures } = await verify(readFileSync(path.join(folder, name)), { resolver: record, now })
      expect(signatures[1]?.reason).toBe(reason)
    })
  })
}
