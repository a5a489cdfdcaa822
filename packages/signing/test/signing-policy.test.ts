import { parseIp } from '@postern/addr'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createSigningPolicy,
  formatExternalSender,
  formatSigningReason,
  matchesMacro,
  parseHostList,
  parseKeyTable,
  parseMacroRule,
  parseMailboxList,
  parseSigningTable,
  type SigningConfig,
  type SigningFacts,
} from '../src/index.ts'

const client = (address: string, name?: string) => {
  const ip = parseIp(address)
  return { address: ip.ok ? ip.value : undefined, name }
}
const outside = client('203.0.113.9', 'mx.example.net')
const inside = client('10.0.0.7')
const mail = (from: string, rest: Partial<SigningFacts> = {}): SigningFacts => ({
  from: parseMailboxList(from).mailboxes,
  client: outside,
  ...rest,
})
const internalHosts = parseHostList(['10.0.0.0/8'])
const rsa = { selector: 'rsa', key: { kind: 'file', path: '/k/rsa' } } as const
const ed25519 = { selector: 'ed', key: { kind: 'file', path: '/k/ed' } } as const
const byDomain: SigningConfig = { domains: ['example.org'], domainKeys: [rsa, ed25519], internalHosts }
const say = (config: SigningConfig, facts: SigningFacts) =>
  formatSigningReason(createSigningPolicy(config).decide(facts))

describe('where mail of ours comes from', () => {
  it.each<[string, Partial<SigningConfig>, Partial<SigningFacts>, string]>([
    ['a login', {}, { authenticatedAs: 'ann' }, "authenticated as 'ann'"],
    ['an internal host', {}, { client: inside }, 'unknown [10.0.0.7] is internal (10.0.0.0/8)'],
    ['this host', {}, { client: {}, isLocalSubmission: true }, 'submitted on this host'],
    [
      'a macro',
      { signMacros: [{ name: 'daemon_name', values: ['MSA'] }] },
      { macro: (name) => (name === 'daemon_name' ? 'MSA' : undefined) },
      "macro {daemon_name} is 'MSA'",
    ],
  ])('%s', (_, config, facts, because) => {
    const decision = createSigningPolicy({ ...byDomain, ...config }).decide(mail('a@example.org', facts))
    expect(decision.action).toBe('sign')
    expect(formatSigningReason(decision)).toBe(
      `signed (s=rsa, d=example.org; s=ed, d=example.org): ${because}`,
    )
  })

  it.each<[Partial<SigningConfig>, Partial<SigningFacts>, string]>([
    [{}, {}, 'mx.example.net [203.0.113.9] not internal; not authenticated'],
    [{}, { client: {} }, 'unknown [unknown] not internal; not authenticated'],
    [
      { signAuthenticated: false },
      { authenticatedAs: 'ann' },
      "mx.example.net [203.0.113.9] not internal; authenticated as 'ann', which is not counted (sign_authenticated)",
    ],
    [
      { signMacros: [{ name: 'daemon_name', values: ['MSA'] }] },
      { macro: () => 'MTA' },
      'mx.example.net [203.0.113.9] not internal; not authenticated; no macros match ({daemon_name})',
    ],
  ])('and where it does not: %#', (config, facts, why) => {
    expect(say({ ...byDomain, ...config }, mail('a@example.org', facts))).toBe(`not signed: ${why}`)
  })
})

describe('Domain, Selector, KeyFile', () => {
  it.each<[string, Partial<SigningConfig>, string]>([
    ['a@Example.org', {}, 'signed (s=rsa, d=example.org; s=ed, d=example.org)'],
    ['a@mail.example.org', {}, "not signed: no signing domain match for 'mail.example.org'"],
    ['a@mail.example.org', { subdomains: true }, 'signed (s=rsa, d=example.org; s=ed, d=example.org)'],
    [
      'a@example.net',
      { subdomains: true },
      "not signed: no signing domain or subdomain match for 'example.net'",
    ],
    ['a@example.net', { domains: ['*'], domainKeys: [rsa] }, 'signed (s=rsa, d=example.net)'],
    ['a@example.net, b@example.org', { domainKeys: [rsa] }, 'signed (s=rsa, d=example.org)'],
    ['nobody', {}, "not signed: can't determine message sender"],
    ['a@example.org', { domainKeys: [] }, "not signed for 'a@example.org': no key is configured"],
  ])('%s', (from, config, expected) => {
    expect(say({ ...byDomain, ...config }, mail(from, { client: inside })).startsWith(expected)).toBe(true)
  })
})

