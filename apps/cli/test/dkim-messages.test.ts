import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChangingZone, txtLine } from './changing-zone.ts'
import { Desk, now } from './harness.ts'

let desk: Desk
const zone = new ChangingZone()

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ed25519 = generateKeyPairSync('ed25519')
const pemOf = (key: typeof rsa.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const spkiOf = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'der' })
const rsaRecord = `v=DKIM1; k=rsa; p=${spkiOf(rsa.publicKey).toString('base64')}`
const ed25519Record = `v=DKIM1; k=ed25519; p=${spkiOf(ed25519.publicKey).subarray(-32).toString('base64')}`
const records = `${txtLine('a._domainkey.example.org', rsaRecord)}\n${txtLine('e._domainkey.example.org', ed25519Record)}`

beforeEach(async () => {
  desk = new Desk()
  await zone.start()
  zone.publish(records)
  settings('')
  desk.write('rsa.pem', pemOf(rsa.privateKey))
  desk.write('ed25519.pem', pemOf(ed25519.privateKey))
})
afterEach(async () => {
  await zone.stop()
  desk.clear()
})

const settings = (rest: string) =>
  desk.settings(`[dns]\nservers = ["${zone.address}"]\ntimeout_ms = 200\nattempts = 1\n${rest}`)

const unix =
  'From: Ann <ann@example.org>\nTo: bob@example.net\nSubject:  two  blanks\n\tfolded \n\nHello \t world  \n\n\xc3\xa4\n\n'
const message = unix.replaceAll('\n', '\r\n')

const sign = (...argv: string[]) => desk.run('dkim', 'sign', ...argv)
const verify = (...argv: string[]) => desk.run('dkim', 'verify', ...argv)
const explicit = ['-d', 'example.org', '-s', 'a', '-k', 'rsa.pem']

/** Signs what is piped in. */
async function signed(text: string, ...argv: string[]): Promise<string> {
  desk.stdin = text
  const { status, out, err } = await sign(...explicit, ...argv)
  expect({ status, err }).toEqual({ status: 0, err: '' })
  return out
}

async function verifyText(text: string, ...argv: string[]) {
  desk.stdin = text
  return verify(...argv)
}

