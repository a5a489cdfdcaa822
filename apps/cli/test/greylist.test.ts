import { parseIp } from '@postern/addr'
import { createZone, startZoneServer } from '@postern/dns/testing'
import { createGreylist, defaultRules, type Greylist } from '@postern/greylist'
import { type LmdbStore, openLmdbStore } from '@postern/store-lmdb'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Desk, now } from './harness.ts'

const settings = `
[store]
directory = "state"
[dns]
servers = ["127.0.0.1:1"]
[greylist]
delay_seconds = 180
`

let desk: Desk
/** The daemon's: open all the while, as in life. */
let store: LmdbStore
let greylist: Greylist

const attempt = (client: string, sender: string, recipient: string, name?: string) => {
  const address = parseIp(client)
  if (!address.ok) throw new Error(client)
  return { client: { address: address.value, name }, sender, recipient }
}

beforeEach(() => {
  desk = new Desk()
  desk.settings(settings)
  const opened = openLmdbStore({ directory: `${desk.directory}/state` })
  if (!opened.ok) throw opened.error.cause
  store = opened.store
  greylist = createGreylist({ store, rules: { ...defaultRules, autoAllowPasses: 2 } })
})
afterEach(async () => {
  await store.close()
  desk.clear()
})

/** Until the daemon has committed, in a fifth of a second at most, other processes do not see its latest records. */
const committed = () => store.count()

/** A store as after some days of mail. */
async function someMail(): Promise<void> {
  const passed = attempt('192.0.2.7', 'a@example.org', 'bob@example.net', 'mx1.example.org')
  await greylist.check(passed, now - 90_000)
  await greylist.check(passed, now - 86_400)
  await greylist.check(attempt('198.51.100.9', '', 'bob@example.net'), now - 60)
  await greylist.check(attempt('198.51.100.9', 'b+7@example.com', 'carol@example.net'), now - 300)
  await greylist.check(attempt('2001:db8::1:2', 'c@example.com', 'carol@example.net'), now - 3 * 86_400)
  await greylist.know({ sender: 'd@example.com', recipient: 'bob@example.net' }, now - 7200)
  await committed()
}

