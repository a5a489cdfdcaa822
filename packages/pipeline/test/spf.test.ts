// What the SPF check evaluates, how often, and for whom.
import { describe, expect, it } from 'vitest'
import { checks, createPipeline } from '../src/index.ts'
import { clientAt, mail, short, spfOf, words } from './spf-setup.ts'
import { portsOf } from './subject.ts'

const [, spfCheck] = checks

describe('what is evaluated', () => {
  it.each<[settings: object, subject: object, said: string, asked: string[]]>([
    [
      {},
      { helo: 'pass.example', sender: 'a@softfail.example' },
      'helo:pass,mailfrom:softfail(softfail.example:~all)',
      ['pass.example TXT', 'softfail.example TXT'],
    ],
    [
      {},
      { helo: 'fail.example', sender: 'a@pass.example' },
      'helo:fail(fail.example:-all)',
      ['fail.example TXT'],
    ],
    [
      { helo_reject: 'none' },
      { helo: 'fail.example', sender: 'a@pass.example' },
      'helo:fail(fail.example:-all),mailfrom:pass',
      ['fail.example TXT', 'pass.example TXT'],
    ],
    [
      { recipients_not_refused: ['postmaster@example.net'] },
      { helo: 'fail.example', sender: 'a@pass.example' },
      'helo:fail(fail.example:-all),mailfrom:pass',
      ['fail.example TXT', 'pass.example TXT'],
    ],
    [
      { helo_reject: 'off' },
      { helo: 'fail.example', sender: 'a@pass.example' },
      'mailfrom:pass',
      ['pass.example TXT'],
    ],
    [
      { mail_from_reject: 'off' },
      { helo: 'pass.example', sender: 'a@fail.example' },
      'helo:pass',
      ['pass.example TXT'],
    ],
    [{}, { helo: 'pass.example', sender: '' }, 'helo:pass', ['pass.example TXT']],
    [{ helo_reject: 'off' }, { sender: '' }, 'not-evaluated', []],
    [{ helo_reject: 'off', mail_from_reject: 'off' }, {}, 'not-evaluated', []],
    [{}, { helo: 'server01', sender: 'root' }, 'helo:none,mailfrom:none', []],
    [{}, { helo: '[192.0.2.7]', sender: '' }, 'helo:none', []],
    [{}, { helo: '', sender: '' }, 'helo:none', []],
    [
      {},
      { sender: 'a@permerror.example' },
      'helo:none,mailfrom:permerror(syntax:unknown-mechanism)',
      ['mx.none.example TXT', 'permerror.example TXT'],
    ],
    [
      {},
      { helo: 'temperror.example', sender: 'a@void.example' },
      'helo:temperror(servfail),mailfrom:permerror(too-many-void)',
      [
        'temperror.example TXT',
        'dead.example TXT',
        'void.example TXT',
        'v1.example A',
        'v2.example A',
        'v3.example A',
      ],
    ],
  ])('%j %j: %s', async (settings, subject, said, asked) => {
    const check = spfOf(settings)
    expect(words(await check.run(subject))).toBe(said)
    expect(check.asked()).toEqual(asked)
  })

  it('has no blank in what it says, whatever the record holds', async () => {
    for (const sender of ['a@fail.example', 'a@permerror.example', 'a@void.example', 'a@neutral.example'])
      expect(words(await spfOf().run({ sender }))).toMatch(/^[!-~]+$/)
  })
})

describe('void lookups', () => {
  it.each([
    [{}, 'void.example', 'permerror(too-many-void)'],
    [{ void_lookups: 3 }, 'void.example', 'pass'],
    [{ void_lookups: 0 }, 'sub.void.example', 'permerror(too-many-void)'],
    [{ void_lookups_domains: ['void.example 3'] }, 'void.example', 'pass'],
    [{ void_lookups_domains: ['Void.example 3'] }, 'sub.void.example', 'pass'],
    [
      { void_lookups_domains: ['void.example 3', 'sub.void.example 2'] },
      'sub.void.example',
      'permerror(too-many-void)',
    ],
    [{ void_lookups_domains: ['other.example 9'] }, 'void.example', 'permerror(too-many-void)'],
  ])('%j %s: %s', async (settings, domain, said) => {
    expect(words(await spfOf(settings).run({ sender: `a@${domain}` }))).toBe(`helo:none,mailfrom:${said}`)
    expect(words(await spfOf(settings).run({ sender: '', helo: domain }))).toBe(`helo:${said}`)
  })
})

