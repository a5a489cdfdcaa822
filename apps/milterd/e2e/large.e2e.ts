// A message of 50 MB: signed here, verified at the other end, and neither daemon keeps it in memory.

import path from 'node:path'
import { testWithOpendkim } from '@postern/e2e/opendkim'
import { preparePostfix } from '@postern/e2e/postfix'
import { residentBytes } from '@postern/e2e/process-memory'
import { openDialogue } from '@postern/e2e/smtp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { internalClient, onlyMessage, openStage, ourResults, type Stage } from './stage.ts'

const megabyte = 1024 * 1024
const messageBytes = 50 * megabyte
/** What a daemon may have more than before: far less than the message. */
const growthBytes = 40 * megabyte

const prepared = preparePostfix()
const rsa = makeKey(path.join(prepared.directory, 'keys'), 'rsa')

type Way = 'leaving' | 'arriving'
let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage<Way>({
    prepared,
    zone: zoneOf({ 'rsa._domainkey.example.org': rsa.record }),
    ways: {
      leaving: {
        settings: `
[signing]
domains = ["example.org"]
selector = "rsa"
key_file = "${rsa.file}"
internal_hosts = ["192.0.2.0/24"]
`,
        smtpd: ({ portOf }) => `  -o content_filter=smtp:[127.0.0.1]:${portOf('arriving')}`,
      },
      arriving: { settings: '[signing]\ninternal_hosts = []\n' },
    },
    mainCf: () => 'message_size_limit = 100000000',
  })
})
afterAll(() => stage?.stop())

const head = (subject: string) =>
  `From: ann@example.org\r\nTo: bob@lab.example.com\r\nSubject: ${subject}\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n`

/** Not all alike, with the blanks that relaxed canonicalization takes out. */
const block = Buffer.from(
  Array.from({ length: 1024 }, (_, i) => `${String(i).padStart(6)} ${'attached  '.repeat(6)} \r\n`).join(''),
)

async function send(to: string, bytes: number): Promise<void> {
  const session = await openDialogue(stage.postfix.portOf('leaving'), internalClient)
  await session.greet('mail.example.net')
  await session.envelope('ann@example.org', to)
  const phase = await session.begin()
  await phase.write(head(to))
  for (let sent = 0; sent < bytes; sent += block.length) await phase.write(block)
  expect((await phase.end()).codes).toBe('250 2.0.0')
  await session.close()
}

it('passes, signed and verified, with flat memory', { timeout: 120_000 }, async () => {
  await send('warm@lab.example.com', 5 * megabyte)
  await onlyMessage(stage.postfix, 'warm@lab.example.com')
  const ways = ['leaving', 'arriving'] as const
  const before = ways.map((way) => residentBytes(stage.daemon(way).pid))
  const most = [...before]
  const watching = setInterval(() => {
    for (const [index, way] of ways.entries())
      most[index] = Math.max(most[index]!, residentBytes(stage.daemon(way).pid))
  }, 20)
  try {
    await send('large@lab.example.com', messageBytes)
    const message = await onlyMessage(stage.postfix, 'large@lab.example.com')
    expect(message.bytes.length).toBeGreaterThan(messageBytes)
    expect(ourResults(message)).toMatch(/^dkim=pass \(2048-bit key\) header\.d=example\.org /)
    const options = { directory: stage.directory, name: 'large', dnsPort: stage.dns.port }
    expect(await testWithOpendkim(options, message.bytes)).toMatch(/ succeeded$/)
  } finally {
    clearInterval(watching)
  }
  const grown = most.map((bytes, index) => bytes - before[index]!)
  console.log(
    `50 MB: milterd grew by ${grown.map((bytes) => `${(bytes / megabyte).toFixed(1)} MB`).join(' signing, ')} verifying`,
  )
  for (const bytes of grown) expect(bytes).toBeLessThan(growthBytes)
})