describe('list', () => {
  it('shows the newest first, in words', async () => {
    await someMail()
    const { status, out, err } = await desk.run('greylist', 'list')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toBe(
      [
        'KIND     CLIENT           SENDER         RECIPIENT          FIRST SEEN  LAST SEEN  STATE',
        'triplet  198.51.100.0/24  <>             bob@example.net    60 s ago    60 s ago   waiting, 120 s more',
        'triplet  198.51.100.0/24  b@example.com  carol@example.net  5 min ago   5 min ago  ready: passes at the next attempt',
        'known    -                d@example.com  bob@example.net    2 h ago     2 h ago    we wrote to them',
        'client   .example.org     -              -                  24 h ago    24 h ago   1 of 5 passes',
        'triplet  .example.org     a@example.org  bob@example.net    25 h ago    24 h ago   passed',
        'triplet  2001:db8::/64    c@example.com  carol@example.net  3 d ago     3 d ago    gave up: the next attempt waits again',
        '',
      ].join('\n'),
    )
  })
  it('leaves out columns that are empty, and says when there is more', async () => {
    await someMail()
    await desk.run('greylist', 'pause', 'eve@example.net')
    const { out } = await desk.run('greylist', 'list', '--kind', 'pause')
    expect(out).toBe(
      [
        'KIND   RECIPIENT        FIRST SEEN  LAST SEEN  STATE',
        'pause  eve@example.net  now         now        open until 2026-05-28 20:36:40 UTC',
        '',
      ].join('\n'),
    )
    expect((await desk.run('greylist', 'list', '--limit', '2')).out).toMatch(
      /\n2 of 7; --limit N shows more\n$/,
    )
  })
  it.each<[filter: string[], senders: string[]]>([
    [['--sender', 'a@example.org'], ['a@example.org']],
    [['--sender', 'A@Example.ORG'], ['a@example.org']],
    [['--sender', 'b+99@example.com'], ['b@example.com']],
    [
      ['--sender', '@example.com', '--kind', 'triplet'],
      ['b@example.com', 'c@example.com'],
    ],
    [['--sender', 'example.com', '--kind', 'known'], ['d@example.com']],
    [['--sender', '<>'], ['']],
    [
      ['--recipient', 'carol@example.net'],
      ['b@example.com', 'c@example.com'],
    ],
    [
      ['--client', '198.51.100.200'],
      ['', 'b@example.com'],
    ],
    [
      ['--client', '198.51.100.0/24'],
      ['', 'b@example.com'],
    ],
    [
      ['--client', '198.51.0.0/16'],
      ['', 'b@example.com'],
    ],
    [['--client', '198.51.100.128/25'], []],
    [['--client', '2001:db8::5'], ['c@example.com']],
    [['--client', 'mx7.example.org', '--kind', 'triplet'], ['a@example.org']],
    [['--client', '.example.org', '--kind', 'triplet'], ['a@example.org']],
    [['--client', 'example.org', '--kind', 'triplet'], ['a@example.org']],
    [['--client', 'example.com'], []],
    [['--client', '198.51.100.9', '--recipient', 'bob@example.net'], ['']],
  ])('%j', async (filter, senders) => {
    await someMail()
    const { out } = await desk.run('greylist', 'list', '--json', ...filter)
    expect(JSON.parse(out).map((record: { sender: string }) => record.sender)).toEqual(senders)
  })
  it('tells programs the state and the key', async () => {
    await someMail()
    const { out } = await desk.run('greylist', 'list', '--json', '--sender', '<>')
    expect(JSON.parse(out)).toEqual([
      {
        kind: 'triplet',
        state: 'waiting',
        secondsToWait: 120,
        client: '198.51.100.0',
        sender: '',
        recipient: 'bob@example.net',
        first: '2026-05-28T20:25:40Z',
        last: '2026-05-28T20:25:40Z',
        count: 0,
        key: 't\n198.51.100.0\n\nbob@example.net',
      },
    ])
  })
  it('says so when there is nothing', async () => {
    await greylist.pause('eve@example.net', { now, until: now })
    expect((await desk.run('greylist', 'list', '--kind', 'known')).out).toBe('No such records.\n')
    expect((await desk.run('greylist', 'list', '--kind', 'known', '--json')).out).toBe('[]\n')
  })
  it('knows the kinds', async () => {
    expect((await desk.run('greylist', 'list', '--kind', 'tuple')).err).toBe(
      'postern: --kind is one of triplet, client, pause, known, allow, not "tuple"\n',
    )
  })
  it('shows what could fool a terminal by its number', async () => {
    await greylist.check(attempt('192.0.2.1', '"\u001b[2J\u202e"@example.org', 'x@example.net'), now)
    await committed()
    const { out } = await desk.run('greylist', 'list')
    expect(out).toContain('"\\u{1b}[2j\\u{202e}"@example.org')
  })
})

describe('show', () => {
  it.each<[name: string, kinds: string[]]>([
    ['mx1.example.org', ['client', 'triplet']],
    ['192.0.2.7', []],
    ['198.51.100.77', ['triplet', 'triplet']],
    ['bob@example.net', ['triplet', 'known', 'triplet']],
    ['d@example.com', ['known']],
    ['@example.net', ['triplet', 'triplet', 'known', 'triplet', 'triplet']],
  ])('%s', async (name, kinds) => {
    await someMail()
    const { status, out } = await desk.run('greylist', 'show', name, '--json')
    expect(JSON.parse(out).map((record: { kind: string }) => record.kind)).toEqual(kinds)
    expect(status).toBe(kinds.length > 0 ? 0 : 1)
  })
  it('says that it knows nothing', async () => {
    await someMail()
    expect(await desk.run('greylist', 'show', 'nobody@example.net')).toEqual({
      status: 1,
      out: 'The greylist knows nothing about nobody@example.net.\n',
      err: '',
    })
  })
})

