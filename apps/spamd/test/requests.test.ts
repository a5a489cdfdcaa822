import { describe, expect, it } from 'vitest'
import { startTestSpamd } from './in-process.ts'

const mail = (subject: string, body: string, head = '') =>
  Buffer.from(`${head}Message-ID: <${subject}@example.net>\nSubject: ${subject}\n\n${body}\n`)

const spam = mail('offer', 'lottery winner millions лотерея')
const ham = mail('minutes', 'meeting agenda tomorrow')

/** A daemon that has learned one of each. */
async function startTrained(settings = '') {
  const spamd = await startTestSpamd(`spamd.allow_tell = true\n${settings}`)
  expect(await spamd.spamc.learn(spam, 'spam')).toEqual({ ok: true, value: true })
  expect(await spamd.spamc.learn(ham, 'ham')).toEqual({ ok: true, value: true })
  return spamd
}

const unwrap = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('a message', () => {
  it('is scored in points, by names, in a report', async () => {
    const { spamc } = await startTrained()
    const { isSpam, score, threshold } = unwrap(await spamc.check(spam))
    expect([isSpam, score > 5, threshold]).toEqual([true, true, 5])
    expect(unwrap(await spamc.check(ham))).toMatchObject({ isSpam: false })
    expect(unwrap(await spamc.check(ham)).score).toBeLessThan(0)
    expect(unwrap(await spamc.symbols(spam)).symbols).toEqual(['BAYES_99', 'BAYES_999'])
    expect(unwrap(await spamc.symbols(ham)).symbols).toEqual(['BAYES_00'])
    const { report } = unwrap(await spamc.report(spam))
    expect(report).toMatch(/^Verdict: spam \([\d.]+ points, 5\.0 required\)\n/)
    expect(report).toContain('word        лотерея\n')
    expect(unwrap(await spamc.reportIfSpam(ham)).report).toBe('')
    expect(unwrap(await spamc.reportIfSpam(spam)).report).toBe(report)
  })

  it('gets header fields, in the place of those that others wrote', async () => {
    const { spamc } = await startTrained()
    const forged = 'X-Spam-Status: No, score=-100\n\tforged\nX-Spam-Flag: NO\n'
    const { message } = unwrap(await spamc.process(mail('offer', 'lottery winner millions', forged)))
    const text = message.toString()
    expect(text).toMatch(
      /^X-Spam-Checker-Version: Postern \d+\.\d+\.\d+ on mx\.example\.org\nX-Spam-Flag: YES\nX-Spam-Score: \d+\.\d\nX-Spam-Level: \*+\nX-Spam-Status: Yes, score=/,
    )
    expect(text).toMatch(/\nMessage-ID: <offer@example\.net>\nSubject: offer\n\nlottery winner millions\n$/)
    expect(text).not.toContain('forged')
    expect(text.match(/^X-Spam-Status:/gm)).toHaveLength(1)
    const { header } = unwrap(await spamc.headers(ham))
    expect(header.toString()).not.toContain('X-Spam-Flag')
    expect(header.toString()).toMatch(/X-Spam-Status: No, score=-\d+\.\d .*[\s\S]*Subject: minutes\n\n$/)
  })

  it('gets X-Bogosity where that is wanted', async () => {
    const { spamc } = await startTrained('spamd.bogosity_header = true')
    const { message } = unwrap(await spamc.process(mail('offer', 'lottery', 'X-Bogosity: Ham\n')))
    expect(message.toString().match(/^X-Bogosity: .*$/gm)).toEqual([
      expect.stringMatching(/^X-Bogosity: Spam, tests=bogofilter, spamicity=0\.9\d+, version=Postern-/),
    ])
  })

  it('that nobody can judge yet has no points', async () => {
    const { spamc } = await startTestSpamd()
    expect(unwrap(await spamc.check(spam))).toEqual({ isSpam: false, score: 0, threshold: 5 })
    expect(unwrap(await spamc.symbols(spam)).symbols).toEqual([])
    expect(unwrap(await spamc.report(spam)).report).toContain('Not trained yet')
  })

  it('is scored for the user that spamc names', async () => {
    const { spamc, filter } = await startTestSpamd('bayes.per_user = true\nspamd.allow_tell = true')
    await spamc.check(spam, { user: 'joë' })
    await spamc.check(spam)
    await spamc.check(spam, { user: '' })
    await spamc.learn(spam, 'spam', { user: 'jo' })
    await spamc.forget(spam, { user: 'jo' })
    expect(filter.users).toEqual(['joë', undefined, undefined, 'jo', 'jo'])
  })

  it('is scored by what all have taught, where users have no models of their own', async () => {
    const { spamc, filter } = await startTestSpamd('spamd.allow_tell = true')
    await spamc.check(spam, { user: 'jo' })
    await spamc.learn(spam, 'spam', { user: 'jo' })
    expect(filter.users).toEqual([undefined, undefined])
  })
})