describe('clients that SPF is not applied to', () => {
  const failing = { sender: 'a@fail.example', helo: 'fail.example' }
  it.each<[settings: object, subject: object, said: string]>([
    [{ skip_addresses: ['192.0.2.0/24'] }, {}, 'skipped'],
    [{}, { client: clientAt('127.0.0.1') }, 'skipped'],
    [{}, { client: clientAt('::1') }, 'skipped'],
    [{ skip_addresses: [] }, { client: clientAt('127.0.0.1') }, 'helo:fail(fail.example:-all)'],
    [{ allow_addresses: ['192.0.2.7'] }, {}, 'exempt:address'],
    [{ allow_addresses: ['2001:db8::/32'] }, { client: clientAt('2001:db8::7') }, 'exempt:address'],
    [{ allow_addresses: ['192.0.2.8'] }, {}, 'helo:fail(fail.example:-all)'],
    [{ forwarders: ['192.0.2.0/28'] }, {}, 'exempt:forwarder'],
    [
      { forwarders: ['relay.example'] },
      { client: clientAt('192.0.2.7', 'relay.example') },
      'exempt:forwarder',
    ],
    [{ forwarders: ['Example'] }, { client: clientAt('192.0.2.7', 'a.RELAY.example') }, 'exempt:forwarder'],
    [
      { forwarders: ['relay.example'] },
      { client: clientAt('192.0.2.7', 'xrelay.example') },
      'helo:fail(fail.example:-all)',
    ],
    // A name without confirmation is anybody's.
    [
      { forwarders: ['relay.example'] },
      { client: { ...clientAt('192.0.2.7'), reverseName: 'relay.example' } },
      'helo:fail(fail.example:-all)',
    ],
    [
      { allow_ptr_domains: ['relay.example'] },
      { client: clientAt('192.0.2.7', 'out1.relay.example') },
      'exempt:ptr-domain',
    ],
    [{ allow_sender_domains: ['Fail.example'] }, {}, 'exempt:sender-domain'],
    [{ allow_sender_domains: ['fail.example'] }, { sender: 'a@sub.FAIL.example' }, 'exempt:sender-domain'],
    [{ allow_sender_domains: ['fail.example'] }, { sender: '' }, 'helo:fail(fail.example:-all)'],
    [{ allow_helo_names: ['relay.example'] }, { helo: 'Relay.example' }, 'exempt:helo-name'],
    [
      { allow_helo_names: ['relay.example'] },
      { helo: 'relay.example', client: clientAt('2001:db8::7') },
      'exempt:helo-name',
    ],
    [
      { allow_helo_names: ['liar.example'] },
      { helo: 'liar.example' },
      'helo:none,mailfrom:fail(fail.example:-all)',
    ],
    [
      { allow_helo_names: ['gone.example'] },
      { helo: 'gone.example' },
      'helo:none,mailfrom:fail(fail.example:-all)',
    ],
    [{ allow_domains: ['none.example', 'pass.example'] }, {}, 'exempt:domain'],
    [{ allow_domains: ['softfail.example', 'fail.example'] }, {}, 'helo:fail(fail.example:-all)'],
  ])('%j %j: %s', async (settings, subject, said) => {
    const outcome = await spfOf(settings).run({ ...failing, ...subject })
    expect(words(outcome)).toBe(said)
    expect(outcome.verdict.kind).toBe(said.startsWith('helo') ? 'reply' : 'none')
  })

  it('cost no question where they are known without', async () => {
    const check = spfOf({ allow_addresses: ['192.0.2.7'], allow_domains: ['pass.example'] })
    await check.run(failing)
    expect(check.asked()).toEqual([])
  })

  it.each([
    [{ allow_domains: ['temperror.example'] }, {}],
    [{ allow_helo_names: ['dead.relay.example'] }, { helo: 'dead.relay.example' }],
  ])('%j: are not refused for good while the DNS does not tell', async (settings, subject) => {
    const outcome = await spfOf(settings).run({ ...failing, ...subject })
    expect(short(outcome.verdict)).toBe('451 4.4.3')
    expect(words(outcome)).toMatch(/^exempt:unknown,.*fail\(/)
    const fine = await spfOf(settings).run({ ...subject, helo: 'pass.example', sender: 'a@pass.example' })
    expect(fine.verdict.kind).toBe('none')
  })
})

describe('all recipients of a message', () => {
  it('share what was found, by the instance', async () => {
    const check = spfOf()
    const message = mail({ sender: 'a@softfail.example' })
    const first = await check.run(message)
    expect(check.asked()).toEqual(['mx.none.example TXT', 'softfail.example TXT'])
    const second = await check.run({ ...message, recipient: 'carol@example.net' })
    expect(check.asked()).toEqual([])
    expect(second.results[0]?.finding).toBe(first.results[0]?.finding)
  })

  it('share it also when they come at once, and when the DNS is in trouble', async () => {
    const check = spfOf({}, { async: true })
    const message = mail({ sender: 'a@temperror.example' })
    const outcomes = await Promise.all(
      ['b', 'c', 'd'].map((name) => check.run({ ...message, recipient: `${name}@example.net` })),
    )
    const said = 'helo:none,mailfrom:temperror(servfail)'
    expect(outcomes.map(words)).toEqual([said, said, said])
    expect(check.zone.queries.map(({ name }) => name)).toEqual([
      'mx.none.example',
      'temperror.example',
      'dead.example',
    ])
    await check.run({ ...message, recipient: 'e@example.net' })
    expect(check.zone.queries).toHaveLength(3)
  })

  it('are each judged for themselves', async () => {
    const check = spfOf({ recipients_not_refused: ['postmaster@example.net'] })
    const message = mail({ sender: 'a@fail.example' })
    const verdicts = ['bob', 'postmaster', 'carol'].map(async (name) =>
      short((await check.run({ ...message, recipient: `${name}@example.net` })).verdict),
    )
    expect(await Promise.all(verdicts)).toEqual(['550 5.7.23', 'none', '550 5.7.23'])
  })

  it('do not share with a client that gives an instance twice', async () => {
    const check = spfOf()
    const message = mail({ sender: 'a@pass.example' })
    expect(words(await check.run(message))).toBe('helo:none,mailfrom:pass')
    for (const [over, said] of [
      [{ sender: 'a@neutral.example' }, 'helo:none,mailfrom:neutral(neutral.example:?all)'],
      [{ helo: 'pass.example' }, 'helo:pass,mailfrom:pass'],
      [{ client: clientAt('198.51.100.1') }, 'helo:none,mailfrom:fail(pass.example:-all)'],
    ] as const)
      expect(words(await check.run({ ...message, ...over }))).toBe(said)
  })

  it('are not known without an instance', async () => {
    const check = spfOf()
    for (const instance of [undefined, '']) {
      for (let i = 0; i < 2; i++) await check.run({ sender: 'a@pass.example', instance })
      expect(check.zone.queries.splice(0)).toHaveLength(4)
    }
  })

  it('are remembered for 127 other messages, and forgotten after 256', async () => {
    const check = spfOf()
    const message = mail({ sender: 'a@pass.example' })
    await check.run(message)
    for (let i = 0; i < 127; i++) await check.run()
    check.asked()
    await check.run(message)
    expect(check.asked()).toEqual([])
    for (let i = 127; i < 256; i++) await check.run()
    check.asked()
    await check.run(message)
    expect(check.asked()).toHaveLength(2)
  })
})

describe('a domain whose DNS is slow', () => {
  it('holds up nobody else', async () => {
    const waiting: (() => void)[] = []
    const check = spfOf({}, { delays: { 'pass.example TXT': 1000 }, timer: (_, run) => waiting.push(run) })
    let isSlowDone = false
    const slow = check.run({ sender: 'a@pass.example' }).then((outcome) => {
      isSlowDone = true
      return outcome
    })
    expect(words(await check.run({ sender: 'a@fail.example' }))).toBe(
      'helo:none,mailfrom:fail(fail.example:-all)',
    )
    expect(isSlowDone).toBe(false)
    expect(waiting).toHaveLength(1)
    waiting[0]?.()
    // Longer than the budget of a message in these tests: the answer comes as a timeout.
    expect(words(await slow)).toBe('helo:none,mailfrom:temperror(timeout)')
  })
})

describe("our own users' mail", () => {
  const outgoing = { isAuthenticated: true, client: clientAt('198.51.100.20') }
  const outbound = { outbound_addresses: ['192.0.2.7', '2001:db8::7'] }
  it.each<[settings: object, sender: string, said: string, verdict: string]>([
    [{}, 'a@fail.example', 'outgoing', 'none'],
    [outbound, '', 'outgoing', 'none'],
    [
      outbound,
      'a@pass.example',
      'outgoing(192.0.2.7):pass,outgoing(2001:db8::7):fail(pass.example:-all)',
      'none',
    ],
    [
      { ...outbound, outbound_reject: true },
      'a@pass.example',
      'outgoing(192.0.2.7):pass,outgoing(2001:db8::7):fail(pass.example:-all)',
      '550 5.7.23',
    ],
    [
      { outbound_addresses: ['192.0.2.7'], outbound_reject: true },
      'a@pass.example',
      'outgoing(192.0.2.7):pass',
      'none',
    ],
    [
      { outbound_addresses: ['192.0.2.7'], outbound_reject: true },
      'a@softfail.example',
      'outgoing(192.0.2.7):softfail(softfail.example:~all)',
      'none',
    ],
    [
      { ...outbound, outbound_reject: true, mode: 'observe' },
      'a@pass.example',
      'outgoing(192.0.2.7):pass,outgoing(2001:db8::7):fail(pass.example:-all)',
      'none',
    ],
  ])('%j %s: %s', async (settings, sender, said, verdict) => {
    const outcome = await spfOf(settings).run({ ...outgoing, sender })
    expect(words(outcome)).toBe(said)
    expect(short(outcome.verdict)).toBe(verdict)
    expect(outcome.headers).toEqual([])
  })
  it('says from which address it would be refused', async () => {
    const outcome = await spfOf({ ...outbound, outbound_reject: true }).run({
      ...outgoing,
      sender: 'a@pass.example',
    })
    expect(outcome.verdict).toMatchObject({
      text: expect.stringMatching(
        /^pass\.example does not allow 2001:db8::7, which this mail would go out from, /,
      ),
    })
  })
})

describe('settings of the SPF check', () => {
  it.each([
    ['a network with bits behind its prefix', { skip_addresses: ['192.0.2.1/24'] }],
    ['a network that is none', { allow_addresses: ['relay.example'] }],
    ['a name that is none', { allow_domains: ['a b'] }],
    ['a number without a domain', { void_lookups_domains: ['5'] }],
    ['a domain without a number', { void_lookups_domains: ['example.org'] }],
    ['a number that is none', { void_lookups_domains: ['example.org many'] }],
    ['a forwarder that is neither', { forwarders: ['a/b'] }],
    ['a recipient that is none', { recipients_not_refused: ['a b@example.org'] }],
    ['an own address that is a network', { outbound_addresses: ['192.0.2.0/24'] }],
    ['a restriction that is an answer of its own', { helo_pass_restriction: '550 no' }],
    ['a placeholder that there is not', { text: 'see {page}' }],
    ['an address of a page that is none', { url: 'example.net/spf' }],
    ['an id with a semicolon', { authserv_id: 'a;b' }],
    ['a policy that is for HELO alone', { mail_from_reject: 'null-sender' }],
  ])('do not take %s', (_, table) => {
    expect(spfCheck.settings.safeParse(table).success).toBe(false)
  })
  it('are by default those of policyd-spf', () => {
    expect(spfCheck.settings.parse({})).toMatchObject({
      helo_reject: 'fail',
      mail_from_reject: 'fail',
      permerror: 'pass',
      temperror: 'pass',
      void_lookups: 2,
      header: 'received-spf',
      skip_addresses: ['127.0.0.0/8', '::1'],
    })
  })
})

describe('the time for the DNS', () => {
  it('is one budget for all that is asked about a message', async () => {
    const check = spfOf({ allow_domains: ['fail.example'] })
    await check.run({ helo: 'pass.example', sender: 'a@void.example' })
    expect(check.budgets()).toBe(1)
  })
  it('is not even counted where nothing is asked', async () => {
    const check = spfOf({ skip_addresses: ['192.0.2.0/24'] })
    await check.run({})
    await spfOf({ forwarders: ['192.0.2.7'] }).run({})
    expect(check.budgets()).toBe(0)
  })
})

describe('a DNS that is gone', () => {
  const failing = {
    rejects: () => Promise.reject(new Error('gone')),
    throws() {
      throw new Error('gone')
    },
  }
  const run = (settings: object, resolve: () => never | Promise<never>, onError: 'dunno' | 'defer') =>
    createPipeline({
      checks: [spfCheck],
      settings: { spf: spfCheck.settings.parse(settings) },
      ports: { ...portsOf(), resolver: { resolve } },
      onError,
    }).run(mail({ helo: 'relay.example', sender: 'a@pass.example' }))

  it.each(Object.entries(failing))('that %s is a temperror', async (_, resolve) => {
    const outcome = await run({}, resolve, 'defer')
    expect(outcome.verdict.kind).toBe('none')
    expect(words(outcome)).toBe('helo:temperror(network),mailfrom:temperror(network)')
    expect(short((await run({ temperror: 'defer' }, resolve, 'dunno')).verdict)).toBe('451 4.4.3')
  })

  it.each(Object.entries(failing))(
    'that %s while an exemption is looked up breaks the check, for on_error to decide',
    async (_, resolve) => {
      const settings = { allow_helo_names: ['relay.example'] }
      const lenient = await run(settings, resolve, 'dunno')
      expect(lenient).toMatchObject({ verdict: { kind: 'none' }, failures: [{ check: 'spf' }] })
      expect(words(lenient)).toBe('error')
      expect((await run(settings, resolve, 'defer')).verdict.kind).toBe('defer-if-permit')
    },
  )
})