describe('dkim sign', () => {
  it.each([
    ['CRLF', message, '\r\n'],
    ['LF', unix, '\n'],
  ])('puts a signature above a message, in its line ends: %s', async (_name, text, lineEnd) => {
    const out = await signed(text)
    expect(out.endsWith(text)).toBe(true)
    const above = out.slice(0, -text.length)
    expect(above).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.org; s=a;/)
    expect(above.endsWith(lineEnd)).toBe(true)
    expect(above.includes('\r')).toBe(lineEnd === '\r\n')
    expect(await verifyText(out)).toMatchObject({ status: 0 })
  })
  it('reads a file, and prints the signature only, where that is wanted', async () => {
    const text = unix.replace('\xc3\xa4', 'a')
    desk.write('m.eml', text)
    const { status, out } = await sign(...explicit, '--header-only', 'm.eml')
    expect(status).toBe(0)
    expect(out).toMatch(/^DKIM-Signature: .*\n(?:\t.*\n)+$/)
    expect(await verifyText(`${out}${text}`)).toMatchObject({ status: 0 })
  })
  it('leaves the first line of a mailbox file where it is', async () => {
    const out = await signed(`From ann Sat Nov 22 12:00:00 2026\n${unix}`)
    expect(out).toMatch(/^From ann Sat Nov 22 12:00:00 2026\nDKIM-Signature: /)
    expect(await verifyText(out)).toMatchObject({ status: 0 })
  })
  it('signs as it is told', async () => {
    const out = await signed(unix, '-c', 'simple/simple', '-i', 'ann@lists.example.org', '--lifetime', '3600')
    expect(out).toContain('c=simple/simple;')
    expect(out).toContain('i=ann@lists.example.org;')
    expect(out).toContain(`x=${now + 3600};`)
  })
  it('signs with all keys of the settings for the domain of From', async () => {
    settings(`[signing]
domains = ["example.net", "example.org"]
selector = "a"
key_file = "rsa.pem"
ed25519_selector = "e"
ed25519_key_file = "ed25519.pem"
oversign_headers = ["From"]
`)
    desk.stdin = unix
    const { status, out } = await sign()
    expect(status).toBe(0)
    expect(
      [...out.matchAll(/a=(\S+);.* s=(\S+);/g)].map(([, algorithm, selector]) => [algorithm, selector]),
    ).toEqual([
      ['rsa-sha256', 'a'],
      ['ed25519-sha256', 'e'],
    ])
    expect(out).toContain('h=from:from:subject:to;')
    const verified = await verifyText(out)
    expect(verified.status).toBe(0)
    expect(verified.out.match(/: pass\n/g)).toHaveLength(2)
    desk.stdin = unix
    expect((await sign('-s', 'e')).out.match(/DKIM-Signature/g)).toHaveLength(1)
  })
  it('uses a key that stands in the key table itself', async () => {
    const der = ed25519.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    desk.write('key.table', `e example.org:e:${der}\n`)
    settings('[signing]\nkey_table = "key.table"\n')
    desk.stdin = unix
    const { out } = await sign()
    expect(await verifyText(out)).toMatchObject({ status: 0 })
  })
  it.each<[what: string, argv: string[], stdin: string, status: number, message: string]>([
    ['no key', [], unix, 1, 'the settings have no key for example.org: say --domain, --selector and --key'],
    ['no message', explicit, '', 1, 'this is no message: it has no From field'],
    ['no file', [...explicit, 'nix'], '', 1, 'there is no file nix'],
    ['a directory', [...explicit, '.'], '', 1, '. is a directory'],
    ['no key file', ['-d', 'a.example', '-s', 'a', '-k', 'nix'], unix, 1, 'There is no file'],
    ['a foreign identity', [...explicit, '-i', 'ann@example.net'], unix, 1, 'no address of example.org'],
    ['no selector', ['-d', 'example.org', '-k', 'rsa.pem'], unix, 2, '--selector (-s) is missing'],
    ['no domain', ['-s', 'a', '-k', 'rsa.pem'], unix, 2, '--domain (-d) is missing'],
    ['another way', [...explicit, '-c', 'x'], unix, 2, '--canonicalization is one of relaxed/relaxed,'],
    ['no time', [...explicit, '--lifetime', 'x'], unix, 2, '--lifetime is a whole number'],
  ])('says why not: %s', async (_what, argv, stdin, status, text) => {
    desk.stdin = stdin
    const ran = await sign(...argv)
    expect(ran).toMatchObject({ status, out: '' })
    expect(ran.err).toContain(`postern: ${text.startsWith('There') ? 'There is no file' : text}`)
  })
  it('refuses a key that receivers refuse', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey
    desk.write('rsa.pem', pemOf(weak))
    desk.stdin = unix
    expect(await sign(...explicit)).toMatchObject({ status: 1, err: expect.stringContaining('512 bits') })
  })
})