describe('learning', () => {
  it('is not for everybody', async () => {
    const { spamc, line, filter } = await startTestSpamd()
    expect(await spamc.learn(spam, 'spam', { user: 'jo' })).toMatchObject({
      error: { code: 'refused', status: 69 },
    })
    expect(await line(/ refused /)).toMatch(
      / refused level=warn client=127\.0\.0\.1:\d+ command=TELL user=jo problem=tell-disabled answer="SPAMD\/1\.0 69 /,
    )
    expect(filter.users).toEqual([])
  })

  it('happens once, and can be taken back', async () => {
    const { spamc, line } = await startTestSpamd('spamd.allow_tell = true')
    expect(unwrap(await spamc.learn(spam, 'spam'))).toBe(true)
    expect(unwrap(await spamc.learn(spam, 'spam'))).toBe(false)
    expect(unwrap(await spamc.learn(spam, 'ham'))).toBe(true)
    expect(unwrap(await spamc.forget(spam))).toBe(true)
    expect(unwrap(await spamc.forget(spam))).toBe(false)
    for (const done of ['spam:learned', 'spam:known', 'ham:relearned', 'unlearned', 'unknown'])
      await line(new RegExp(` request command=TELL client=\\S+ done=${done} octets=\\d+ ms=`))
  })

  it('is of the message as it came, without what we wrote on it', async () => {
    const { spamc, filter } = await startTrained()
    const { message } = unwrap(await spamc.process(spam))
    expect(message.length).toBeGreaterThan(spam.length)
    expect(unwrap(await spamc.learn(message, 'spam'))).toBe(false)
    expect(unwrap(await spamc.forget(message))).toBe(true)
    expect(await filter.stats()).toMatchObject({ spam: 0, ham: 1 })
  })

  it('reports to no network', async () => {
    const { spamc, filter } = await startTestSpamd('spamd.allow_tell = true')
    expect(unwrap(await spamc.reportSpam(spam))).toBe(false)
    expect(await filter.stats()).toMatchObject({ spam: 1 })
    expect(unwrap(await spamc.revoke(spam))).toBe(false)
    expect(await filter.stats()).toMatchObject({ spam: 0, ham: 1 })
  })
})

describe('the log', () => {
  it('has one line for each request', async () => {
    const { spamc, line } = await startTrained()
    await spamc.check(spam, { user: 'jo' })
    const text = await line(/ request command=CHECK /)
    expect(text).toMatch(
      / request command=CHECK client=127\.0\.0\.1:\d+ user=jo verdict=spam points=\d+\.\d probability=[01]\.\d{4} octets=\d+ ms=\d+\.\d message_id=offer@example\.net$/,
    )
  })

  it('cannot be written by the mail, nor by a client', async () => {
    const { spamc, line } = await startTestSpamd()
    await spamc.check(Buffer.from('Message-ID: <a\x1b"b verdict=ham\n\nx\n'), { user: 'jo verdict=ham' })
    expect(await line(/ request /)).toMatch(
      / user="jo verdict=ham" verdict=unsure points=0\.0 .* untrained=yes .* message_id="a\\u001b\\"b"$/,
    )
  })
})

describe('a filter that fails', () => {
  it('leaves the mail as it is, and is told once', async () => {
    const started = await startTrained()
    const { spamc, filter, line, daemon } = started
    filter.trouble = new Error('disk full')
    for (let i = 0; i < 3; i++)
      expect(await spamc.check(spam)).toMatchObject({ error: { code: 'refused', status: 75 } })
    expect(await spamc.learn(spam, 'ham')).toMatchObject({ error: { code: 'refused', status: 75 } })
    await line(/ request command=CHECK client=\S+ result=failed octets=/)
    filter.trouble = undefined
    expect(unwrap(await spamc.check(spam))).toMatchObject({ isSpam: true })
    await daemon.close()
    expect(await line(/ stopped /)).toMatch(/ stopped daemon=spamd scans=4 tells=3 refused=0 failures=4$/)
    expect(started.lines.filter((text) => text.includes(' failure '))).toEqual([
      expect.stringMatching(/ failure level=error check=filter cause="disk full" times=1 total=1$/),
    ])
  })
})
