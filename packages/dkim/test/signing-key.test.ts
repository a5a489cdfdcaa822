import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateKey, readSigningKey, type SigningKeyErrorCode } from '../src/index.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ed25519 = generateKeyPairSync('ed25519')
const pem = (key: typeof rsa.privateKey, type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString()
const der = (key: typeof rsa.privateKey, type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  key.export({ type, format: 'der' })
const rsaPublic = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const rawPublic = ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
const edPublic = rawPublic.toString('base64')
const seed = der(ed25519.privateKey).subarray(-32)

const inWindows = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`
const indented = (text: string) => text.replaceAll(/^/gm, '   ').replaceAll('\n', ' \t\n')

describe('reads', () => {
  it.each<[form: string, file: string | Uint8Array, algorithm: 'rsa' | 'ed25519']>([
    ['PEM of PKCS#8', pem(rsa.privateKey), 'rsa'],
    ['PEM of PKCS#1', pem(rsa.privateKey, 'pkcs1'), 'rsa'],
    ['PEM of PKCS#8 with Ed25519', pem(ed25519.privateKey), 'ed25519'],
    ['bytes of PEM', Buffer.from(pem(rsa.privateKey)), 'rsa'],
    ['DER of PKCS#8', der(rsa.privateKey), 'rsa'],
    ['DER of PKCS#1', der(rsa.privateKey, 'pkcs1'), 'rsa'],
    ['DER with Ed25519, of 48 bytes', der(ed25519.privateKey), 'ed25519'],
    ['base64 of DER without the PEM lines', der(rsa.privateKey).toString('base64'), 'rsa'],
    ['base64 of short DER', der(ed25519.privateKey).toString('base64'), 'ed25519'],
    ['the 32 bytes of dkimpy', `${seed.toString('base64')}\n`, 'ed25519'],
    ['the 64 bytes of rspamd', Buffer.concat([seed, rawPublic]).toString('base64'), 'ed25519'],
    ['a byte order mark and CRLF', inWindows(pem(rsa.privateKey)), 'rsa'],
    ['the same as bytes', Buffer.from(inWindows(pem(rsa.privateKey))), 'rsa'],
    ['UTF-16', Buffer.from(inWindows(pem(rsa.privateKey)), 'utf16le'), 'rsa'],
    ['CR alone', pem(rsa.privateKey).replaceAll('\n', '\r'), 'rsa'],
    ['blanks around lines', indented(pem(rsa.privateKey)), 'rsa'],
    ['a seed with CRLF and blanks', ` ${seed.toString('base64')} \r\n\r\n`, 'ed25519'],
    ['all on one line', pem(rsa.privateKey).replaceAll('\n', ''), 'rsa'],
    ['text around it', `# of mail\n${pem(rsa.privateKey)}\n(end)\n`, 'rsa'],
    [
      'the private key beside the public one',
      `${rsa.publicKey.export({ type: 'spki', format: 'pem' })}${pem(rsa.privateKey)}`,
      'rsa',
    ],
  ])('%s', (_form, file, algorithm) => {
    const read = readSigningKey(file)
    if (!read.ok) throw new Error(read.error.code)
    expect(read.value).toMatchObject({
      algorithm,
      bits: algorithm === 'rsa' ? 1024 : 256,
      publicKey: algorithm === 'rsa' ? rsaPublic : edPublic,
    })
    expect(read.value.key.type).toBe('private')
  })
  it('what generateKey writes', async () => {
    for (const algorithm of ['rsa', 'ed25519'] as const) {
      const { privateKeyPem, record } = await generateKey({ algorithm })
      const read = readSigningKey(privateKeyPem)
      expect(read).toMatchObject({ ok: true, value: { algorithm, bits: algorithm === 'rsa' ? 2048 : 256 } })
      expect(record).toBe(`v=DKIM1; k=${algorithm}; p=${read.ok && read.value.publicKey}`)
    }
  })
  it.each(['rsa:512', 'rsa:768'])('%s, which others are to refuse', (algorithm) => {
    const bits = Number(algorithm.slice(4))
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    expect(readSigningKey(pem(privateKey))).toMatchObject({ ok: true, value: { bits } })
  })
})

