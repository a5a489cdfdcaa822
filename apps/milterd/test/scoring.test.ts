// The scoring stage over a fake filter, which reads the probability from the message.

import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFakeFilter, type FakeFilter } from './fake-filter.ts'
import { newDirectory, startTestMilter, type TestMilter } from './in-process.ts'

const there = { address: '192.0.2.7', name: 'mail.example.org' }
const here = { address: '127.0.0.1', name: 'localhost' }

const letter = (p: number, fields = '', body = `p=${p}\n`) =>
  `From: Ann <ann@example.org>\nSubject: Pills\nMessage-ID: <1@example.org>\n${fields}\n${body}`

async function start(settings = ''): Promise<{ milter: TestMilter; filter: FakeFilter }> {
  const filter = createFakeFilter()
  const text = `policy.host_name = "mx.example.net"\n${settings.includes('[spam]') ? settings : `[spam]\nenabled = true\n${settings}`}`
  return { milter: await startTestMilter(text, { openFilter: async () => filter }), filter }
}

describe('a message that is scored', () => {
  it('says so with its reasons, below Authentication-Results', async () => {
    const { milter } = await start()
    const passed = await milter.pass(letter(0.998), there)
    expect(passed.reply).toBe('accept')
    expect(passed.header('X-Spam-Flag')).toEqual(['YES'])
    expect(passed.header('X-Spam-Score')).toEqual(['6.8'])
    expect(passed.header('X-Spam-Checker-Version')).toEqual([
      expect.stringMatching(/^Postern \S+ on mx\.example\.net$/),
    ])
    const [status] = passed.header('X-Spam-Status')
    expect(status).toMatch(/^Yes, score=6\.8 required=5\.0 .* probability=0\.9980 /)
    expect(status).toMatch(/for-spam: "pills" "http:\/\/pills\.example" for-ham: "from a friend"$/)
    const names = [...passed.message.matchAll(/^([\w-]+):/gm)].map(([, name]) => name)
    expect(names.slice(0, 3)).toEqual(['Authentication-Results', 'X-Spam-Checker-Version', 'X-Spam-Flag'])
    expect(passed.header('X-Bogosity')).toEqual([])
    expect(await milter.line(/ message /)).toMatch(
      / spam=spam p=0\.9980 points=6\.8 spam_action=tag reasons="word pills \+2\.500; link http:\/\/pills\.example \+1\.500; header from a friend -0\.500" /,
    )
  })
  it.each([
    ['ham', 0.01, undefined, /^No, score=-5\.0 /],
    ['unsure', 0.98, undefined, /^No, score=4\.2 .* verdict=unsure /],
    ['spam', 0.99, 'YES', /^Yes, score=5\.0 /],
  ] as const)('is %s', async (_, p, flag, status) => {
    const { milter } = await start()
    const passed = await milter.pass(letter(p), there)
    expect(passed.header('X-Spam-Flag')[0]).toBe(flag)
    expect(passed.header('X-Spam-Status')[0]).toMatch(status)
  })
  it('is scored as it will lie in the mailbox', async () => {
    const { milter, filter } = await start()
    const forged = 'X-Spam-Status: No\nAuthentication-Results: mx.example.net; spf=pass\nX-Other: kept\n'
    await milter.pass(letter(0.1, forged), {
      ...there,
      helo: 'smtp.example.org',
      sender: 'list@example.org',
      macros: { connect: { j: 'mx.example.net' }, mail: { i: 'Q7' } },
    })
    const { text } = filter.scored[0]!
    expect(text).toMatch(
      /^Return-Path: <list@example\.org>\r\nDelivered-To: bob@example\.net\r\nAuthentication-Results: mx\.example\.net;[\s\S]*\r\nReceived: from smtp\.example\.org \(mail\.example\.org \[192\.0\.2\.7\]\)\r\n\tby mx\.example\.net \(Postfix\) with ESMTP id Q7\r\n\tfor <bob@example\.net>; \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000 \(UTC\)\r\nFrom: Ann/,
    )
    expect(text).toContain('\r\nX-Other: kept\r\n\r\np=0.1\r\n')
    expect(text).not.toMatch(/X-Spam|spf=pass/)
  })
  it('names no reasons when none are wanted', async () => {
    const { milter, filter } = await start('reasons = 0')
    const passed = await milter.pass(letter(0.999), there)
    expect(passed.header('X-Spam-Status')[0]).not.toContain('pills')
    expect(filter.scored[0]!.options).toEqual({ evidence: 0 })
  })
  it.each([
    ['spam', 0.5, 0],
    ['spam', 0.999, 1],
    ['none', 0.999, 0],
  ])('headers = "%s" at %d', async (headers, p, count) => {
    const { milter } = await start(`headers = "${headers}"\nbogosity_header = true`)
    const passed = await milter.pass(letter(p), there)
    expect(passed.header('X-Spam-Status')).toHaveLength(count)
    expect(passed.header('X-Bogosity')).toHaveLength(count)
  })
  it('has its subject tagged once', async () => {
    const { milter } = await start('subject_tag = "[SPAM]"')
    const passed = await milter.pass(letter(0.999), there)
    expect(passed.header('Subject')).toEqual(['[SPAM] Pills'])
    const again = await milter.pass(passed.message, there)
    expect(again.header('Subject')).toEqual(['[SPAM] Pills'])
    const without = await milter.pass(letter(0.999).replace('Subject: Pills\n', ''), there)
    expect(without.header('Subject')).toEqual(['[SPAM]'])
  })
  it('is not given the fields that others have forged', async () => {
    const { milter } = await start()
    const forged =
      'X-Spam-Flag: YES\nX-Spam-Status: No, score=-100\nx-spam-status: No\nX-Spam-Prev-Subject: a\nX-Bogosity: Ham\n'
    const passed = await milter.pass(letter(0.1, forged), there)
    expect(passed.header('X-Spam-Flag')).toEqual([])
    expect(passed.header('X-Spam-Status')).toHaveLength(1)
    expect(passed.header('X-Spam-Status')[0]).toContain('probability=0.1000')
    expect(passed.header('X-Bogosity')).toEqual([])
    expect(passed.header('X-Spam-Prev-Subject')).toEqual(['a'])
    expect(await milter.line(/ message /)).toMatch(/ forged_spam_removed=4 /)
  })
})

