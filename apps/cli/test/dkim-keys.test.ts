import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseKeyRecord, publicKeyOf, readSigningKey } from '@postern/dkim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChangingZone, txtLine } from './changing-zone.ts'
import { Desk } from './harness.ts'

let desk: Desk
const zone = new ChangingZone()

beforeEach(async () => {
  desk = new Desk()
  await zone.start()
  desk.settings(`[dns]\nservers = ["${zone.address}"]\ntimeout_ms = 200\nattempts = 1\n`)
})
afterEach(async () => {
  zone.publish('')
  await zone.stop()
  desk.clear()
})

const at = (name: string) => path.join(desk.directory, name)

interface GeneratedJson {
  readonly keys: readonly {
    readonly selector: string
    readonly algorithm: string
    readonly bits: number
    readonly file: string
    readonly name: string
    readonly record: string
    readonly fingerprint: string
  }[]
}

/** Makes keys and tells what a program would be told. */
async function generate(...argv: string[]): Promise<GeneratedJson['keys']> {
  const ran = await desk.run('dkim', 'genkey', '-d', 'example.org', ...argv, '--json')
  expect(ran.status).toBe(0)
  return (JSON.parse(ran.out) as GeneratedJson).keys
}

describe('dkim genkey', () => {
  it('writes a key that only its owner can read, and prints what publishes it', async () => {
    const { status, out, err } = await desk.run('dkim', 'genkey', '-d', 'Example.ORG.', '-s', '202611')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const file = at('example.org.202611.private')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const read = readSigningKey(readFileSync(file))
    if (!read.ok) throw new Error(read.error.code)
    expect(read.value).toMatchObject({ algorithm: 'rsa', bits: 2048 })
    const record = `v=DKIM1; k=rsa; p=${read.value.publicKey}`
    expect(out.split('\n')).toContain(record)
    expect(out).toContain(
      `202611._domainkey.example.org. IN TXT (\n    "${record.slice(0, 255)}"\n    "${record.slice(255)}"\n)\n`,
    )
    expect(out).toContain(`     postern dkim testkey -d example.org -s 202611 -k ${file}\n`)
    expect(out).toContain(
      `     [signing]\n     domains = ["example.org"]\n     selector = "202611"\n     key_file = "${file}"\n`,
    )
  })
  it('never writes over a key', async () => {
    const [key] = await generate('-s', 'a')
    const before = readFileSync(key!.file)
    expect(await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'a')).toEqual({
      status: 1,
      out: '',
      err: `postern: ${key!.file} is there already, and a key is never written over another\n`,
    })
    expect(readFileSync(key!.file)).toEqual(before)
  })
  it('makes one of each, RSA first, or none at all', async () => {
    const keys = await generate('-s', 'a', '--both', '-D', 'keys')
    expect(keys.map(({ selector, algorithm, bits, file }) => [selector, algorithm, bits, file])).toEqual([
      ['a-rsa', 'rsa', 2048, at('keys/example.org.a-rsa.private')],
      ['a-ed25519', 'ed25519', 256, at('keys/example.org.a-ed25519.private')],
    ])
    expect(statSync(at('keys')).mode & 0o777).toBe(0o700)
    await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'b-ed25519', '--ed25519')
    const { status, err } = await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'b', '--both')
    expect({ status, err }).toMatchObject({
      status: 1,
      err: expect.stringContaining('b-ed25519.private is there'),
    })
    expect(existsSync(at('example.org.b-rsa.private'))).toBe(false)
  })
  it('says what to put into the settings for two keys, and what Gmail does not verify', async () => {
    const { out, err } = await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'a', '--both')
    expect(out).toContain('     selector = "a-rsa"\n')
    expect(out).toContain('     ed25519_selector = "a-ed25519"\n')
    expect(err).toContain('Gmail and others do not verify Ed25519')
  })
  it('writes the tags that were asked for', async () => {
    const [key] = await generate(
      ...['-s', 'a', '-b', '1024', '-t', '-S', '--hash-algorithms', 'sha256', '-n', 'ask ann'],
    )
    const record = parseKeyRecord(key!.record)
    if (!record.ok) throw new Error(record.error.code)
    expect(record.value).toMatchObject({
      hashes: ['sha256'],
      flags: { testing: true, strict: true },
      notes: 'ask ann',
    })
    expect(publicKeyOf(record.value)).toMatchObject({ ok: true, value: { bits: 1024 } })
  })
  it('warns of few bits and of test mode', async () => {
    const { err } = await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'a', '-b1024', '-t')
    expect(err).toContain('postern: 1024 bits are few: RFC 8301 advises 2048\n')
    expect(err).toContain('postern: the record says t=y')
  })
  it.each<[argv: string[], message: string]>([
    [['-s', 'a'], '--domain (-d) is missing: the domain that signs'],
    [['-d', 'example.org'], '--selector (-s) is missing: a name for the key, such as the month, "202611"'],
    [['-d', 'example', '-s', 'a'], '--domain is a domain name, not "example"'],
    [['-d', 'a@example.org', '-s', 'a'], '--domain is a domain name, not "a@example.org"'],
    [['-d', 'example.org', '-s', '../a'], '--selector is letters, digits and hyphens, not "../a"'],
    [
      ['-d', 'example.org', '-s', 'a', '-b', '512'],
      '--bits is 1024 at least: receivers take no signature of a shorter key (RFC 8301)',
    ],
    [['-d', 'example.org', '-s', 'a', '-b', '16384'], '--bits is a whole number from 0 to 8192, not "16384"'],
    [['-d', 'example.org', '-s', 'a', '-b', 'x'], '--bits is a whole number from 0 to 8192, not "x"'],
    [
      ['-d', 'example.org', '-s', 'a', '--ed25519', '-b', '2048'],
      '--bits is for RSA keys: an Ed25519 key has 256 bits',
    ],
    [['-d', 'example.org', '-s', 'a', '--ed25519', '--both'], '--ed25519 and --both exclude each other'],
    [
      ['-d', 'example.org', '-s', 'a', '--hash-algorithms', 'sha1'],
      '--hash-algorithms is a list such as sha256, with sha256 in it, not "sha1"',
    ],
    [['-d', 'example.org', '-s', 'a', '-n', 'a; p='], '--note is printable ASCII without semicolons'],
  ])('%j is a mistake', async (argv, message) => {
    expect(await desk.run('dkim', 'genkey', ...argv)).toEqual({
      status: 2,
      out: '',
      err: `postern: ${message}\n`,
    })
  })
  it.each<[what: string, directory: string, message: string]>([
    ['no directory above', 'no/such/keys', 'there is no directory'],
    ['a file in its place', 'postern.toml/keys', 'cannot be written'],
  ])('says why it cannot write: %s', async (_what, directory, message) => {
    const { status, err } = await desk.run('dkim', 'genkey', '-d', 'a.example', '-s', 'a', '-D', directory)
    expect({ status, err }).toMatchObject({ status: 1, err: expect.stringContaining(message) })
  })
})