describe('dkim verify', () => {
  it('says what is covered, and what is known of the key', async () => {
    const { status, out, err } = await verifyText(await signed(unix))
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toBe(`From: example.org

1. d=example.org s=a: pass
   The signature of example.org (selector a) is good.
   rsa-sha256, relaxed/relaxed, signed 2026-05-28 20:26:40 UTC
   Covers from, subject, to; no more may be added of: from, subject, date, to,
   message-id; of the body all 19 octets
   Key a._domainkey.example.org, RSA with 1024 bits, not secured by DNSSEC
`)
  })
  it.each<[what: string, change: (text: string) => string, publish: string, status: number, text: string]>([
    ['a footer', (text) => `${text}-- \nA list\n`, records, 1, 'a footer was probably added'],
    ['another subject', (text) => text.replace('two', 'too'), records, 1, 'does not fit the header'],
    ['another From', (text) => `From: eve@example.net\n${text}`, records, 1, 'fail'],
    ['no key', (text) => text, '', 1, 'there is no TXT record at a._domainkey.example.org'],
    [
      'a revoked key',
      (text) => text,
      txtLine('a._domainkey.example.org', 'v=DKIM1; p='),
      1,
      'has a key that was revoked',
    ],
    ['no signature', () => unix, records, 1, 'The message has no DKIM signature.'],
    ['no message', () => '', records, 1, 'From: no domain'],
    ['a broken signature', () => `DKIM-Signature: v=1; a=\n${unix}`, records, 1, '1. neutral'],
  ])('tells %s', async (_what, change, publish, status, text) => {
    const whole = await signed(unix)
    zone.publish(publish)
    const ran = await verifyText(change(whole))
    expect(ran.status).toBe(status)
    expect(ran.out.replaceAll(/\s+/g, ' ')).toContain(text)
  })
  it('does not know when the DNS does not', async () => {
    const whole = await signed(unix)
    zone.fail('a._domainkey.example.org')
    const { status, out } = await verifyText(whole)
    expect(status).toBe(3)
    expect(out).toContain('1. d=example.org s=a: temperror\n')
    expect(out).not.toContain('DNSSEC')
  })
  it('goes by the rules of the milter', async () => {
    const whole = await signed(unix)
    settings('[dkim]\nmin_rsa_bits = 2048\n')
    expect(await verifyText(whole)).toMatchObject({ status: 1, out: expect.stringContaining('policy') })
    settings('[dkim]\nrequired_headers = ["Reply-To", "To"]\n')
    expect(await verifyText(whole)).toMatchObject({ status: 0 })
    settings('[dkim]\nmax_signatures = 1\n')
    const two = await signed(whole)
    expect((await verifyText(two)).out).toContain('1 more signature was not looked at.')
  })
  it('tells when the signature is of another domain than From', async () => {
    const foreign = unix.replace('ann@example.org', 'ann@other.example')
    expect((await verifyText(await signed(foreign))).out).toContain('DMARC does not count it')
    const below = unix.replace('ann@example.org', 'ann@lists.example.org')
    expect((await verifyText(await signed(below))).out).not.toContain('DMARC')
  })
  it('shows with --explain what was signed', async () => {
    const { status, out } = await verifyText(await signed(unix), '--explain')
    expect(status).toBe(0)
    expect(out).toContain(`
   The header as it is signed:
     from:Ann·<ann@example.org>␍␊
     subject:two·blanks·folded␍␊
     to:bob@example.net␍␊
     dkim-signature:v=1;`)
    expect(out).toContain(`
   The body as it is hashed:
     Hello·world␍␊
     ␍␊
     \\xc3\\xa4␍␊

· blank, → tab, ␍ CR, ␊ LF, \\x.. any other byte
`)
    const simple = await verifyText(await signed(unix, '-c', 'simple/simple'), '--explain')
    expect(simple.out).toContain('     Subject:··two··blanks␍␊\n     →folded·␍␊\n')
    const long = await verifyText(await signed(`${unix}${'y\n'.repeat(3000)}`), '--explain')
    expect(long.out).toMatch(/\(\d+ more octets\)/)
  })
  it('escapes what could fool a terminal', async () => {
    const evil = `DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=a; h=from; bh=AAAA; b=AAAA; i="\x1b[2J"@example.org\n`
    const { out } = await verifyText(`${evil}From: a@\x1b]0;x\x07\n\n\x1b[31mred\x9b`, '--explain')
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  })
  it('tells programs the same', async () => {
    const { status, out } = await verifyText(await signed(unix), '--json', '--explain')
    expect(JSON.parse(out)).toMatchObject({
      status,
      from: ['example.org'],
      unverified: 0,
      signatures: [
        {
          at: 0,
          result: 'pass',
          reason: 'verified',
          domain: 'example.org',
          selector: 'a',
          algorithm: 'rsa-sha256',
          canonicalization: 'relaxed/relaxed',
          timestamp: now,
          expiration: null,
          covered: { fields: ['from', 'subject', 'to'], bodyBytes: 19, bodyTotal: 19 },
          key: { name: 'a._domainkey.example.org', bits: 1024 },
          input: { bodyBytes: 19, body: 'Hello world\r\n\r\n\xc3\xa4\r\n' },
        },
      ],
    })
    desk.write('m.eml', 'x')
    expect(JSON.parse((await verify('m.eml', '--json')).out)).toEqual({
      status: 1,
      from: [],
      signatures: [],
      unverified: 0,
    })
  })
  it.each<[argv: string[], status: number, message: string]>([
    [['nix'], 1, 'there is no file nix'],
    [['.'], 1, '. is a directory'],
    [['--dns', 'x'], 2, '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "x"'],
    [['a', 'b'], 2, '"b" is too much: postern dkim verify [MESSAGE] [OPTION]...'],
  ])('%j is a mistake', async (argv, status, text) => {
    expect(await verify(...argv)).toEqual({ status, out: '', err: `postern: ${text}\n` })
  })
})