describe('allow', () => {
  beforeEach(() => greylist.pause('x@example.net', { now: 0, until: 0 }))

  it.each<[argv: string[], out: string]>([
    [
      ['203.0.113.5', '--client-name', 'unknown'],
      '203.0.113.5 is known as 203.0.113.0/24: 203.0.113.0/24 is delayed no more.',
    ],
    [
      ['203.0.113.5', '--client-name', 'out3.example.com', '--hours', '2'],
      'out3.example.com[203.0.113.5] is known as .example.com: .example.com is not delayed until 2026-05-28 22:26:40 UTC.',
    ],
    [
      ['2001:db8:1:2:3::4', '--client-name', 'unknown'],
      '2001:db8:1:2:3::4 is known as 2001:db8:1:2::/64: 2001:db8:1:2::/64 is delayed no more.',
    ],
    [
      ['::ffff:203.0.113.5', '--client-name', 'unknown'],
      '203.0.113.5 is known as 203.0.113.0/24: 203.0.113.0/24 is delayed no more.',
    ],
    [['mx1.example.com'], 'mx1.example.com is known as .example.com: .example.com is delayed no more.'],
    [['example.com'], 'example.com is known as .example.com: .example.com is delayed no more.'],
    [['.mail.example.com'], '.mail.example.com is delayed no more.'],
    [
      ['mx1.example.com', '--days', '0'],
      'mx1.example.com is known as .example.com: .example.com is delayed like others again.',
    ],
  ])('%j', async (argv, out) => {
    expect(await desk.run('greylist', 'allow', ...argv)).toEqual({ status: 0, out: `${out}\n`, err: '' })
  })
  it.each<[argv: string[], err: string]>([
    [
      ['198.51.100.0/25'],
      'the greylist knows networks of /24 ([greylist] ipv4_prefix), not of /25: a file named in [greylist] clients_files takes networks of any size',
    ],
    [
      ['2001:db8::/32'],
      'the greylist knows networks of /64 ([greylist] ipv6_prefix), not of /32: a file named in [greylist] clients_files takes networks of any size',
    ],
    [['198.51.100.1/24'], '"198.51.100.1/24" is no network; did you mean 198.51.100.0/24?'],
    [['198.51.100.0/33'], '"198.51.100.0/33" is no network'],
    [['localhost'], '"localhost" is a single label: give the full host name'],
    [['a b'], '"a b" is neither an address nor a network nor a host name'],
    [['mx1.example.com', '--days', '1', '--hours', '1'], 'say --days or --hours, not both'],
    [['mx1.example.com', '--days', 'many'], '--days is a number from 0 to 36500, not "many"'],
  ])('%j', async (argv, err) => {
    expect(await desk.run('greylist', 'allow', ...argv)).toEqual({
      status: 2,
      out: '',
      err: `postern: ${err}\n`,
    })
  })
  it('allows a network of the right size, and tells whom that does not cover', async () => {
    const { status, out, err } = await desk.run('greylist', 'allow', '203.0.113.0/24')
    expect({ status, out }).toEqual({ status: 0, out: '203.0.113.0/24 is delayed no more.\n' })
    expect(err).toContain('hosts in 203.0.113.0/24 with a confirmed host name are known by that name')
  })
  it('does not guess when the DNS is silent about the name', async () => {
    const { status, err } = await desk.run('greylist', 'allow', '203.0.113.5')
    expect(status).toBe(3)
    expect(err).toContain('say --client-name NAME, or --client-name unknown')
  })
  it('asks for no name where clients are known by their network', async () => {
    desk.settings(`${settings}identity = "network"\n`)
    const { out } = await desk.run('greylist', 'allow', '203.0.113.5')
    expect(out).toBe('203.0.113.5 is known as 203.0.113.0/24: 203.0.113.0/24 is delayed no more.\n')
    expect((await desk.run('greylist', 'allow', 'mx1.example.com')).err).toContain('identity is "network"')
  })
  it('holds for the daemon, which has the store open', async () => {
    await desk.run('greylist', 'allow', 'mx1.example.com')
    const mail = attempt('203.0.113.9', 'a@example.com', 'bob@example.net', 'mx2.example.com')
    expect(
      await desk.run(
        'greylist',
        'check',
        '--client',
        '203.0.113.9',
        '--client-name',
        'mx2.example.com',
        '--sender',
        'a@example.com',
        '--recipient',
        'bob@example.net',
      ),
    ).toMatchObject({ status: 0 })
    // A store may be a second late about rare kinds that another has written: a fresh look settles it.
    const opened = openLmdbStore({ directory: `${desk.directory}/state` })
    if (!opened.ok) throw opened.error.cause
    expect(await createGreylist({ store: opened.store }).check(mail, now)).toMatchObject({
      reason: 'allowed',
    })
    await opened.store.close()
  })
})

