import { describe, expect, it } from 'vitest'
import { createSigner, readSigningKey, verify } from '../src/index.ts'
import { fakeDns } from './naive-dkim.ts'

const now = 1_600_000_000

// The keys are cut as in the standards: the strings of a TXT record are joined (RFC 6376 §3.6.2.2).
const resolver = fakeDns({
  'brisbane._domainkey.example.com': {
    kind: 'records',
    records: [
      [
        'v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ',
        'KBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt',
        'IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v',
        '/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi',
        'tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB',
      ],
    ],
    ttl: 60,
    authentic: false,
  },
  'brisbane._domainkey.football.example.com':
    'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  'test._domainkey.football.example.com': {
    kind: 'records',
    records: [
      [
        'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR',
        'iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC',
        'DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3',
        'Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
      ],
    ],
    ttl: 60,
    authentic: false,
  },
})

const header = [
  'From: Joe SixPack <joe@football.example.com>',
  'To: Suzie Q <suzie@shopping.example.net>',
  'Subject: Is dinner ready?',
  'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
  'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
]
const body = ['', 'Hi.', '', 'We lost the game. Are you hungry yet?', '', 'Joe.', '']
const message = [...header, ...body].join('\r\n')

describe('RFC 6376', () => {
  // The signature is over simple/simple: the folds of the example have six blanks, and its body has single ones.
  it('appendix A verifies', async () => {
    const signed = [
      'DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;',
      '      c=simple/simple; q=dns/txt; i=joe@football.example.com;',
      '      h=Received : From : To : Subject : Date : Message-ID;',
      '      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
      '      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB',
      '      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut',
      '      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV',
      '      4bmp/YzhwvcubU4=;',
      'Received: from client1.football.example.com  [192.0.2.1]',
      '      by submitserver.example.com with SUBMISSION;',
      '      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)',
      message,
    ].join('\r\n')
    const { signatures, from } = await verify(Buffer.from(signed), { resolver, now })
    expect(signatures).toMatchObject([
      {
        result: 'pass',
        reason: 'verified',
        at: 0,
        signature: {
          domain: 'example.com',
          selector: 'brisbane',
          identity: 'joe@football.example.com',
          identityDomain: 'football.example.com',
          algorithm: 'rsa-sha256',
          canonicalization: { header: 'simple', body: 'simple' },
          signedFields: ['received', 'from', 'to', 'subject', 'date', 'message-id'],
          query: ['dns/txt'],
        },
        key: { name: 'brisbane._domainkey.example.com', records: 1, algorithm: 'rsa', bits: 1024 },
        covered: {
          fields: ['received', 'from', 'to', 'subject', 'date', 'message-id'],
          bodyBytes: 54,
          bodyTotal: 54,
        },
      },
    ])
    expect(from).toEqual(['football.example.com'])
  })
})

describe('RFC 8463', () => {
  const rsaSignature = [
    'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;',
    ' d=football.example.com; i=@football.example.com;',
    ' q=dns/txt; s=test; t=1528637909; h=from : to : subject :',
    ' date : message-id : from : subject : date;',
    ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
    ' b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3',
    ' DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz',
    ' dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=',
  ]
  const edSignature = [
    'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;',
    ' d=football.example.com; i=@football.example.com;',
    ' q=dns/txt; s=brisbane; t=1528637909; h=from : to :',
    ' subject : date : message-id : from : subject : date;',
    ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
    ' b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus',
    ' Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
  ]

  it('appendix A verifies, in both algorithms', async () => {
    const signed = [...edSignature, ...rsaSignature, message].join('\r\n')
    const { signatures } = await verify(Buffer.from(signed), { resolver, now })
    expect(signatures).toMatchObject([
      { result: 'pass', reason: 'verified', at: 0, key: { algorithm: 'ed25519', bits: 256 } },
      { result: 'pass', reason: 'verified', at: 1, key: { algorithm: 'rsa', bits: 1024 } },
    ])
  })

  it('its Ed25519 key signs so that its record verifies', async () => {
    const key = readSigningKey('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=')
    if (!key.ok) throw new Error(key.error.code)
    const domain = 'football.example.com'
    const signer = createSigner({ now, signatures: [{ domain, selector: 'brisbane', key: key.value }] })
    signer.write(Buffer.from(message))
    const [field] = signer.end()
    const { signatures } = await verify(Buffer.from(`${field}\r\n${message}`), { resolver, now })
    expect(signatures).toMatchObject([{ result: 'pass', reason: 'verified' }])
  })
})
