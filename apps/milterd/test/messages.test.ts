import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeKey, newDirectory, startTestMilter } from './in-process.ts'

const text = `From: Ann <ann@example.org>
To: bob@example.net
Subject: Hello
Date: Sun, 22 Nov 2026 12:00:00 +0000
Message-ID: <1@example.org>

Hello Bob.
`
const here = { address: '127.0.0.1', name: 'localhost' }
const there = { address: '192.0.2.7', name: 'mail.example.org' }

const signing = `[signing]
domains = ["example.org"]
selector = "r"
key_file = "r.private"
ed25519_selector = "e"
ed25519_key_file = "e.private"
`

async function start(settings = signing, zone = '') {
  const directory = newDirectory()
  const keys = (await makeKey(directory, 'r', 'rsa')) + (await makeKey(directory, 'e'))
  return startTestMilter(settings, { directory, zone: keys + zone })
}

describe('mail that is ours', () => {
  it('is signed with both keys, RSA on top, and passes at the other end', async () => {
    const milter = await start()
    const signed = await milter.pass(text, here)
    expect(signed.reply).toBe('accept')
    const [first, second] = signed.header('DKIM-Signature')
    expect(first).toContain('a=rsa-sha256')
    expect(second).toContain('a=ed25519-sha256')
    expect(signed.header('Authentication-Results')).toEqual([])
    expect(await milter.line(/ signed=/)).toMatch(
      / signed=example\.org:r,example\.org:e action=accept us=\d+$/,
    )
    const verified = await milter.pass(signed.message, there)
    expect(verified.header('Authentication-Results')).toEqual([
      expect.stringMatching(/^mx\.example\.net; dkim=pass .*header\.s=r .*dkim=pass .*header\.s=e /),
    ])
  })
  it.each([
    [
      'of a user who has logged in',
      { ...there, macros: { mail: { auth_authen: 'ann', auth_type: 'PLAIN' } } },
      true,
    ],
    ['of a stranger', there, false],
  ] as const)('%s', async (_, envelope, isSigned) => {
    const milter = await start()
    const passed = await milter.pass(text, envelope)
    expect(passed.header('DKIM-Signature')).toHaveLength(isSigned ? 2 : 0)
    // Nothing is told about the address that a user happens to have today.
    expect(passed.header('Authentication-Results')).toHaveLength(isSigned ? 0 : 1)
  })
  it('by a macro', async () => {
    const milter = await start(`${signing}sign_macros = ["{daemon_name}=ORIGINATING"]`)
    const of = (daemon_name: string) => milter.pass(text, { ...there, macros: { connect: { daemon_name } } })
    expect((await of('ORIGINATING')).header('DKIM-Signature')).toHaveLength(2)
    expect((await of('smtpd')).header('DKIM-Signature')).toHaveLength(0)
    expect(await milter.line(/not_signed=.*no macros match/)).toMatch(/not internal; not authenticated/)
  })
  it('of another domain is told why it is not signed', async () => {
    const milter = await start()
    const passed = await milter.pass(text.replace('ann@example.org', 'ann@example.com'), here)
    expect(passed.header('DKIM-Signature')).toEqual([])
    await milter.line(/not_signed="not signed: no signing domain match for 'example\.com'"/)
  })
  it('of others that comes from here is told about when it is signed', async () => {
    const milter = await start()
    const signed = await milter.pass(text, here)
    const fetched = signed.message.replace(/^From: .*$/m, 'From: carol@example.com')
    const passed = await milter.pass(fetched, here)
    expect(passed.header('Authentication-Results')).toEqual([
      expect.stringMatching(/^mx\.example\.net; dkim=fail [^;]*; dkim=fail [^;]*$/),
    ])
    expect((await milter.pass(text.replace('example.org', 'example.com'), here)).message).not.toMatch(
      /Authentication-Results/,
    )
  })
  it('is never refused for its signatures', async () => {
    const milter = await start('[dkim]\non_no_signature = "reject"')
    expect((await milter.pass(text, here)).reply).toBe('accept')
    expect((await milter.pass(text, there)).reply).toMatchObject({ code: 550, enhanced: '5.7.20' })
  })
  it('goes unsigned when the key cannot be used, or waits', async () => {
    const waiting = `${signing.replace('r.private', 'missing')}on_missing_key = "tempfail"\n`
    const milter = await start(waiting.replace('e.private', 'missing'))
    expect((await milter.pass(text, here)).reply).toMatchObject({ code: 451 })
    const lenient = await start(signing.replace('r.private', 'missing'))
    expect((await lenient.pass(text, here)).header('DKIM-Signature')).toHaveLength(1)
    await lenient.line(/key_problem="example\.org:r: there is no key file/)
  })
})

describe('mail that is ours and that nobody could sign', () => {
  it('passes unsigned: a domain of the sender that no signature can have', async () => {
    const directory = newDirectory()
    await makeKey(directory, 'r', 'rsa')
    writeFileSync(path.join(directory, 'key.table'), 'any %:r:./r.private\nown example.org:r:./r.private\n')
    writeFileSync(path.join(directory, 'signing.table'), '* any\nann@* own\n')
    const milter = await startTestMilter(
      '[signing]\nkey_table = "key.table"\nsigning_table = "refile:signing.table"\nmultiple_signatures = true\n',
      { directory },
    )
    const from = (address: string) => milter.pass(text.replace('ann@example.org', address), here)
    expect((await from('root@localhost')).reply).toBe('accept')
    await milter.line(/key_problem="localhost:r: no signature can have this domain or identity"/)
    // The others are made.
    expect((await from('ann@localhost')).header('DKIM-Signature')).toEqual([
      expect.stringContaining('d=example.org;'),
    ])
  })
  it('passes unsigned: a header that is too large', async () => {
    const milter = await start(`${signing}on_missing_key = "tempfail"\n`)
    const passed = await milter.pass(`${'X-More: of them\n'.repeat(10_001)}${text}`, here)
    expect(passed.reply).toBe('accept')
    expect(passed.header('DKIM-Signature')).toEqual([])
    await milter.line(/not_signed="not signed: the header is too large" action=accept/)
  })
})

describe('require_published', () => {
  it('does not sign with what the DNS does not serve', async () => {
    const directory = newDirectory()
    const zone = await makeKey(directory, 'r', 'rsa')
    await makeKey(directory, 'e')
    const milter = await startTestMilter(`${signing}require_published = true`, { directory, zone })
    for (const time of ['the first', 'the second'])
      expect([time, (await milter.pass(text, here)).header('DKIM-Signature')]).toEqual([
        time,
        [expect.stringContaining('s=r;')],
      ])
    await milter.line(/key_problem="example\.org:e: the DNS does not serve this key/)
  })
})

describe('mail that comes in', () => {
  it('has one Authentication-Results of ours on top, and none that claims to be', async () => {
    const milter = await start(signing, 'example.org TXT "v=spf1 ip4:192.0.2.0/24 -all"\n')
    const forged = `Authentication-Results: mx.example.net; dkim=pass header.d=bank.example
X-First: 1
Authentication-Results: other.example; spf=pass
Authentication-Results: (x) MX.example.net; spf=pass
Authentication-Results:
	mx.example.net 1;
	dkim=pass
${text}`
    const passed = await milter.pass(forged, there)
    expect(passed.header('Authentication-Results')).toEqual([
      expect.stringMatching(
        /^mx\.example\.net; dkim=none; spf=pass .*smtp\.mailfrom=ann@example\.org; spf=none .*smtp\.helo=mail\.example\.org; iprev=pass \(mail\.example\.org\) policy\.iprev=192\.0\.2\.7$/,
      ),
      'other.example; spf=pass',
    ])
    expect(passed.message).toMatch(/^Authentication-Results: mx\.example\.net;\n\tdkim=none;\n/)
    await milter.line(/forged_results_removed=3 action=accept/)
  })
  it.each([
    [
      'body',
      (message: string) => message.replace('Hello Bob.', 'Hello Bob, pay me.'),
      /dkim=fail \(.*[Bb]ody/,
    ],
    ['header', (message: string) => message.replace('Subject: Hello', 'Subject: Invoice'), /dkim=fail/],
  ])('a changed %s is told', async (_, change, results) => {
    const milter = await start()
    const signed = await milter.pass(text, here)
    const passed = await milter.pass(change(signed.message), there)
    expect(passed.header('Authentication-Results')[0]).toMatch(results)
    await milter.line(
      /dkim=fail\([a-z-]+\):example\.org:r,fail\([a-z-]+\):example\.org:e dkim_why="example\.org\/r: /,
    )
  })
  it.each([
    ['on_bad_signature = "reject"', { code: 550, enhanced: '5.7.20' }],
    ['on_bad_signature = "tempfail"', { code: 451, enhanced: '4.7.20' }],
    ['on_bad_signature = "discard"', 'discard'],
  ])('%s', async (action, reply) => {
    const milter = await start(`${signing}[dkim]\n${action}`)
    const signed = await milter.pass(text, here)
    const passed = await milter.pass(signed.message.replace('Hello Bob.', 'Changed.'), there)
    if (typeof reply === 'string') expect(passed.reply).toBe(reply)
    else expect(passed.reply).toMatchObject(reply)
    // One good signature is enough, whatever the others are.
    const half = signed.message.replace(/(s=r;[\s\S]*?bh=)\w{4}/, '$1AAAA')
    expect((await milter.pass(half, there)).reply).toBe('accept')
  })
  it('can be put into the hold queue', async () => {
    const milter = await start(`${signing}[dkim]\non_no_signature = "quarantine"`)
    const passed = await milter.pass(text, there)
    expect(passed).toMatchObject({ reply: 'accept', quarantine: 'This message has no DKIM signature.' })
  })
  it('waits for no DNS that does not answer longer than it must', async () => {
    const directory = newDirectory()
    await makeKey(directory, 'broken')
    const settings =
      '[signing]\ndomains = ["example.org"]\nselector = "broken"\nkey_file = "broken.private"\n'
    const milter = await startTestMilter(`${settings}[dkim]\non_dns_error = "tempfail"`, { directory })
    const signed = await milter.pass(text, here)
    expect((await milter.pass(signed.message, there)).reply).toMatchObject({ code: 451, enhanced: '4.4.3' })
  })
  it('of skip_hosts goes by untouched', async () => {
    const milter = await start(`milter.skip_hosts = ["192.0.2.7"]\n${signing}`)
    const forged = `Authentication-Results: mx.example.net; dkim=pass\n${text}`
    const passed = await milter.pass(forged, there)
    expect(passed.message).toBe(forged)
  })
})

describe('a reload', () => {
  it('signs with the new key', async () => {
    const milter = await start()
    milter.rewrite(signing.replaceAll('"r"', '"r2"'))
    milter.daemon.reload()
    expect((await milter.pass(text, here)).header('DKIM-Signature')[0]).toContain('s=r2;')
  })
  it('with mistakes leaves everything as it was', async () => {
    const milter = await start()
    milter.rewrite(`${signing}nonsense = 1`)
    milter.daemon.reload()
    await milter.line(/settings .*nonsense/)
    expect((await milter.pass(text, here)).header('DKIM-Signature')).toHaveLength(2)
  })
  it('tells of keys that cannot be used', async () => {
    const milter = await start()
    writeFileSync(path.join(milter.directory, 'r.private'), 'rubbish')
    milter.daemon.reload()
    await milter.line(/ signing level=warn file=key problem=".*r\.private is no private key/)
  })
})

it('the log is as README.md shows it', async () => {
  const milter = await start(signing)
  await milter.pass(text.replaceAll('example.org', 'example.net'), {
    ...there,
    name: 'mail.example.net',
    helo: 'mail.example.net',
    sender: 'ann@example.net',
  })
  await milter.pass(text, { ...here, helo: 'localhost', sender: 'bob@example.org' })
  await milter.line(/ signed=/)
  const names = (line: string) =>
    [...line.replaceAll(/"[^"]*"/g, '').matchAll(/ (\w+)=/g)].map(([, name]) => name)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const shown = /```text\n([^`]*)```/.exec(readme)![1]!.trimEnd().split('\n')
  const logged = milter.lines.filter((line) => line.includes(' message '))
  expect(logged.map(names)).toEqual(shown.map(names))
})