describe('pause', () => {
  beforeEach(() => greylist.pause('x@example.net', { now: 0, until: 0 }))

  it('opens a recipient for ten minutes, or for as long as told', async () => {
    const pause = (...more: string[]) => desk.run('greylist', 'pause', 'Bob@Example.net', ...more)
    expect((await pause()).out).toBe(
      'Anything to Bob@example.net passes the greylist until 2026-05-28 20:36:40 UTC.\n',
    )
    const mail = [
      '--client',
      '192.0.2.1',
      '--client-name',
      'unknown',
      '--sender',
      'a@b.example',
      '--recipient',
      'bob@example.net',
    ]
    expect((await desk.run('greylist', 'check', ...mail)).out).toContain('paused for this recipient')
    desk.now = now + 600
    expect((await desk.run('greylist', 'check', ...mail)).status).toBe(3)
    expect(JSON.parse((await pause('--minutes', '90', '--json')).out)).toEqual({
      recipient: 'Bob@example.net',
      until: '2026-05-28T22:06:40Z',
    })
    expect((await pause('--minutes', '0')).out).toBe('The pause for Bob@example.net is over.\n')
    expect((await desk.run('greylist', 'check', ...mail)).status).toBe(3)
  })
  it('wants an address', async () => {
    expect((await desk.run('greylist', 'pause', 'bob')).err).toBe('postern: "bob" is no e-mail address\n')
  })
})

describe('forget', () => {
  it('removes what was named, and says how many', async () => {
    await someMail()
    expect((await desk.run('greylist', 'forget', '--sender', '@example.com', '--dry-run')).out).toBe(
      'Would forget 3 records.\n',
    )
    expect((await desk.run('greylist', 'forget', '--sender', '@example.com')).out).toBe('Forgot 3 records.\n')
    expect((await desk.run('greylist', 'forget', '--sender', '@example.com', '--json')).out).toBe(
      '{\n  "forgotten": 0,\n  "dryRun": false\n}\n',
    )
    expect(JSON.parse((await desk.run('greylist', 'list', '--json')).out)).toHaveLength(3)
  })
  it('removes one record by the key that list prints', async () => {
    await someMail()
    const [record] = JSON.parse((await desk.run('greylist', 'list', '--json', '--sender', '<>')).out)
    expect((await desk.run('greylist', 'forget', '--key', record.key)).out).toBe('Forgot 1 record.\n')
    expect((await desk.run('greylist', 'forget', '--key', record.key.replaceAll('\n', '\\n'))).out).toBe(
      'Forgot 0 records.\n',
    )
  })
  it('removes everything only when that was really meant', async () => {
    await someMail()
    expect(await desk.run('greylist', 'forget', '--all')).toEqual({
      status: 2,
      out: '',
      err: 'postern: this would forget all 6 records: say --all --yes, or --dry-run\n',
    })
    expect((await desk.run('greylist', 'forget', '--all', '--yes')).out).toBe('Forgot 6 records.\n')
    expect((await desk.run('greylist', 'list')).out).toBe('No such records.\n')
  })
  it.each<[argv: string[], err: RegExp]>([
    [[], /say what to forget/],
    [['--yes'], /say what to forget/],
    [['--all', '--sender', 'x@example.org'], /contradict/],
    [['--key', 'x', '--kind', 'pause'], /--key goes with no other/],
  ])('%j is not enough, or too much', async (argv, err) => {
    await someMail()
    const ran = await desk.run('greylist', 'forget', ...argv)
    expect(ran).toMatchObject({ status: 2, out: '' })
    expect(ran.err).toMatch(err)
    expect(await store.count()).toBe(6)
  })
})