it('is refused when it has more of them than anybody needs', async () => {
  const { milter, filter } = await start()
  const stuffed = letter(0.1, 'X-Spam-Flag: NO\n'.repeat(1001))
  expect((await milter.pass(stuffed, there)).reply).toMatchObject({ code: 550, enhanced: '5.6.0' })
  expect(filter.scored).toEqual([])
  expect((await milter.pass(stuffed.replace('X-Spam-Flag: NO\n', ''), there)).reply).toBe('accept')
})

describe('what becomes of it', () => {
  const steps =
    'tag_at = 0.9\nquarantine_at = 0.95\ndefer_at = 0.97\nreject_at = 0.99\nrefusal_text = "No spam here ({queue_id} at {host})"'
  it.each([
    [0.89, 'accept', undefined, undefined],
    [0.9, 'accept', undefined, 'YES'],
    [0.95, 'accept', 'looks like spam', 'YES'],
  ])('at %d', async (p, reply, quarantine, flag) => {
    const { milter } = await start(steps)
    const passed = await milter.pass(letter(p), there)
    expect(passed.reply).toBe(reply)
    expect(passed.quarantine).toBe(quarantine)
    expect(passed.header('X-Spam-Flag')[0]).toBe(flag)
  })
  it.each([
    [0.97, 451, '4.7.1'],
    [0.99, 550, '5.7.1'],
  ])('at %d, without saying why', async (p, code, enhanced) => {
    const { milter } = await start(steps)
    const { reply } = await milter.pass(letter(p), there)
    expect(reply).toEqual({ code, enhanced, lines: ['No spam here (Q1 at mx.example.net)'] })
    expect(await milter.line(/ message /)).toContain(`action="${code} ${enhanced} No spam here`)
  })
  it('is nothing while too little has been learned', async () => {
    const { milter } = await start(steps)
    const passed = await milter.pass(letter(0.999, 'Subject: untrained\n'), there)
    expect([passed.reply, passed.quarantine]).toEqual(['accept', undefined])
    expect(passed.header('X-Spam-Flag')).toEqual([])
    expect(passed.header('X-Spam-Status')[0]).toMatch(/^No, score=0\.0 .* untrained=0-spam,3-ham,10-needed/)
    await milter.line(/ spam=unsure .* points=0\.0 untrained="0 spam, 3 ham of 10" /)
  })
  it('is the mildest thing for all recipients', async () => {
    const { milter } = await start(`reject_at = 0.95
[[spam.group]]
recipients = ["postmaster@"]
[[spam.group]]
recipients = ["example.com"]
quarantine_at = 0.95
`)
    const to = async (...recipients: string[]) => {
      const { reply, quarantine } = await milter.pass(letter(0.96), { ...there, recipients })
      return typeof reply === 'object' ? reply : quarantine ? 'quarantine' : reply
    }
    expect(await to('bob@example.net')).toMatchObject({ code: 550 })
    expect(await to('bob@example.net', 'bob@example.org')).toMatchObject({ code: 550 })
    expect(await to('bob@example.net', 'bob@Example.COM')).toBe('quarantine')
    expect(await to('bob@example.net', 'Postmaster@example.com')).toBe('accept')
  })
  it('does not undo what [dkim] says, nor scores what is turned away', async () => {
    const { milter, filter } = await start('[dkim]\non_no_signature = "reject"')
    expect((await milter.pass(letter(0.1), there)).reply).toMatchObject({ code: 550, enhanced: '5.7.20' })
    expect(filter.scored).toEqual([])
  })
})