const keyTable = parseKeyTable(`
com example.com:s1:/keys/com
ed example.com:s2:/keys/ed
template %:s3:/keys/%/key
example.edu example.edu:s4:/keys/edu`)
const byTable = (rows: string, config: SigningConfig = {}): SigningConfig => ({
  keyTable,
  signingTable: parseSigningTable(rows, 'refile'),
  internalHosts,
  ...config,
})

describe('KeyTable and SigningTable', () => {
  it('chooses the first row, or all with MultipleSignatures, RSA first where it is told', () => {
    const rows = '*@example.com ed\n*@* template\n*@example.com com'
    const facts = mail('a@example.com', { client: inside })
    const names = (config: SigningConfig) => {
      const decision = createSigningPolicy(config).decide(facts)
      return decision.action === 'sign' ? decision.keys.map(({ selector }) => selector) : []
    }
    expect(names(byTable(rows))).toEqual(['s2'])
    expect(names(byTable(rows, { multipleSignatures: true }))).toEqual(['s2', 's3', 's1'])
    const algorithmOf: SigningConfig['algorithmOf'] = (key) =>
      key.kind === 'file' && key.path === '/keys/ed' ? 'ed25519' : 'rsa'
    expect(names(byTable(rows, { multipleSignatures: true, algorithmOf }))).toEqual(['s3', 's1', 's2'])
  })

  it('an address in brackets is no signing domain', () => {
    const facts = mail('a@[192.0.2.1]', { client: inside })
    expect(say(byTable('* template'), facts)).toBe("not signed: no signing table match for 'a@[192.0.2.1]'")
    expect(say(byTable('* com'), facts)).toContain('signed (s=s1, d=example.com)')
    expect(say({ ...byDomain, domains: ['*'] }, facts)).toBe(
      "not signed: no signing domain match for '[192.0.2.1]'",
    )
  })

  it('makes no signature twice', () => {
    const rows = '*@example.com com\n* com\n*example.com com:@example.com\nann@* com'
    const decision = createSigningPolicy(byTable(rows, { multipleSignatures: true })).decide(
      mail('ann@example.com', { client: inside }),
    )
    expect(decision).toMatchObject({ keys: [{ name: 'com' }, { name: 'com', identity: '@example.com' }] })
  })

  it.each<[string, string, unknown]>([
    [
      '* template',
      'a@Mail.example.net',
      { domain: 'mail.example.net', selector: 's3', key: '/keys/mail.example.net/key', name: 'template' },
    ],
    [
      '* %',
      'a@example.edu',
      { domain: 'example.edu', selector: 's4', key: '/keys/edu', name: 'example.edu' },
    ],
    [
      '* com:news@%',
      'a@example.com',
      { domain: 'example.com', selector: 's1', key: '/keys/com', name: 'com', identity: 'news@example.com' },
    ],
    [
      '* com:@lists.example.com',
      'a@example.org',
      {
        domain: 'example.com',
        selector: 's1',
        key: '/keys/com',
        name: 'com',
        identity: '@lists.example.com',
      },
    ],
    // An identity outside d= is left out.
    ['* com:%', 'a@example.com', { domain: 'example.com', selector: 's1', key: '/keys/com', name: 'com' }],
    [
      '* com:@notexample.com',
      'a@example.com',
      { domain: 'example.com', selector: 's1', key: '/keys/com', name: 'com' },
    ],
  ])('%s: %s', (rows, from, expected) => {
    const decision = createSigningPolicy(byTable(rows)).decide(mail(from, { client: inside }))
    if (decision.action !== 'sign') throw new Error(decision.action)
    const [choice] = decision.keys
    expect({ ...choice, key: choice?.key.kind === 'file' ? choice.key.path : choice?.key.text }).toEqual(
      expected,
    )
  })

  it('a key that is missing does not let mail of ours pass as a stranger', () => {
    const config = byTable('* gone\n*@example.com com', { multipleSignatures: true })
    expect(say(config, mail('a@example.net', { client: inside }))).toBe(
      "not signed for 'a@example.net': signing table references unknown key 'gone' (unknown [10.0.0.7] is internal (10.0.0.0/8))",
    )
    expect(say(config, mail('a@example.com', { client: inside }))).toBe(
      "signed (s=s1, d=example.com): unknown [10.0.0.7] is internal (10.0.0.0/8); signing table references unknown key 'gone'",
    )
  })

  it('says which sender no row is for', () => {
    expect(say(byTable('*@example.com com'), mail('A@example.net', { client: inside }))).toBe(
      "not signed: no signing table match for 'A@example.net'",
    )
    expect(say(byTable('*@example.com com'), mail('"x\u0007y"@example.net', { client: inside }))).toContain(
      "'x?y@",
    )
  })
})

