import { generateKeyPairSync } from 'node:crypto'
import { createZone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { formatDkimReason, readSigningKey, sign, verify } from '../src/index.ts'

const now = 1_700_000_000

function keyPair(type: 'rsa' | 'ed25519') {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  const key = readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  if (!key.ok) throw new Error(key.error.code)
  return key.value
}

const rsa = keyPair('rsa')
const ed25519 = keyPair('ed25519')
const zoneText = (name: string, text: string) =>
  `${name} 60 IN TXT ${(text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(' ')}\n`
const resolver = createZone(
  zoneText('r._domainkey.example.org.', `v=DKIM1; p=${rsa.publicKey}`) +
    zoneText('e._domainkey.example.org.', `v=DKIM1; k=ed25519; p=${ed25519.publicKey}`),
)

const message = Buffer.from(
  'From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello  there\r\n\r\nHi Bob,\r\n\r\n  bye \r\n\r\n',
)

describe('signing and verifying', () => {
  it.each(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const)(
    '%s, with both algorithms',
    async (canonicalization) => {
      const request = { domain: 'example.org', canonicalization }
      const fields = await sign(message, {
        now,
        signatures: [
          { ...request, selector: 'r', key: rsa, lifetimeSeconds: 86400 },
          { ...request, selector: 'e', key: ed25519, identity: 'ann@sub.example.org' },
        ],
      })
      expect(fields).toHaveLength(2)
      const signed = Buffer.concat([...fields.map((field) => Buffer.from(`${field}\r\n`, 'latin1')), message])
      const { signatures, from } = await verify(signed, { resolver, now })
      expect(signatures.map(({ result, reason }) => [result, reason])).toEqual([
        ['pass', 'verified'],
        ['pass', 'verified'],
      ])
      expect(from).toEqual(['example.org'])
      const changed = Buffer.from(signed.toString('latin1').replace('Hi Bob', 'Hi Rob'), 'latin1')
      const broken = await verify(changed, { resolver, now })
      expect(broken.signatures.map(({ reason }) => reason)).toEqual([
        'body-hash-differs',
        'body-hash-differs',
      ])
      expect(formatDkimReason(broken.signatures[0]!)).toContain('the body hash differs')
    },
  )
})