describe('what is not scored', () => {
  const user = { ...there, macros: { mail: { auth_authen: 'ann', auth_type: 'PLAIN' } } }
  it.each([
    ['mail of users who have logged in', user, ''],
    ['even when that is not what is signed', user, '[signing]\nsign_authenticated = false\n'],
    ['mail of internal hosts', here, ''],
    ['mail of hosts that are skipped', there, '[milter]\nskip_hosts = ["192.0.2.7"]\n'],
  ] as const)('%s', async (_, envelope, settings) => {
    const { milter, filter } = await start(
      `${settings}[spam]\nenabled = true\n`.replace('[milter]\n', 'milter.'),
    )
    const own = letter(0.999, 'X-Spam-Status: No, of our own filter\n')
    const passed = await milter.pass(own, envelope)
    expect(passed.reply).toBe('accept')
    expect(passed.header('X-Spam-Status')).toEqual(['No, of our own filter'])
    expect(filter.scored).toEqual([])
  })
  it('unless that is wanted', async () => {
    const { milter } = await start('score_outgoing = true\nreject_at = 0.99')
    expect((await milter.pass(letter(0.999), user)).reply).toMatchObject({ code: 550 })
    expect((await milter.pass(letter(0.999), here)).reply).toMatchObject({ code: 550 })
  })
  it('anything, when scoring is off', async () => {
    const { milter, filter } = await start('[spam]\nenabled = false')
    const passed = await milter.pass(letter(0.999, 'X-Spam-Flag: YES\n'), there)
    expect(passed.header('X-Spam-Flag')).toEqual(['YES'])
    expect(passed.header('X-Spam-Status')).toEqual([])
    expect(filter.scored).toEqual([])
  })
})

describe('large messages', () => {
  it('are scored on their first part, and say so', async () => {
    const { milter, filter } = await start('max_octets = 100000')
    const passed = await milter.pass(letter(0.3, '', `p=0.3\n${'0123456789\n'.repeat(100_000)}`), there)
    const { length } = filter.scored[0]!.text
    expect(length).toBeGreaterThan(99_990)
    expect(length).toBeLessThan(101_000)
    expect(passed.header('X-Spam-Status')[0]).toContain(`scored-octets=${length}`)
    expect(await milter.line(/ message /)).toContain(`scored_octets=${length}`)
    const small = await milter.pass(letter(0.3), there)
    expect(small.header('X-Spam-Status')[0]).not.toContain('scored-octets')
  })
  it('share what may be held, and give it back', async () => {
    const { milter, filter } = await start('max_octets = 1048576\nmax_held_octets = 1048576')
    const large = letter(0.3, '', 'x'.repeat(70).concat('\n').repeat(10_000))
    for (let i = 0; i < 3; i++) await milter.pass(large, there)
    expect(filter.scored.map(({ text }) => text.includes('p='))).toEqual([false, false, false])
    const all = await Promise.all([1, 2, 3, 4].map(() => milter.pass(large, there)))
    expect(all.map(({ reply }) => reply)).toEqual(['accept', 'accept', 'accept', 'accept'])
    expect(new Set(filter.scored.slice(0, 3).map(({ text }) => text.length)).size).toBe(1)
    const after = await milter.pass(large, there)
    expect(after.header('X-Spam-Status')[0]).not.toContain('scored-octets')
  })
})