describe('outside hosts that send as us', () => {
  const externalIgnoreHosts = parseHostList(['.lists.example'])
  it('are warned of, unless they are on the list', () => {
    const policy = createSigningPolicy({ ...byDomain, externalIgnoreHosts })
    const decision = policy.decide(mail('a@example.org'))
    if (decision.action !== 'verify' || !decision.externalSender) throw new Error(decision.action)
    expect(formatExternalSender(decision.externalSender)).toBe(
      'external host mx.example.net attempted to send as example.org',
    )
    const list = policy.decide(mail('a@example.org', { client: client('203.0.113.1', 'a.lists.example') }))
    expect(list).not.toHaveProperty('externalSender')
    expect(policy.decide(mail('a@example.net'))).not.toHaveProperty('externalSender')
  })
})

describe('peers', () => {
  const policy = createSigningPolicy({ ...byDomain, skipHosts: parseHostList(['10.0.0.7', '127.0.0.1']) })
  it('are left alone', () => {
    expect(policy.peerEntry(inside)).toBe('10.0.0.7')
    expect(policy.peerEntry(outside)).toBeUndefined()
    expect(formatSigningReason(policy.decide(mail('a@example.org', { client: inside })))).toBe(
      'neither signed nor verified: unknown [10.0.0.7] is listed as a peer (10.0.0.7)',
    )
  })
  it('mail submitted on this host is not a peer', () => {
    const facts = mail('a@example.org', { client: client('127.0.0.1', 'localhost'), isLocalSubmission: true })
    expect(policy.decide(facts).action).toBe('sign')
  })
})

describe('sender fields', () => {
  const config = { ...byDomain, senderFields: ['sender', 'from'] }
  const field = (name: string) =>
    name === 'sender' ? parseMailboxList('l@example.org').mailboxes : undefined
  it('the first field that is there names the sender', () => {
    const facts = mail('a@example.net', { client: inside, field })
    expect(createSigningPolicy(config).decide(facts).action).toBe('sign')
    expect(createSigningPolicy(byDomain).decide(facts).action).toBe('verify')
  })
  it('From does when none is', () => {
    const facts = mail('a@example.org', { client: inside })
    expect(createSigningPolicy({ ...config, senderFields: ['sender'] }).decide(facts).action).toBe('sign')
  })
})

describe('macro rules', () => {
  it.each([
    ['daemon_name', { name: 'daemon_name', values: [] }],
    [' {daemon_name} = MSA | submission ', { name: 'daemon_name', values: ['MSA', 'submission'] }],
    ['x=', { name: 'x', values: [] }],
    ['', undefined],
    ['=y', undefined],
    ['a b', undefined],
  ])('%j', (text, expected) => {
    expect(parseMacroRule(text)).toEqual(expected)
  })

  it.each([
    [[], 'x', true],
    [[], '', false],
    [[], undefined, false],
    [['MSA'], 'MSA', true],
    [['MSA'], 'msa', false],
  ])('%j against %j: %s', (values, value, expected) => {
    expect(matchesMacro({ name: 'm', values }, value)).toBe(expected)
  })

  it('the policy lists the macros it needs', () => {
    const signMacros = [
      { name: 'daemon_name', values: ['a'] },
      { name: 'daemon_name', values: ['b'] },
      { name: 'x', values: [] },
    ]
    expect(createSigningPolicy({ signMacros }).macros).toEqual(['daemon_name', 'x'])
  })
})

it('signs if and only if the domain and the origin are ours', () => {
  const facts = fc.record({
    domain: fc.constantFrom('example.org', 'example.net'),
    host: fc.constantFrom(inside, outside),
    user: fc.constantFrom('', 'ann'),
    isLocalSubmission: fc.boolean(),
  })
  fc.assert(
    fc.property(facts, ({ domain, host, user, isLocalSubmission }) => {
      const decision = createSigningPolicy(byDomain).decide(
        mail(`a@${domain}`, { client: host, authenticatedAs: user, isLocalSubmission }),
      )
      const isOurs = domain === 'example.org' && (host === inside || user !== '' || isLocalSubmission)
      expect(decision.action).toBe(isOurs ? 'sign' : 'verify')
      expect(formatSigningReason(decision)).not.toBe('')
    }),
  )
})
