// Messages with something wrong with their signatures, and what is to be said about each.

import { readSigningKey, type SignatureRequest, sign } from '@postern/dkim'
import { type DkimpySignature, signWithDkimpy } from '@postern/e2e/dkimpy'
import { type KeyPair, zoneOf } from './key-pair.ts'

export interface Keys {
  readonly rsa: KeyPair
  readonly ed25519: KeyPair
  /** Of 512 bits. */
  readonly weak: KeyPair
}

/** Records at the selectors that the messages name. */
export function defectZone({ rsa, ed25519, weak }: Keys): string {
  const withTag = (tag: string) => rsa.record.replace('v=DKIM1;', `v=DKIM1; ${tag};`)
  return zoneOf({
    'rsa._domainkey.example.org': rsa.record,
    'weak._domainkey.example.org': weak.record,
    'revoked._domainkey.example.org': 'v=DKIM1; k=rsa; p=',
    'chat._domainkey.example.org': withTag('s=chat'),
    'sha1._domainkey.example.org': withTag('h=sha1'),
    'testing._domainkey.example.org': withTag('t=y'),
    'rubbish._domainkey.example.org': 'this is no key',
    'damaged._domainkey.example.org': 'v=DKIM1; k=rsa; p=AAAA',
    'ed._domainkey.example.org': ed25519.record,
  })
}

const head =
  'From: Ann <ann@example.org>\r\nTo: bob@lab.example.com\r\nSubject: hello\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n'
export const plain = `${head}\r\nHello Bob.\r\n`

const nowSeconds = Math.floor(Date.now() / 1000)

/** What signs messages, with one key unless told otherwise. */
export function signersFor({ rsa }: Keys) {
  return {
    byDkimpy: (how: Partial<DkimpySignature> = {}, message = plain) =>
      `${signWithDkimpy([[message, { domain: 'example.org', selector: 'rsa', key: rsa.pem, ...how }]])[0]}${message}`,

    /** With what dkimpy does not do. */
    async byOurs(request: Partial<SignatureRequest>, now = nowSeconds, message = plain): Promise<string> {
      const key = readSigningKey(rsa.pem)
      if (!key.ok) throw new Error(key.error.code)
      const [field] = await sign(Buffer.from(message, 'latin1'), {
        signatures: [{ domain: 'example.org', selector: 'rsa', key: key.value, ...request }],
        now,
      })
      return `${field}\r\n${message}`
    },
  }
}

export interface Defect {
  readonly what: string
  content(): string | Promise<string>
  /** Of Authentication-Results, e.g. `dkim=fail`; and in the log with its reason, `fail(body-hash-differs)`. */
  readonly result: string
  readonly reason: string
  /** What the comment and the log have to say. */
  readonly why: RegExp
  /** What becomes of it with the settings of `strict`. */
  readonly strict: 'reject' | 'later' | 'later (DNS)' | 'discard' | 'hold'
}

