import { createZone, startZoneServer, type ZoneServer } from '@postern/dns/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Desk } from './harness.ts'

let desk: Desk
let server: ZoneServer
const zone = createZone(`
  example.org          TXT  "v=spf1 mx include:_spf.example.net a:old.example.org -all exp=why.example.org"
  example.org          MX   10 mx1.example.org
  example.org          MX   20 mx2.example.org
  example.org          A    5.6.7.80
  mx1.example.org      A    5.6.7.1
  mx1.example.org      TXT  "v=spf1 a -all"
  mx2.example.org      A    5.6.7.2
  mx2.example.org      AAAA 2a00:1::2
  why.example.org      TXT  "%{i} is no server of %{d}"
  _spf.example.net     TXT  "v=spf1 ip4:9.9.8.0/24 include:_spf2.example.net ?all"
  _spf2.example.net    TXT  "v=spf1 ip6:2a00:2::/48 exists:%{i}.list.example.net ~all"
  soft.example         TXT  "v=spf1 ~all"
  neutral.example      TXT  "v=spf1 ip4:5.6.7.8"
  wrong.example        TXT  "v=spf1 ip4:5.6.7.8 ipv4:5.6.7.9 +all a:late.example"
  redirect.example     TXT  "v=spf1 redirect=gone.example"
  two.example          TXT  "v=spf1 mx -all"
  two.example          TXT  "v=spf1 a -all"
  evil.example         TXT  "v=spf1 mx\\027[2J\\155\\135 \\"-all"
  long.example         TXT  "v=spf1 include:a-very-long-name-of-a-provider.with-many-labels.in-a-country-code.example" " ip4:1.2.3.4/33 exists:%{i}.%{d}.%{h}.%{s}.another-rather-long-name.example -all"
`)

beforeEach(async () => {
  desk = new Desk()
  server = await startZoneServer(zone)
  desk.settings(`[dns]\nservers = ["${server.address}"]\ntimeout_ms = 200\nattempts = 1\n`)
})
afterEach(async () => {
  zone.fail('broken.example')
  await server.close()
  desk.clear()
})

const check = (...argv: string[]) => desk.run('spf', 'check', ...argv)