describe('export', () => {
  it('prints a record to a line', async () => {
    await someMail()
    const { out } = await desk.run('greylist', 'export')
    const records = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records).toHaveLength(6)
    expect(records.filter(({ kind }) => kind === 'client')).toMatchObject([
      { client: '.example.org', count: 1, state: 'counting' },
    ])
  })
  it('prints CSV', async () => {
    await greylist.check(attempt('192.0.2.1', '"a,b"@example.org', 'x@example.net'), now)
    await greylist.allow('192.0.2.0', { now, until: 0 })
    await committed()
    expect((await desk.run('greylist', 'export', '--format', 'csv')).out.split('\r\n')).toEqual([
      'kind,client,sender,recipient,first,last,count',
      'triplet,192.0.2.0,"""a,b""@example.org",x@example.net,2026-05-28T20:26:40Z,2026-05-28T20:26:40Z,0',
      'allow,192.0.2.0,,,2026-05-28T20:26:40Z,,0',
      '',
    ])
  })
  it('prints as many as there are', async () => {
    for (let i = 0; i < 3000; i++)
      await greylist.know({ sender: `s${i}@example.org`, recipient: 'x@example.net' }, now)
    await committed()
    const { out } = await desk.run('greylist', 'export', '--kind', 'known')
    expect(out.split('\n')).toHaveLength(3001)
  })
})

describe('stats', () => {
  it('counts', async () => {
    await someMail()
    const { out } = await desk.run('greylist', 'stats')
    const lines = out.split('\n')
    expect(lines.slice(0, -2)).toEqual([
      '1  triplet  waiting for their delay to be over',
      '1  triplet  would pass at the next attempt',
      '1  triplet  did not come back in time; go at the next expiry',
      '1  triplet  have passed',
      '1  client   on the way to being delayed no more',
      '1  known    senders we wrote to',
    ])
    expect(lines.at(-2)).toMatch(/^6 records, \d+ KiB in .*\/state$/)
  })
  it('counts for programs', async () => {
    await someMail()
    expect(JSON.parse((await desk.run('greylist', 'stats', '--json')).out)).toMatchObject({
      records: 6,
      counts: {
        triplet: { waiting: 1, ready: 1, 'too-late': 1, passed: 1 },
        client: { counting: 1, open: 0 },
        pause: { open: 0, over: 0 },
        known: { known: 1 },
        allow: { open: 0, over: 0 },
      },
    })
  })
})

describe('check, of a sender whose domain SPF confirms', () => {
  const check = (...more: string[]) =>
    desk.run('greylist', 'check', '--client-name', 'unknown', '--recipient', 'bob@example.net', ...more)

  it('goes by the domain, as the daemon does', async () => {
    const server = await startZoneServer(
      createZone('pool.example TXT "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 ~all"'),
    )
    onTestFinished(() => server.close())
    desk.settings(settings.replace('127.0.0.1:1', server.address))
    const tried = attempt('192.0.2.7', 'a@pool.example', 'bob@example.net')
    await greylist.check({ ...tried, authenticatedDomain: 'pool.example' }, now - 200)
    await committed()
    const sender = ['--sender', 'a@pool.example']
    const { status, out } = await check('--client', '198.51.100.9', ...sender)
    expect({ status, out }).toEqual({
      status: 0,
      out: 'Passes: has waited long enough.\nClient: unknown[198.51.100.9], known as @pool.example\n',
    })
    expect((await check('--client', '203.0.113.1', ...sender)).status).toBe(3)
    desk.settings(`${settings.replace('127.0.0.1:1', server.address)}skip_spf_pass = true\n`)
    expect(await check('--client', '192.0.2.200', '--sender', 'new@pool.example')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^Passes: SPF confirms the client/),
    })
  })
})