describe('a filter that fails', () => {
  it('lets mail pass, says so, and is counted', async () => {
    const { milter, filter } = await start()
    filter.trouble = () => Promise.reject(new Error('MDB_PANIC'))
    for (let i = 0; i < 3; i++) {
      const passed = await milter.pass(letter(0.999, 'X-Spam-Status: forged\n'), there)
      expect(passed.reply).toBe('accept')
      expect(passed.header('X-Spam-Status')).toEqual([
        'No, score=0.0 required=5.0 tests=none not scored: the filter does not answer',
      ])
    }
    expect(await milter.line(/ message /)).toMatch(/ spam=not-scored not_scored=MDB_PANIC /)
    expect(milter.lines.filter((line) => line.includes(' failure '))).toHaveLength(1)
    await milter.daemon.close()
    expect(await milter.line(/ stopped /)).toContain(' failures=3')
    expect(filter.isClosed).toBe(true)
  })
  it('or holds it back', async () => {
    const { milter, filter } = await start('on_error = "tempfail"')
    filter.trouble = () => Promise.reject(new Error('MDB_PANIC'))
    expect((await milter.pass(letter(0.1), there)).reply).toMatchObject({ code: 451, enhanced: '4.3.0' })
  })
  it('is not waited for without end', async () => {
    const { milter, filter } = await start('timeout_ms = 100')
    filter.trouble = () => new Promise(() => undefined)
    const passed = await milter.pass(letter(0.999), there)
    expect(passed.header('X-Spam-Status')[0]).toContain('not scored')
    await milter.line(/ not_scored="no score within 100 ms" /)
  })
  it('need not be there', async () => {
    const openFilter = () => Promise.reject(new Error('the directory is on the moon'))
    const milter = await startTestMilter('[spam]\nenabled = true', { openFilter })
    const passed = await milter.pass(letter(0.999), there)
    expect(passed.header('X-Spam-Status')[0]).toContain('not scored')
    await milter.line(/ filter level=error problem="the directory is on the moon" retry_seconds=15/)
  })
})

describe('the real filter', () => {
  it('scores with what is in its directory', async () => {
    const directory = newDirectory()
    const milter = await startTestMilter('[bayes]\ndirectory = "bayes"\n[spam]\nenabled = true', {
      directory,
    })
    const passed = await milter.pass(letter(0.9), there)
    expect(passed.header('X-Spam-Status')[0]).toMatch(/ untrained=0-spam,0-ham,10-needed /)
    expect(existsSync(path.join(directory, 'bayes', 'data.mdb'))).toBe(true)
  })
  it('is not there where it cannot be, and mail passes', async () => {
    const directory = newDirectory()
    writeFileSync(path.join(directory, 'bayes'), 'a file')
    const milter = await startTestMilter('[bayes]\ndirectory = "bayes"\n[spam]\nenabled = true', {
      directory,
    })
    const passed = await milter.pass(letter(0.9), there)
    expect(passed.reply).toBe('accept')
    expect(passed.header('X-Spam-Status')[0]).toContain('not scored')
    await milter.line(/ filter .*bayes is in no directory: change \[bayes\] directory/)
  })
})

describe('settings that change', () => {
  it('hold from the next message on', async () => {
    const { milter } = await start('reject_at = 0.95')
    expect((await milter.pass(letter(0.96), there)).reply).toMatchObject({ code: 550 })
    milter.rewrite('[spam]\nenabled = true\nreject_at = 0.97\n[bayes]\nspam_threshold = 0.9')
    milter.daemon.reload()
    expect((await milter.pass(letter(0.96), there)).reply).toBe('accept')
    await milter.line(/setting=bayes\.spam_threshold problem="takes effect at the next start"/)
  })
})

describe('the model of a user', () => {
  it('is asked when the message is for one', async () => {
    const { milter, filter } = await start('[bayes]\nper_user = true')
    await milter.pass(letter(0.1), { ...there, recipients: ['Bob@example.net'] })
    await milter.pass(letter(0.1), { ...there, recipients: ['bob@example.net', 'joe@example.net'] })
    expect(filter.scored.map(({ options }) => options?.user)).toEqual(['bob@example.net', undefined])
  })
})