describe('spf check', () => {
  it('counts void lookups as far as the settings let the daemon', async () => {
    const record = 'v=spf1 a:a.gone.example a:b.gone.example a:c.gone.example -all'
    const ask = () => check('--ip', '1.2.3.4', '--sender', 'ann@example.org', '--record', record)
    expect(await ask()).toMatchObject({ status: 4, out: expect.stringContaining(', 3 of 2 void\n') })
    desk.settings(`[dns]\nservers = ["${server.address}"]\n[spf]\nvoid_lookups_domains = ["example.org 3"]\n`)
    expect(await ask()).toMatchObject({ status: 1, out: expect.stringContaining(', 3 of 3 void\n') })
  })

  it('shows the way to a fail', async () => {
    expect(await check('--ip', '1.2.3.4', '--sender', 'ann@example.org')).toEqual({
      status: 1,
      out: `MAIL FROM <ann@example.org> from 1.2.3.4: fail
  example.org does not authorize 1.2.3.4 (-all).
  5 of 10 lookups, 2 of 2 void
  The domain explains: "1.2.3.4 is no server of example.org"
  example.org: v=spf1 mx include:_spf.example.net a:old.example.org -all
      exp=why.example.org
    mx (example.org): no match
      MX example.org: 10 mx1.example.org, 20 mx2.example.org
      A mx1.example.org: 5.6.7.1
      A mx2.example.org: 5.6.7.2
    include:_spf.example.net: no match
      _spf.example.net: v=spf1 ip4:9.9.8.0/24 include:_spf2.example.net ?all
        ip4:9.9.8.0/24: no match
        include:_spf2.example.net: no match
          _spf2.example.net: v=spf1 ip6:2a00:2::/48 exists:%{i}.list.example.net
              ~all
            ip6:2a00:2::/48: no match
            exists:%{i}.list.example.net (1.2.3.4.list.example.net): no match, a
                void lookup
              A 1.2.3.4.list.example.net: no such name
            ~all: match, softfail
        ?all: match, neutral
    a:old.example.org: no match, a void lookup
      A old.example.org: no such name
    -all: match, fail
`,
      err: '',
    })
  })
  it('checks HELO and sender, and ends with what the sender gets', async () => {
    const argv = ['--ip', '5.6.7.2', '--sender', 'ann@example.org', '--helo', 'mx1.example.org']
    const { status, out } = await check(...argv)
    expect(status).toBe(0)
    expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
      'HELO mx1.example.org from 5.6.7.2: fail',
      'MAIL FROM <ann@example.org> from 5.6.7.2 (HELO mx1.example.org): pass',
    ])
    expect((await check(...argv, '--identity', 'helo')).status).toBe(1)
    expect((await check(...argv, '--identity', 'mailfrom')).out).not.toContain('HELO mx1.example.org from')
  })
  it.each<[result: string, status: number, ip: string, sender: string]>([
    ['pass', 0, '5.6.7.1', 'ann@example.org'],
    ['fail', 1, '5.6.7.80', 'ann@example.org'],
    ['softfail', 2, '5.6.7.1', 'ann@soft.example'],
    ['neutral', 3, '5.6.7.1', 'ann@neutral.example'],
    ['permerror', 4, '5.6.7.1', 'ann@two.example'],
    ['temperror', 5, '5.6.7.1', 'ann@broken.example'],
    ['none', 6, '5.6.7.1', 'ann@none.example'],
  ])('%s is exit status %i', async (result, status, ip, sender) => {
    zone.fail('broken.example', 'servfail')
    const ran = await check('--ip', ip, '--sender', sender)
    expect(ran.status).toBe(status)
    expect(ran.out).toContain(`MAIL FROM <${sender}> from ${ip}: ${result}\n`)
    const json = JSON.parse((await check('--ip', ip, '--sender', sender, '--json')).out)
    expect(json).toMatchObject({ status, results: [{ identity: 'mailfrom', result }] })
  })
  it.each<[sender: string, lines: string[]]>([
    [
      'ann@wrong.example',
      [
        '  wrong.example:',
        '      v=spf1 ip4:5.6.7.8 ipv4:5.6.7.9 +all a:late.example',
        '                         ^',
      ],
    ],
    ['ann@two.example', ['  two.example: v=spf1 mx -all', '  two.example: v=spf1 a -all']],
    ['ann@redirect.example', ['    redirect=gone.example: followed', '      gone.example: no such name']],
    ['ann@neutral.example', ['    ip4:5.6.7.8: no match', '    nothing matched: neutral']],
    ['ann@broken.example', ['  broken.example: no answer (servfail)']],
    ['ann@none.example', ['  none.example: no such name']],
    ['ann@mx2.example.org', ['  mx2.example.org: no TXT record']],
  ])('shows what stood in the way of %s', async (sender, lines) => {
    zone.fail('broken.example', 'servfail')
    const { out } = await check('--ip', '5.6.7.1', '--sender', sender)
    expect(out).toContain(`\n${lines.join('\n')}\n`)
  })
  it('evaluates a record that is not published', async () => {
    const argv = ['--ip', '5.6.7.80', '--sender', 'ann@example.org']
    expect((await check(...argv)).status).toBe(1)
    const ran = await check(...argv, '--record', 'v=spf1 a -all')
    expect(ran.status).toBe(0)
    expect(ran.out).toContain('  example.org: v=spf1 a -all\n    a (example.org): match, pass\n')
    expect((await check(...argv, '--record', 'v=spf1 ipv4:1.2.3.4')).status).toBe(4)
    expect((await check(...argv, '--helo', 'mx1.example.org', '--record', 'v=spf1 a -all')).out).toContain(
      'mx1.example.org does not authorize',
    )
  })
  it('takes "<>" for the HELO name', async () => {
    const { status, out } = await check('--ip', '5.6.7.1', '--sender', '<>', '--helo', 'mx1.example.org')
    expect(status).toBe(0)
    expect(out).toContain('HELO mx1.example.org from 5.6.7.1: pass\n')
    const both = await check(
      '--ip',
      '5.6.7.1',
      '--sender',
      '',
      '--helo',
      'mx1.example.org',
      '--identity',
      'both',
    )
    expect(both.out).toContain('\nMAIL FROM <> from 5.6.7.1 (HELO mx1.example.org): pass\n')
  })
  it('tells programs, in one shape', async () => {
    const { out } = await check('--ip', '2a00:1::2', '--sender', 'ann@example.org', '--json')
    expect(JSON.parse(out)).toEqual({
      status: 0,
      results: [
        {
          identity: 'mailfrom',
          ip: '2a00:1::2',
          sender: 'ann@example.org',
          helo: '',
          domain: 'example.org',
          result: 'pass',
          reason: 'example.org authorizes 2a00:1::2 (mx)',
          error: null,
          decision: { domain: 'example.org', term: 'mx' },
          explanation: null,
          lookups: { terms: 1, void: 0, limit: 10, voidLimit: 2 },
          path: {
            domain: 'example.org',
            lookup: expect.objectContaining({ name: 'example.org', type: 'TXT' }),
            texts: ['v=spf1 mx include:_spf.example.net a:old.example.org -all exp=why.example.org'],
            result: 'pass',
            terms: [
              {
                term: 'mx',
                outcome: 'match',
                result: 'pass',
                void: false,
                target: 'example.org',
                lookups: [
                  expect.objectContaining({ name: 'example.org', type: 'MX' }),
                  expect.objectContaining({ name: 'mx1.example.org', type: 'AAAA' }),
                  expect.objectContaining({ name: 'mx2.example.org', type: 'AAAA' }),
                ],
                record: null,
              },
            ],
          },
        },
      ],
    })
    const failed = await check('--ip', '5.6.7.1', '--sender', 'ann@wrong.example', '--json')
    expect(JSON.parse(failed.out).results[0]).toMatchObject({
      error: { code: 'syntax', syntax: 'unknown-mechanism', at: 19 },
      decision: { domain: 'wrong.example', term: null },
    })
  })
  it.each<[argv: string[], message: string]>([
    [[], '--ip is missing: the address of the client'],
    [['--ip', '1.2.3'], '--ip is an IP address, not "1.2.3"'],
    [['--ip', '1.2.3.4'], 'say --sender or --helo, or both'],
    [['--ip', '1.2.3.4', '--sender', '<>'], 'without a sender --helo is needed'],
    [['--ip', '1.2.3.4', '--sender', 'a b'], '--sender is an e-mail address, a domain or "<>", not "a b"'],
    [
      ['--ip', '1.2.3.4', '--helo', 'x', '--identity', 'mailfrom'],
      '--identity mailfrom needs --sender (or "<>" with --helo)',
    ],
    [['--ip', '1.2.3.4', '--helo', 'x', '--identity', 'both'], '--identity both needs --sender and --helo'],
    [['--ip', '1.2.3.4', '--sender', 'a@b.c', '--identity', 'helo'], '--identity helo needs --helo'],
    [
      ['--ip', '1.2.3.4', '--sender', 'a@b.c', '--identity', 'all'],
      '--identity is helo, mailfrom or both, not "all"',
    ],
    [
      ['--ip', '1.2.3.4', '--sender', 'a@b.c', '--dns', 'x'],
      '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "x"',
    ],
    [['--ipp', '1.2.3.4'], 'there is no option --ipp. Did you mean --ip? See postern spf check --help'],
    [['--ip'], '--ip wants a value (IP). See postern spf check --help'],
    [['example.org'], '"example.org" is too much: postern spf check [OPTION]...'],
  ])('%j is a mistake, told by exit status 64', async (argv, message) => {
    expect(await check(...argv)).toEqual({ status: 64, out: '', err: `postern: ${message}\n` })
  })
  it('mistakes in the settings are told by exit status 64 too', async () => {
    desk.settings('[log]\nlevel = "loud"\n')
    expect((await check('--ip', '1.2.3.4', '--helo', 'x.example')).status).toBe(64)
  })
  it('is a temperror when there is no DNS', async () => {
    const argv = ['--ip', '1.2.3.4', '--sender', 'ann@example.org', '--dns', '127.0.0.1:1']
    expect(await check(...argv)).toMatchObject({ status: 5, err: '' })
  })
  it.each(['a..b', '[1.2.3.4]', 'localhost', '\u001b[2J.example'])('%j has no record', async (helo) => {
    const { status, out } = await check('--ip', '1.2.3.4', '--helo', helo)
    expect(status).toBe(6)
    expect(out).not.toContain('\u001b')
  })
})