describe('check', () => {
  const check = (...more: string[]) =>
    desk.run('greylist', 'check', '--client', '192.0.2.7', '--client-name', 'mx9.example.org', ...more)
  const bob = ['--recipient', 'bob@example.net']

  it('says what the daemon would, and writes nothing', async () => {
    await someMail()
    const asked = ['--sender', 'new@example.org', ...bob]
    expect(await check(...asked)).toEqual({
      status: 3,
      out: [
        'Deferred: never seen before; passes after 180 s.',
        'Client: mx9.example.org[192.0.2.7], known as .example.org',
        'Reply: 450 4.2.0 Greylisted: please try again in 180 seconds',
        '',
      ].join('\n'),
      err: '',
    })
    desk.now = now + 180
    expect((await check(...asked)).status).toBe(3)
    expect(await store.count()).toBe(6)
  })
  it.each<[sender: string, words: string]>([
    ['a@example.org', 'Passes: has passed before.'],
    ['<d@example.com>', 'Passes: we wrote to this sender.'],
  ])('%s: %s', async (sender, words) => {
    await someMail()
    const { status, out } = await check('--sender', sender, ...bob)
    expect({ status, first: out.split('\n')[0] }).toEqual({ status: 0, first: words })
  })
  it('reads the lists that the settings name', async () => {
    await someMail()
    desk.settings(`${settings}recipients_files = ["${desk.write('recipients', 'bob@\nbad entry\n')}"]\n`)
    const { status, out, err } = await check('--sender', 'new@example.org', ...bob)
    expect({ status, first: out.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Passes: the recipient is on a list of recipients_files.',
    })
    expect(err).toMatch(/^postern: list: file=\S+ line=2 /)
  })
  it('tells programs', async () => {
    await someMail()
    expect(JSON.parse((await check('--sender', '<>', ...bob, '--json')).out)).toEqual({
      result: 'defer',
      reason: 'new',
      missingSeconds: 180,
      mode: 'enforce',
      identity: '.example.org',
      reply: { code: 450, enhanced: '4.2.0', text: 'Greylisted: please try again in 180 seconds' },
    })
  })
  it.each([
    ['mode = "observe"', /only logs this/],
    ['enabled = false', /delays nothing/],
  ])('with %s it says that nothing comes of it', async (line, note) => {
    await someMail()
    desk.settings(`${settings}${line}\n`)
    expect((await check('--sender', 'new@example.org', ...bob)).err).toMatch(note)
  })
  it.each<[argv: string[], err: string]>([
    [bob, '--sender is missing; "<>" is the null sender'],
    [['--sender', 'a@example.org'], '--recipient is missing'],
    [['--sender', 'a', ...bob], '--sender is an e-mail address or "<>", not "a"'],
    [['--sender', '<>', '--recipient', '<>'], '--recipient is an e-mail address, not "<>"'],
  ])('%j', async (argv, err) => {
    expect(await check(...argv)).toEqual({ status: 2, out: '', err: `postern: ${err}\n` })
  })
})

describe('the store', () => {
  it('is never made by a command', async () => {
    desk.settings('[store]\ndirectory = "elsewhere"\n')
    const { status, err } = await desk.run('greylist', 'pause', 'bob@example.net')
    expect(status).toBe(1)
    expect(err).toMatch(/^postern: there is no store in .*\/elsewhere: start the daemon first/)
  })
  it('in memory is the business of the daemon', async () => {
    desk.settings('[store]\nkind = "memory"\n')
    const { status, err } = await desk.run('greylist', 'list')
    expect(status).toBe(2)
    expect(err).toMatch(/^postern: \[store\] kind is "memory" in .*postern.toml: the daemon alone knows/)
  })
  it('under privacy has no names to choose by', async () => {
    await someMail()
    desk.settings(`${settings}privacy = true\n`)
    expect((await desk.run('greylist', 'list', '--sender', 'a@example.org')).err).toContain(
      'holds hashes, not names',
    )
    expect((await desk.run('greylist', 'show', 'a@example.org')).err).toContain('holds hashes, not names')
    expect((await desk.run('greylist', 'pause', 'eve@example.net')).status).toBe(0)
    const [record] = JSON.parse((await desk.run('greylist', 'list', '--kind', 'pause', '--json')).out)
    expect(record.recipient).not.toContain('eve')
    expect((await desk.run('greylist', 'forget', '--key', record.key)).out).toBe('Forgot 1 record.\n')
  })
})
