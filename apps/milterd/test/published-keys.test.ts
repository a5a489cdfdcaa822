import { formatKeyRecord, generateKey, parseKeyRecord, readSigningKey } from '@postern/dkim'
import { createBudget } from '@postern/dns'
import { createZone } from '@postern/dns/testing'
import { beforeAll, expect, it } from 'vitest'
import { createPublishedCheck } from '../src/published-keys.ts'

let record = ''
let other = ''
let pem = ''
beforeAll(async () => {
  const key = await generateKey({ algorithm: 'ed25519' })
  pem = key.privateKeyPem
  record = key.record
  other = (await generateKey({ algorithm: 'ed25519' })).record
})

const choice = (selector: string) => ({
  domain: 'Example.org',
  selector,
  key: { kind: 'file', path: '/k' } as const,
})

it('a key is published when the DNS serves it, also among others', async () => {
  const zone = createZone(
    `good._domainkey.example.org TXT "${record}"
both._domainkey.example.org TXT "${other}"
both._domainkey.example.org TXT "${record}"
wrong._domainkey.example.org TXT "${other}"
rubbish._domainkey.example.org TXT "v=spf1 -all"`,
    { failures: { 'broken._domainkey.example.org': 'servfail' } },
  )
  const read = readSigningKey(pem)
  const parsed = parseKeyRecord(record)
  if (!read.ok || !parsed.ok) throw new Error('no key')
  expect(formatKeyRecord(parsed.value)).toBe(record)
  const newBudget = () => createBudget({ deadlineMs: performance.now() + 1000, now: () => performance.now() })
  const isPublished = createPublishedCheck({ resolver: zone, newBudget })
  const states = ['good', 'both', 'wrong', 'rubbish', 'missing', 'broken'] as const
  const found = await Promise.all(states.map((selector) => isPublished(choice(selector), read.value)))
  // What the DNS does not tell now keeps nobody's mail.
  expect(found).toEqual([true, true, false, false, false, true])
  // What is known is told at once.
  expect(isPublished(choice('good'), read.value)).toBe(true)
  expect(isPublished(choice('wrong'), read.value)).toBe(false)
})