describe('spf lint', () => {
  it('shows each problem under the record', async () => {
    expect(await desk.run('spf', 'lint', 'wrong.example')).toEqual({
      status: 1,
      out: `wrong.example: 51 octets; all TXT records in one answer 95
  v=spf1 ip4:5.6.7.8 ipv4:5.6.7.9 +all a:late.example
                     ^^^^         ^^^^ ~~~~~~~~~~~~~~
  error   20: "ipv4" is no mechanism: write "ip4:5.6.7.9".
  error   33: "+all" lets every host in the world send as this domain: end the
          record with -all, or ~all for a trial.
  warning 38: Nothing behind "all" is ever looked at: put "a:late.example"
          before it, or drop it.

What can be mended without asking gives:
  v=spf1 ip4:5.6.7.8 ip4:5.6.7.9 +all a:late.example

Lookups, at most: 0 of 10; void: 0 of 2 for IPv4 clients, 0 for IPv6 clients

2 errors, 1 warning.
`,
      err: '',
    })
  })
  it('shows who spends the lookups', async () => {
    const { status, out } = await desk.run('spf', 'lint', 'Example.ORG.')
    expect(status).toBe(0)
    expect(out).toContain(`
Lookups, at most: 5 of 10; void: 1 of 2 for IPv4 clients, 2 for IPv6 clients
   1  mx, void for IPv6 clients
   3  include:_spf.example.net
     2  include:_spf2.example.net
       1  exists:%{i}.list.example.net
   1  a:old.example.org, void

1 warning.
`)
  })
  it('shows problems of included records with their domain, and no record twice', async () => {
    const record = 'v=spf1 include:soft.example include:wrong.example include:wrong.example -all'
    const { status, out } = await desk.run('spf', 'lint', record)
    expect(status).toBe(1)
    expect(out).toContain('\nwrong.example, by include:\n  v=spf1 ip4:5.6.7.8')
    expect(out).not.toContain('soft.example, by include')
    expect(out).toContain('\n   1  include:wrong.example\n   1  include:wrong.example (as above)\n')
  })
  it.each<[argv: string[], status: number, line: string]>([
    [['v=spf1 mx -all', '--domain', 'example.org'], 0, 'No problems.'],
    [['v=spf1 ip4:5.6.7.8 -all'], 0, 'No problems.'],
    [['v=spf1 mx -all'], 0, 'No problems.'],
    [['none.example'], 1, '  error   There is no such domain in the DNS.'],
    [['mx2.example.org'], 1, '  error   There is no TXT record that begins with "v=spf1 ": publish one;'],
    [['two.example'], 1, '  error   There are 2 SPF records, and receivers use none of them then: make'],
    [[''], 1, '  error   1: The record is empty.'],
    [
      ['v=spf1 a:none.example mx a -all', '--domain', 'mx2.example.org'],
      0,
      '  warning 8: none.example has no address, so "a:none.example" matches nothing:',
    ],
    [['broken.example'], 3, '1 error; not everything could be looked up.'],
    [['example.org', '--dns', '127.0.0.1:1'], 3, '1 error; not everything could be looked up.'],
    [['v=spf1 include:broken.example -all'], 0, '1 warning; not everything could be looked up.'],
  ])('%j', async (argv, status, line) => {
    zone.fail('broken.example', 'servfail')
    const ran = await desk.run('spf', 'lint', ...argv)
    expect(ran.err).toBe('')
    expect(ran.status).toBe(status)
    expect(ran.out.split('\n')).toContain(line)
  })
  it('shows bytes that could fool a terminal by their number, also to programs', async () => {
    const text = await desk.run('spf', 'lint', 'evil.example')
    expect(text.out).toContain('  v=spf1 mx\\x1b[2J\\x9b\\x87 "-all\n           ^^^^^^^^^^^^^^^ ^^^^^\n')
    const json = await desk.run('spf', 'lint', 'evil.example', '--json')
    expect(JSON.parse(json.out).record).toBe('v=spf1 mx\u001b[2J\u009b\u0087 "-all')
    const checked = await check('--ip', '1.2.3.4', '--sender', 'a@evil.example')
    const checkedJson = await check('--ip', '1.2.3.4', '--sender', 'a@evil.example', '--json')
    for (const { out } of [text, json, checked, checkedJson]) expect(out).toMatch(/^[\n -~]+$/)
  })
  it('tells programs, in one shape', async () => {
    const { out } = await desk.run(
      'spf',
      'lint',
      'v=spf1 ipv4:5.6.7.8 include:_spf2.example.net -all',
      '--json',
    )
    expect(JSON.parse(out)).toEqual({
      domain: null,
      record: 'v=spf1 ipv4:5.6.7.8 include:_spf2.example.net -all',
      fixed: 'v=spf1 ip4:5.6.7.8 include:_spf2.example.net -all',
      problems: [
        {
          severity: 'error',
          standing: 'own',
          domain: null,
          at: 7,
          length: 4,
          text: 'ipv4',
          code: 'syntax',
          syntax: 'unknown-mechanism',
          term: 'ipv4:5.6.7.8',
          fix: { at: 7, length: 12, text: 'ip4:5.6.7.8', isSure: true },
          isAtStringEnd: false,
          message: '"ipv4" is no mechanism: write "ip4:5.6.7.8".',
        },
      ],
      lookups: {
        terms: 2,
        void: { ip4: 0, ip6: 0 },
        limits: { terms: 10, voidTerms: 2, mxNames: 10, ptrNames: 10 },
      },
      records: [
        expect.objectContaining({ domain: null, via: 'start', lookups: 2 }),
        expect.objectContaining({ domain: '_spf2.example.net', via: 'include', lookups: 1 }),
      ],
      sizes: { record: 50, strings: null, answer: null },
      questions: 1,
      complete: true,
    })
  })
  it.each<[argv: string[], message: string]>([
    [[], 'DOMAIN|RECORD is missing: postern spf lint DOMAIN|RECORD [OPTION]...'],
    [['v=spf1 -all', '--domain', 'a b'], '--domain is a domain name, not "a b"'],
    [['example.org', '--domain', 'example.org'], '--domain is for a RECORD that is not published yet'],
    [['example.org', '--dns', 'x'], '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "x"'],
    [['v=spf1', 'mx'], '"mx" is too much: postern spf lint DOMAIN|RECORD [OPTION]...'],
  ])('%j is a mistake', async (argv, message) => {
    expect(await desk.run('spf', 'lint', ...argv)).toEqual({
      status: 2,
      out: '',
      err: `postern: ${message}\n`,
    })
  })
})