describe('dkim testkey', () => {
  const testkey = (...argv: string[]) => desk.run('dkim', 'testkey', ...argv)
  const name = (selector: string) => `${selector}._domainkey.example.org`

  it('finds all well', async () => {
    const [key] = await generate('-s', 'a')
    zone.publish(txtLine(key!.name, key!.record))
    const { status, out, err } = await testkey('-d', 'example.org', '-s', 'a', '-k', key!.file)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain(`${name('a')}: all is well\n`)
    expect(out).toContain(key!.fingerprint)
    expect(out).toContain('  note    The DNS serves this key.\n')
    expect(out).not.toContain('wants published')
  })
  it('says what is wrong, and what would be right', async () => {
    const [key] = await generate('-s', 'a')
    zone.publish(txtLine(key!.name, key!.record.slice(0, 255)))
    const { status, out } = await testkey('-d', 'example.org', '-s', 'a', '-k', key!.file)
    expect(status).toBe(1)
    expect(out).toContain(`${name('a')}: 1 error\n`)
    expect(out).toContain('  error   p= is cut off: 237 of 392 characters are there.')
    expect(out).toContain(`This is what the key wants published:\n\n${name('a')}. IN TXT (\n`)
  })
  it.each<[what: string, publish: (name: string, record: string) => string, code: string]>([
    ['quotes', (owner, record) => txtLine(owner, `"${record}"`), 'zone-syntax'],
    ['a name appended twice', (owner, record) => txtLine(`${owner}.example.org`, record), 'misplaced'],
    ['a wildcard', () => '*.example.org TXT "v=spf1 -all"', 'foreign-text'],
    ['a dead alias', (owner) => `${owner} CNAME nowhere.example.net`, 'dangling-alias'],
    ['another key', (owner) => txtLine(owner, otherRecord), 'wrong-key'],
    ['nothing', () => '', 'no-such-name'],
    ['a revoked key', (owner) => txtLine(owner, 'v=DKIM1; p='), 'revoked'],
    [
      'two records',
      (owner, record) => `${txtLine(owner, record)}\n${txtLine(owner, 'v=spf1 -all')}`,
      'several-records',
    ],
  ])('knows %s', async (_what, publish, code) => {
    const [key] = await generate('-s', 'a')
    zone.publish(publish(key!.name, key!.record))
    const argv = ['-d', 'example.org', '-s', 'a', '-k', key!.file]
    const { status, out } = await testkey(...argv, '--json')
    const json = JSON.parse(out)
    expect(json.keys[0].findings.map((finding: { code: string }) => finding.code)).toContain(code)
    expect(json).toMatchObject({ status, keys: [{ ok: false, domain: 'example.org', selector: 'a' }] })
    expect(status).toBe(1)
    expect((await testkey(...argv)).out).toMatch(/^ {2}error /m)
  })
  it('follows an alias', async () => {
    const [key] = await generate('-s', 'a')
    zone.publish(`${key!.name} CNAME a.mail.example.net\n${txtLine('a.mail.example.net', key!.record)}`)
    const { status, out } = await testkey('-d', 'example.org', '-s', 'a', '-k', key!.file)
    expect(status).toBe(0)
    expect(out).toMatch(/alias \(CNAME\) of\s+a\.mail\.example\.net/)
  })
  it('is not sure when the DNS is not', async () => {
    zone.publish(txtLine(name('a'), 'v=DKIM1; p='))
    zone.fail(name('a'))
    const [key] = await generate('-s', 'a')
    const { status, out } = await testkey('-d', 'example.org', '-s', 'a', '-k', key!.file)
    expect(status).toBe(3)
    expect(out).toContain('could not be looked up (servfail)')
    expect(out).not.toContain('wants published')
  })
  it('examines a record without its key', async () => {
    const record = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
    zone.publish(txtLine(name('brisbane'), record))
    const { status, out, err } = await testkey('-d', 'example.org', '-s', 'brisbane')
    expect(status).toBe(0)
    expect(out).toContain('The DNS serves a key: Ed25519,')
    expect(err).toContain('examined by itself')
  })
  it('names what leaves the key open to others', async () => {
    const [key] = await generate('-s', 'a', '-D', 'keys')
    zone.publish(txtLine(key!.name, key!.record))
    const argv = ['-d', 'example.org', '-s', 'a', '-k', 'keys/example.org.a.private']
    chmodSync(key!.file, 0o644)
    const open = await testkey(...argv)
    expect(open.status).toBe(1)
    expect(open.out.replaceAll(/\s+/g, ' ')).toContain(
      `${key!.file} may be read or changed by anybody (mode 0644)`,
    )
    chmodSync(key!.file, 0o600)
    chmodSync(at('keys'), 0o777)
    const replaceable = await testkey(...argv)
    expect(replaceable.status).toBe(1)
    expect(replaceable.out.replaceAll(/\s+/g, ' ')).toContain(
      `write into the directory ${at('keys')} (mode 0777`,
    )
    desk.settings(`[dns]\nservers = ["${zone.address}"]\n[signing]\nrequire_safe_keys = false\n`)
    expect(await testkey(...argv)).toMatchObject({ status: 0, out: expect.stringContaining('1 warning\n') })
  })
  it.each<[what: string, content: string | undefined, message: string]>([
    ['missing', undefined, 'There is no file'],
    ['empty', '', 'is empty'],
    ['no key', 'hello', 'is no private key'],
    ['a directory', 'dir', 'is a directory'],
  ])('says that a key file is %s', async (_what, content, message) => {
    if (content === 'dir') mkdirSync(at('k'))
    else if (content !== undefined) desk.write('k', content)
    const { status, out } = await testkey('-d', 'example.org', '-s', 'a', '-k', 'k')
    expect(status).toBe(1)
    expect(out).toContain(message)
  })
  it('tests every key of the settings', async () => {
    const [rsa, ed25519] = await generate('-s', 'a', '--both')
    const [row] = await generate('-s', 'b')
    desk.write('key.table', `b example.org:b:./example.org.b.private\nany %:c:/keys/%\nwrong\n`)
    desk.settings(`[dns]\nservers = ["${zone.address}"]
[signing]
domains = ["example.org", "example.net"]
selector = "a-rsa"
key_file = "example.org.a-rsa.private"
ed25519_selector = "a-ed25519"
ed25519_key_file = "${ed25519!.file}"
key_table = "file:key.table"
`)
    zone.publish(
      [
        txtLine(rsa!.name, rsa!.record),
        txtLine('a-rsa._domainkey.example.net', rsa!.record),
        txtLine(ed25519!.name, ed25519!.record),
        txtLine(row!.name, row!.record),
      ].join('\n'),
    )
    const { status, out, err } = await testkey()
    expect(status).toBe(1)
    expect(out.split('\n').filter((line) => /^\S+\._domainkey\.\S+: /.test(line))).toEqual([
      'a-rsa._domainkey.example.org: all is well',
      'a-rsa._domainkey.example.net: all is well',
      'a-ed25519._domainkey.example.org: all is well',
      'a-ed25519._domainkey.example.net: 1 error',
      'b._domainkey.example.org: all is well',
    ])
    expect(err).toContain('key.table:2: any is for any domain (%)')
    expect(err).toContain('key.table:3: missing-value: wrong')
    expect((await testkey('-d', 'example.org')).status).toBe(0)
    expect((await testkey('-d', 'example.org', '-s', 'b')).out).toContain(row!.fingerprint)
  })
  it.each<[argv: string[], message: string]>([
    [[], 'the settings have no key: say --domain, --selector and --key'],
    [['-d', 'example.org'], 'the settings have no key for example.org: say --domain, --selector and --key'],
    [['-k', 'x', '-s', 'a'], '--domain (-d) is missing: the domain that signs'],
    [
      ['-k', 'x', '-d', 'example.org'],
      '--selector (-s) is missing: a name for the key, such as the month, "202611"',
    ],
    [
      ['--dns', 'y', '-d', 'example.org', '-s', 'a'],
      '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "y"',
    ],
  ])('%j is a mistake', async (argv, message) => {
    expect(await testkey(...argv)).toMatchObject({ status: 2, out: '', err: `postern: ${message}\n` })
  })
  it('says that the key table is not there', async () => {
    desk.settings('[signing]\nkey_table = "nix"\n')
    expect(await testkey()).toMatchObject({ status: 2, err: expect.stringContaining('the key table') })
  })
})

const otherRecord =
  'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB'