describe('refuses', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const ed448 = generateKeyPairSync('ed448').privateKey
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' }
  const encrypted = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString()
  const other = Buffer.concat([seed, Buffer.alloc(32)]).toString('base64')
  it.each<[what: string, file: string | Uint8Array, code: SigningKeyErrorCode]>([
    ['nothing', '', 'empty'],
    ['blanks', '\uFEFF \r\n', 'empty'],
    ['no bytes', new Uint8Array(), 'empty'],
    ['text', 'v=DKIM1; k=rsa; p=', 'unknown-format'],
    ['base64 of anything', Buffer.from('anything').toString('base64'), 'unknown-format'],
    ['bytes of anything', Uint8Array.of(0, 1, 2, 3), 'unknown-format'],
    ['PEM without its end', pem(rsa.privateKey).slice(0, 400), 'damaged'],
    ['PEM with a line lost', pem(rsa.privateKey).replace(/\n.+\n/, '\n'), 'damaged'],
    ['PEM with a foreign character', pem(rsa.privateKey).replace(/\n(....)/, '\n$1*'), 'damaged'],
    ['PEM of nothing', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n', 'damaged'],
    ['DER without its end', der(rsa.privateKey).subarray(0, 200), 'damaged'],
    ['encrypted PKCS#8', encrypted, 'encrypted'],
    ['encrypted DER', rsa.privateKey.export({ type: 'pkcs8', format: 'der', ...cipher }), 'encrypted'],
    [
      'encrypted PKCS#1',
      rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher }).toString(),
      'encrypted',
    ],
    ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'public-key'],
    ['a public RSA key', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), 'public-key'],
    ['a public key as DER', rsa.publicKey.export({ type: 'spki', format: 'der' }), 'public-key'],
    ['p= of a record', rsaPublic, 'public-key'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'not-a-private-key'],
    [
      "OpenSSH's own format",
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----',
      'not-a-private-key',
    ],
    ['an EC key', pem(ec), 'unsupported-algorithm'],
    [
      'an EC key in the form of SEC 1',
      ec.export({ type: 'sec1', format: 'pem' }).toString(),
      'unsupported-algorithm',
    ],
    ['an Ed448 key', pem(ed448), 'unsupported-algorithm'],
    ['an RSA key for PSS only', pem(pss), 'unsupported-algorithm'],
    ['halves of two Ed25519 keys', other, 'inconsistent'],
    ['parts of two RSA keys', pem(withForeignModulus()), 'inconsistent'],
    ['a file that is no key by its size', 'A'.repeat(65_537), 'too-large'],
  ])('%s', (_what, file, code) => {
    expect(readSigningKey(file)).toMatchObject({ ok: false, error: { code } })
  })
  it('and says where the block begins', () => {
    const read = readSigningKey(`# key\n${encrypted}`)
    expect(read).toEqual({ ok: false, error: { code: 'encrypted', at: 6 } })
  })
})

/** Reads as a key, and signs what its public part does not verify. */
function withForeignModulus() {
  const jwk = rsa.privateKey.export({ format: 'jwk' })
  const foreign = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' })
  return createPrivateKey({ key: { ...jwk, n: foreign.n! }, format: 'jwk' })
}

describe('any file', () => {
  const known = new Set<SigningKeyErrorCode>([
    ...(['empty', 'unknown-format', 'damaged', 'encrypted', 'public-key', 'not-a-private-key'] as const),
    ...(['unsupported-algorithm', 'inconsistent', 'too-large'] as const),
  ])
  const check = (file: string | Uint8Array) => {
    const read = readSigningKey(file)
    if (read.ok) expect(read.value.key.type).toBe('private')
    else {
      expect(known).toContain(read.error.code)
      expect(read.error.at).toBeLessThanOrEqual(file.length)
    }
  }
  it('of bytes is a key or a value that says why not', () => {
    const whole = der(rsa.privateKey)
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 })
    fc.assert(
      fc.property(damage, fc.nat(whole.length), (changes, length) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        check(bytes.subarray(0, length))
      }),
      { numRuns: 200 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check), { numRuns: 200 })
  })
  it('of text is too', () => {
    const pieces = fc.constantFrom(
      ...[
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        '-----BEGIN ',
        '-----',
        '\n',
        ' ',
        'AAAA',
      ],
      ...['MIIB', '=', 'Proc-Type: 4,ENCRYPTED\n', 'RSA ', '\uFEFF', '*', pem(ed25519.privateKey)],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => check(parts.join(''))),
      { numRuns: 500 },
    )
  })
  it('takes no time that was made to', () => {
    const start = performance.now()
    check('-----BEGIN PRIVATE KEY-----'.repeat(2000))
    check(' '.repeat(65_000))
    check(`-----BEGIN A-----${'-----END B-----'.repeat(4000)}`)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