describe('spf suggest', () => {
  it('gives lines for the zone', async () => {
    expect(await desk.run('spf', 'suggest', 'example.org')).toEqual({
      status: 0,
      out: `example.org
Mail servers: mx1.example.org (5.6.7.1), mx2.example.org (5.6.7.2, 2a00:1::2)
Addresses:    5.6.7.80
Published:    v=spf1 mx include:_spf.example.net a:old.example.org -all
              exp=why.example.org

example.org. IN TXT "v=spf1 mx include:_spf.example.net exp=why.example.org -all"
  Right when the hosts that receive mail are those that send it. Costs 2
  lookups.
  Drops a:old.example.org

example.org. IN TXT "v=spf1 a mx include:_spf.example.net exp=why.example.org -all"
  Right when the hosts of the domain name itself, often the web server, send
  mail too. Costs 3 lookups.
  Adds a
  Drops a:old.example.org

example.org. IN TXT "v=spf1 ip4:5.6.7.1 ip4:5.6.7.2 ip6:2a00:1::2 include:_spf.example.net exp=why.example.org -all"
  The same hosts by address: saves receivers lookups, and must be kept up to
  date by hand. Costs 1 lookup.
  Adds ip4:5.6.7.1 ip4:5.6.7.2 ip6:2a00:1::2
  Drops mx a:old.example.org

mx2.example.org. IN TXT "v=spf1 a -all"
  For mx2.example.org, whose own name is checked when it says HELO. Costs 1
  lookup.
`,
      err: '',
    })
  })
  it('goes by the addresses that it is told', async () => {
    const { out } = await desk.run('spf', 'suggest', 'example.org', '--ip', '5.6.7.1,9.9.9.9', '--json')
    expect(JSON.parse(out)).toMatchObject({
      domain: 'example.org',
      senders: ['5.6.7.1', '9.9.9.9'],
      servers: [
        { name: 'mx1.example.org', addresses: ['5.6.7.1'], record: 'v=spf1 a -all' },
        { name: 'mx2.example.org', addresses: ['5.6.7.2', '2a00:1::2'], record: null },
      ],
    })
    expect(JSON.parse(out).suggestions[0]).toEqual({
      code: 'mx-and-addresses',
      name: 'example.org',
      record: 'v=spf1 mx ip4:9.9.9.9 include:_spf.example.net exp=why.example.org -all',
      zoneLine:
        'example.org. IN TXT "v=spf1 mx ip4:9.9.9.9 include:_spf.example.net exp=why.example.org -all"',
      lookups: 2,
      change: { added: ['ip4:9.9.9.9'], removed: ['a:old.example.org'] },
      why: 'Right when the mail servers send mail, and the hosts listed beside them.',
    })
  })
  it('goes by this host, its public addresses and its name', async () => {
    desk.host = {
      name: 'mx2.example.org',
      addresses: [
        '127.0.0.1',
        '10.0.0.2',
        '5.6.7.2',
        '::ffff:5.6.7.2',
        'fe80::1%eth0',
        'fd00::2',
        '2a00:1::2',
      ],
    }
    const { out } = await desk.run('spf', 'suggest')
    expect(out).toContain('Sends from:   5.6.7.2, 2a00:1::2\n')
    expect(out).toContain(
      '\nexample.org. IN TXT "v=spf1 mx include:_spf.example.net exp=why.example.org -all"\n',
    )
    expect(out.match(/^mx2\.example\.org\. IN TXT/gm)).toHaveLength(1)
  })
  it('goes by the host name of the settings', async () => {
    desk.settings(`[dns]\nservers = ["${server.address}"]\n[policy]\nhost_name = "soft.example"\n`)
    expect((await desk.run('spf', 'suggest')).out).toMatch(/^soft\.example\n/)
  })
  it('says that a domain has too many records', async () => {
    const { status, out, err } = await desk.run('spf', 'suggest', 'two.example')
    expect(status).toBe(0)
    expect(out).toContain('two.example. IN TXT "v=spf1 -all"\n')
    expect(err).toBe(
      'postern: two.example publishes 2 SPF records, which is none to receivers: one has to stay\n',
    )
  })
  it.each<[argv: string[], status: number, message: string]>([
    [['none.example'], 1, 'there is no domain none.example in the DNS'],
    [['broken.example'], 3, 'TXT of broken.example could not be looked up (servfail)'],
    [['example.org', '--dns', '127.0.0.1:1'], 3, 'TXT of example.org could not be looked up (network)'],
    [[], 2, 'the name of this host, "localhost", has no domain: say which DOMAIN'],
    [['a b'], 2, '"a b" is no domain name'],
    [
      ['example.org', '--ip', '1.2.3.4,x'],
      2,
      '--ip is one or more IP addresses with commas between them, not "x"',
    ],
    [['example.org', '--ip', ' '], 2, '--ip wants an address'],
    [['example.org', '--dns', 'x'], 2, '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "x"'],
  ])('%j', async (argv, status, message) => {
    zone.fail('broken.example', 'servfail')
    expect(await desk.run('spf', 'suggest', ...argv)).toEqual({
      status,
      out: '',
      err: `postern: ${message}\n`,
    })
  })
})

it.each<[string[]]>([
  [['check', '--ip', '1.2.3.4', '--sender', 'ann@example.org', '--helo', 'mx1.example.org']],
  [['check', '--ip', '1.2.3.4', '--sender', 'ann@long.example']],
  [['lint', 'long.example']],
  [['lint', 'wrong.example']],
])('%j fits into 80 columns, as far as words do', async (argv) => {
  const { out } = await desk.run('spf', ...argv)
  const isLong = (line: string) => line.length > 80 && line.trim().includes(' ')
  expect(out.split('\n').filter(isLong)).toEqual([])
})