/** Messages of which no signature is good. */
export function defectsWith(keys: Keys): readonly Defect[] {
  const { byDkimpy, byOurs } = signersFor(keys)
  const { weak } = keys
  return [
    {
      what: 'a footer was added',
      content: () => `${byDkimpy()}-- \r\nsent by a list\r\n`,
      result: 'fail',
      reason: 'body-hash-differs',
      why: /body hash differs, while the header is as it was signed; .* a footer was probably added/,
      strict: 'reject',
    },
    {
      what: 'the subject was changed',
      content: () => byDkimpy().replace('Subject: hello', 'Subject: [list] hello'),
      result: 'fail',
      reason: 'signature-differs',
      why: /does not fit the header, while the body is as it was signed/,
      strict: 'reject',
    },
    {
      what: 'a second From was added',
      content: () => `From: ceo@example.org\r\n${byDkimpy()}`,
      result: 'fail',
      reason: 'signature-differs',
      why: /does not fit the header/,
      strict: 'reject',
    },
    {
      what: 'a From was added that is not signed',
      content: async () => `From: ceo@example.org\r\n${await byOurs({ oversignFields: [] })}`,
      result: 'policy',
      reason: 'field-added',
      why: /does not cover all from fields: one was added after signing/i,
      strict: 'reject',
    },
    {
      what: 'the key is not in the DNS',
      content: () => byDkimpy({ selector: 'missing' }),
      result: 'permerror',
      reason: 'key-not-found',
      why: /no TXT record at missing\._domainkey\.example\.org/,
      strict: 'discard',
    },
    {
      what: 'the key was revoked',
      content: () => byDkimpy({ selector: 'revoked' }),
      result: 'permerror',
      reason: 'key-revoked',
      why: /revoked: p= is empty at revoked\._domainkey\.example\.org/,
      strict: 'discard',
    },
    {
      what: 'the record is no key',
      content: () => byDkimpy({ selector: 'rubbish' }),
      result: 'permerror',
      reason: 'key-syntax',
      why: /the TXT record at rubbish\._domainkey\.example\.org is no key record/,
      strict: 'later',
    },
    {
      what: 'the key is damaged',
      content: () => byDkimpy({ selector: 'damaged' }),
      result: 'permerror',
      reason: 'key-unusable',
      why: /p= at damaged\._domainkey\.example\.org is damaged or cut off/,
      strict: 'later',
    },
    {
      what: 'the key is of another type',
      content: () => byDkimpy({ selector: 'ed' }),
      result: 'permerror',
      reason: 'key-type-differs',
      why: /algorithm rsa-sha256, but the key at ed\._domainkey\.example\.org is for ed25519/,
      strict: 'later',
    },
    {
      what: 'the key is not for mail',
      content: () => byDkimpy({ selector: 'chat' }),
      result: 'permerror',
      reason: 'key-not-for-mail',
      why: /a key that is not for mail/,
      strict: 'later',
    },
    {
      what: 'the key forbids the hash',
      content: () => byDkimpy({ selector: 'sha1' }),
      result: 'permerror',
      reason: 'key-hash-forbidden',
      why: /a hash that its key does not allow/,
      strict: 'later',
    },
    {
      what: 'the key is weak',
      content: () => byDkimpy({ selector: 'weak', key: weak.pem }),
      result: 'policy',
      reason: 'weak-key',
      why: /an RSA key of 512 bits/,
      strict: 'reject',
    },
    {
      what: 'the algorithm is rsa-sha1',
      content: () => byDkimpy({ algorithm: 'rsa-sha1' }),
      result: 'policy',
      reason: 'algorithm-forbidden',
      why: /uses rsa-sha1, which RFC 8301 forbids/,
      strict: 'reject',
    },
    {
      what: 'it has expired',
      content: () => byOurs({ lifetimeSeconds: 3600 }, nowSeconds - 86_400),
      result: 'policy',
      reason: 'expired',
      why: /expired at \d{4}-\d\d-\d\dT[\d:]+Z \\?\(x=\\?\)/,
      strict: 'reject',
    },
    {
      what: 'it is from the future',
      content: () => byOurs({}, nowSeconds + 86_400),
      result: 'policy',
      reason: 'future-timestamp',
      why: /in the future: one of the clocks is wrong/,
      strict: 'reject',
    },
    {
      what: 'text was added behind l=',
      content: () => `${byDkimpy({ length: true })}<h1>Buy this</h1>\r\n`,
      result: 'policy',
      reason: 'body-length',
      why: /covers only 12 of 31 octets of the body/,
      strict: 'reject',
    },
    {
      what: 'the body is shorter than l=',
      content: () => byDkimpy({ length: true }).replace('Hello Bob.', 'Hello'),
      result: 'fail',
      reason: 'body-shorter',
      why: /covers 12 octets of the body .*, but there are 7/,
      strict: 'reject',
    },
    {
      what: 'i= is not of d=',
      content: () =>
        byDkimpy({ identity: 'ann@example.org' }).replace('i=ann@example.org', 'i=ann@example.com'),
      result: 'permerror',
      reason: 'domain-mismatch',
      why: /identity that is not of its domain \\?\(i=ann@example\.com\\?\)/,
      strict: 'later',
    },
    {
      what: 'From is not signed',
      content: async () => (await byOurs({})).replaceAll(/from:/g, ''),
      result: 'permerror',
      reason: 'from-not-signed',
      why: /does not cover the From field/,
      strict: 'later',
    },
    {
      what: 'it cannot be read',
      content: () => `DKIM-Signature: v=1; a=rsa-sha256; rubbish\r\n${plain}`,
      result: 'neutral',
      reason: 'signature-syntax',
      why: /the first DKIM-Signature cannot be read/,
      strict: 'later',
    },
    {
      what: 'the DNS fails',
      content: () => byDkimpy({ domain: 'broken.example.com' }),
      result: 'temperror',
      reason: 'dns-servfail',
      why: /SERVFAIL\\?\) for the key at rsa\._domainkey\.broken\.example\.com/,
      strict: 'later (DNS)',
    },
    {
      what: 'the DNS does not answer',
      content: () => byDkimpy({ domain: 'silent.example.com' }),
      result: 'temperror',
      reason: 'dns-timeout',
      why: /no answer in time for the key at rsa\._domainkey\.silent\.example\.com/,
      strict: 'later (DNS)',
    },
  ]
}
