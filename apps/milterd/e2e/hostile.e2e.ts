// Mail that means harm, as far as Postfix lets it through: each has a result, and nobody else notices.

import { createPublicKey, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { verifyWithDkimpy } from '@postern/e2e/dkimpy'
import { preparePostfix } from '@postern/e2e/postfix'
import { residentBytes } from '@postern/e2e/process-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signersFor } from './defects.ts'
import { makeKey, zoneOf } from './key-pair.ts'
import { internalClient, onlyMessage, openStage, ourResults, queueIdOf, type Stage } from './stage.ts'

const prepared = preparePostfix()
const keys = path.join(prepared.directory, 'keys')
const rsa = makeKey(keys, 'rsa')
const { byDkimpy } = signersFor({ rsa, ed25519: rsa, weak: rsa })

/** 16,384 bits that nobody has the other half of. */
const huge = createPublicKey({
  key: { kty: 'RSA', e: 'AQAB', n: randomBytes(2048).fill(0xc1, 0, 1).toString('base64url') },
  format: 'jwk',
}).export({ type: 'spki', format: 'der' })

type Way = 'usual' | 'tables'
let stage: Stage<Way>

const settings = `
[signing]
domains = ["example.org"]
selector = "rsa"
key_file = "${rsa.file}"
internal_hosts = ["192.0.2.0/24"]
`

beforeAll(async () => {
  writeFileSync(path.join(keys, 'key.table'), `any %:any:${keys}/rsa\n`)
  writeFileSync(path.join(keys, 'signing.table'), '* any\n')
  stage = await openStage<Way>({
    prepared,
    zone: zoneOf({
      'rsa._domainkey.example.org': rsa.record,
      'huge._domainkey.example.org': `v=DKIM1; p=${huge.toString('base64')}`,
    }),
    ways: {
      usual: { settings },
      tables: {
        settings: `
[signing]
key_table = "${keys}/key.table"
signing_table = "refile:${keys}/signing.table"
internal_hosts = ["192.0.2.0/24"]
`,
      },
    },
    mainCf: () => 'message_size_limit = 100000000',
  })
  for (let index = 0; index < 8; index++)
    stage.dns.fail(`rsa._domainkey.silent${index}.example.com`, 'timeout')
})
afterAll(() => stage?.stop())

const end = '\r\nHello.\r\n'
const head =
  'From: ann@example.org\r\nTo: bob@lab.example.com\r\nSubject: harm\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n'
const ordinary = head + end
/** A signature that has all it needs, but no truth. */
const signature = (domain: string, more = '') =>
  `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=rsa; h=from; ${more}bh=2SAcMTDjMdIcSvmqMH9QQW3GnYeRTLke4vBySe5OZUo=; b=AAAA\r\n`
const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join('')

/** Postfix itself cuts each field at 60,000 characters when it has milters, whatever header_size_limit says. */
interface Harm {
  readonly what: string
  readonly content: string
  /** Of Authentication-Results. */
  readonly results: RegExp
}

const harms: readonly Harm[] = [
  { what: 'NUL bytes in the body', content: `${head}\r\na\0b\0\0\r\n\0\r\n`, results: /^dkim=none;/ },
  { what: 'NUL bytes in the header', content: `${head}X-Nul: a\0b\r\n${end}`, results: /^dkim=none;/ },
  {
    what: 'a signed message with a NUL added',
    content: byDkimpy().replace('Hello', 'He\0llo'),
    results: /^dkim=fail \(/,
  },
  {
    what: '10,000 header fields',
    content: `${signature('example.org')}${head}${many(10_000, (i) => `X-${i}: ${i}\r\n`)}${end}`,
    results: /^dkim=(?:fail|permerror) \(/,
  },
  {
    what: 'a header line of 1 MB',
    content: `${head}X-Long: ${'x'.repeat(1_000_000)}\r\n${end}`,
    results: /^dkim=none;/,
  },
  {
    what: 'a folded header field of 1 MB',
    content: `${byDkimpy().replace('\r\n\r\n', `\r\nX-Folded: ${many(20_000, (i) => `${i} ${'y'.repeat(40)}\r\n `)}end\r\n\r\n`)}`,
    results: /^dkim=pass \(/,
  },
  {
    what: 'a From of 100,000 addresses',
    content: `From: ${many(100_000, (i) => `a${i}@example.com,\r\n `)}ann@example.org\r\nSubject: from\r\n${end}`,
    results: /^dkim=none;/,
  },
  {
    what: 'a signature with 10,000 tags',
    content: `${signature(
      'example.org',
      many(10_000, (i) => `t${i}=${i}; `),
    )}${ordinary}`,
    results: /^dkim=(?:neutral|permerror|fail) \(/,
  },
  {
    what: 'a signature with the same tag 1,000 times',
    content: `${signature('example.org', 'd=example.com; '.repeat(1000))}${ordinary}`,
    results: /^dkim=(?:neutral|permerror) \(/,
  },
  {
    what: 'a signature over 20,000 names',
    content: `${signature('example.org').replace('h=from;', `h=from${':subject'.repeat(20_000)};`)}${ordinary}`,
    results: /^dkim=(?:neutral|permerror|fail) \(/,
  },
  {
    what: 'a hundred signatures',
    content: many(100, () => signature('example.org')) + ordinary,
    results: /^(?:dkim=fail \([^;]*; ){7}dkim=fail \((?!.*dkim=)/,
  },
  {
    what: 'a hundred good signatures',
    content: byDkimpy().replace(/^(DKIM-Signature:.*?\r\n)(?=\S)/s, (field) => field.repeat(100)),
    results: /^(?:dkim=pass \([^;]*; ){7}dkim=pass \((?!.*dkim=)/,
  },
  {
    what: 'names that nobody answers for',
    content: many(8, (i) => signature(`silent${i}.example.com`)) + ordinary,
    results: /^(?:dkim=temperror \([^;]*; ){8}/,
  },
  {
    what: 'a key of 16,384 bits',
    content: byDkimpy({ selector: 'huge' }),
    results: /^dkim=policy \(.*larger than we work with/,
  },
  {
    what: 'a thousand Authentication-Results',
    content: `${many(1000, (i) => `Authentication-Results: ${i % 2 ? 'mx.lab.example.com' : 'other.example'}; dkim=pass\r\n`)}${ordinary}`,
    results: /^dkim=none;/,
  },
  {
    what: 'comments 10,000 deep',
    content: `Authentication-Results: ${'('.repeat(10_000)}mx.lab.example.com; dkim=pass\r\nFrom: ${'('.repeat(10_000)} ann@example.org\r\n${end}`,
    results: /^dkim=none;/,
  },
]

const recipient = (what: string) => `${what.replaceAll(/\W+/g, '-')}@lab.example.com`
const good = byDkimpy()

describe.each(harms)('$what', ({ what, content, results }) => {
  it('has a result, and others at the same time have theirs', async () => {
    const { pid } = stage.daemon('usual')
    const to = recipient(what)
    const other = `beside-${to}`
    const began = performance.now()
    const [{ message }] = await Promise.all([
      stage.deliver('usual', { to, content }),
      stage.send('usual', { to: other, content: good }).then(queueIdOf),
    ])
    expect.soft(ourResults(message).replaceAll('\\', '')).toMatch(results)
    expect(ourResults(await onlyMessage(stage.postfix, other))).toMatch(/^dkim=pass \(/)
    expect(performance.now() - began).toBeLessThan(8000)
    expect(stage.daemon('usual').pid).toBe(pid)
  })
})

describe('from our own hosts', () => {
  // Of these, the first From has no address of ours; of the one with 10,000 fields see below.
  const signable = harms.filter(({ what }) => !/From|comments|fields/.test(what))

  it.each(signable)('$what is signed', async ({ what, content }) => {
    const to = recipient(`signed ${what}`)
    const { message, line } = await stage.deliver('usual', { client: internalClient, to, content })
    expect(line.fields.get('signed')).toBe('example.org:rsa')
    const records = { 'rsa._domainkey.example.org': rsa.record }
    expect(verifyWithDkimpy([onlyOurSignature(message.bytes)], records)).toEqual([['pass']])
  })

  /** Without the signatures below the topmost, of which dkimpy would give up. They are not covered by ours. */
  function onlyOurSignature(bytes: Buffer): Buffer {
    const text = bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    const fields = text.slice(0, end).split(/\r\n(?![ \t])/)
    const kept = fields.filter((field, index) => index === 0 || !/^DKIM-Signature:/i.test(field))
    return Buffer.from(kept.join('\r\n') + text.slice(end), 'latin1')
  }

  it('more fields than the signer takes: it passes unsigned, and the log says why', async () => {
    const content = `${many(10_001, (i) => `X-${i}: ${i}\r\n`)}${ordinary}`
    const to = recipient('unsigned fields')
    const { message, line } = await stage.deliver('usual', { client: internalClient, to, content })
    expect(message.names).not.toContain('DKIM-Signature')
    expect(line.fields.get('not_signed')).toBe('not signed: the header is too large')
  })

  let sent = 0
  it.each([
    'root@localhost',
    'a@x;d=evil.example',
    'a@ex ample.com',
    'a@[192.0.2.1]',
    'a@../../../etc/passwd',
    `a@${'abc.'.repeat(80)}com`,
    `a@${'l'.repeat(70)}.example.com`,
    'a@-x.example.com',
    '<>',
    ',,,;;;@@@',
    '"',
  ])('From: %s does no harm where any domain is signed for', async (from) => {
    const content = `From: ${from}\r\nSubject: any\r\n${end}`
    const to = `any-${++sent}@lab.example.com`
    const { message, line } = await stage.deliver('tables', { client: internalClient, to, content })
    expect(message.names).not.toContain('DKIM-Signature')
    expect(line.fields.get('key_problem') ?? line.fields.get('not_signed')).toMatch(/./)
  })
})

it('nothing of ours broke, and memory is what it is for other mail', () => {
  for (const way of ['usual', 'tables'] as const) {
    const daemon = stage.daemon(way)
    expect(daemon.lines.filter(({ event }) => event === 'failure').map(({ text }) => text)).toEqual([])
    expect(residentBytes(daemon.pid)).toBeLessThan(300 * 1024 * 1024)
  }
})
