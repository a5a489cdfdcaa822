// What the milter learns by itself, over a fake filter.

import { describe, expect, it } from 'vitest'
import { createFakeFilter } from './fake-filter.ts'
import { startTestMilter } from './in-process.ts'

const there = { address: '192.0.2.7', name: 'mail.example.com' }
const user = (login: string) => ({
  ...there,
  sender: `${login}@example.org`,
  recipients: ['Carl@Example.com'],
  macros: { mail: { auth_authen: login, auth_type: 'PLAIN' } },
})
const incoming = { ...there, sender: 'carl@example.com', recipients: ['ann@example.org'] }

const letter = (from: string, fields: string, body = 'p=0.3') => `From: <${from}>\n${fields}\n\n${body}\n`

async function start(settings: string) {
  const filter = createFakeFilter()
  const milter = await startTestMilter(settings, { openFilter: async () => filter })
  /** The results that are logged of so many messages. */
  const learned = async (count: number) => {
    const lines = () => milter.lines.filter((line) => line.includes(' learned '))
    await expect.poll(lines, { timeout: 5000 }).toHaveLength(count)
    return lines().map((line) => line.replace(/^.* learned /, ''))
  }
  return { milter, filter, learned }
}

describe('what users send', () => {
  it('is learned as it is in their folder', async () => {
    const { milter, filter, learned } = await start('[bayes]\nlearn_sent = true')
    await milter.pass(letter('ann@example.org', 'Message-ID: <1@example.org>'), user('ann'))
    expect(await learned(1)).toEqual(['queue_id=Q1 why=sent user=ann as=ham result=learned'])
    expect(filter.learned).toEqual([
      {
        as: 'ham',
        text: 'From: <ann@example.org>\r\nMessage-ID: <1@example.org>\r\n\r\np=0.3\r\n',
      },
    ])
  })
  it('teaches little when an account is stolen', async () => {
    const { milter, filter, learned } = await start('[bayes]\nlearn_sent = true\nlearn_per_day = 3')
    const mail = letter('ann@example.org', 'Subject: x')
    for (let i = 0; i < 5; i++) await milter.pass(mail, user('ann'))
    await milter.pass(mail, { ...user('bob'), recipients: Array.from({ length: 11 }, (_, i) => `${i}@a.b`) })
    await milter.pass(letter('bob@example.org', 'Subject: y', 'p=0.99'), user('bob'))
    expect((await learned(4)).at(-1)).toBe('queue_id=Q1 why=sent user=bob as=ham result=spam')
    await milter.daemon.close()
    expect(filter.learned).toHaveLength(3)
  })
  it('is not learned from hosts without a login, or when not all of it was kept', async () => {
    const { milter, filter } = await start(
      '[bayes]\nlearn_sent = true\n[spam]\nmax_octets = 4096\n[signing]\ninternal_hosts = ["192.0.2.7"]',
    )
    await milter.pass(letter('ann@example.org', 'Subject: x'), { ...there, sender: 'ann@example.org' })
    await milter.pass(letter('ann@example.org', 'Subject: x', 'x\n'.repeat(5000)), user('ann'))
    await milter.daemon.close()
    expect(filter.learned).toEqual([])
  })
  it('is not learned unless that is wanted', async () => {
    const { milter, filter } = await start('[spam]\nenabled = true')
    await milter.pass(letter('ann@example.org', 'Subject: x'), user('ann'))
    await milter.daemon.close()
    expect([filter.learned, filter.scored]).toEqual([[], []])
  })
})

describe('answers to what users sent', () => {
  const settings = `[bayes]\nlearn_replies = true\n[spam]\nenabled = true\n[store]\nkind = "memory"`
  const sentBy = (login: string, id: string) =>
    [letter(`${login}@example.org`, `Message-ID: <${id}>`), user(login)] as const

  it.each([
    ['In-Reply-To: <1@example.org>', 1],
    ['References: <0@other.example>\n <1@example.org>', 1],
    ['In-Reply-To: <2@example.org>', 0],
    ['Subject: Re: your <1@example.org>', 0],
  ])('%s', async (field, count) => {
    const { milter, filter, learned } = await start(settings)
    await milter.pass(...sentBy('ann', '1@example.org'))
    await milter.pass(letter('Carl@Example.COM', field), incoming)
    expect(await learned(count)).toEqual(
      count === 0 ? [] : ['queue_id=Q1 why=reply user=ann@example.org as=ham result=learned'],
    )
    await milter.daemon.close()
    expect(filter.learned).toHaveLength(count)
    // What was scored is what is learned.
    if (count > 0) expect(filter.learned[0]!.text).toBe(filter.scored[0]!.text)
  })
  it('are none from other domains, to other users, and when they look like spam', async () => {
    const { milter, filter } = await start(settings)
    await milter.pass(...sentBy('ann', '1@example.org'))
    const field = 'In-Reply-To: <1@example.org>'
    await milter.pass(letter('eve@evil.example', field), incoming)
    await milter.pass(letter('carl@example.com', field), { ...incoming, recipients: ['bob@example.org'] })
    await milter.pass(letter('carl@example.com', field, 'p=0.995'), incoming)
    await milter.daemon.close()
    expect(filter.learned).toEqual([])
  })
  it('are told also when mail is not scored', async () => {
    const { milter, filter, learned } = await start(settings.replace('enabled = true', 'enabled = false'))
    await milter.pass(...sentBy('ann', '1@example.org'))
    await milter.pass(letter('carl@example.com', 'In-Reply-To: <1@example.org>'), incoming)
    await learned(1)
    expect(filter.learned[0]!.text).toMatch(
      /^Return-Path: <carl@example\.com>\r\nDelivered-To: ann@example\.org\r\nAuthentication-Results: /,
    )
  })
  it('are forgotten where they cannot be noted, and mail passes', async () => {
    const { milter } = await start('[bayes]\nlearn_replies = true\ndirectory = "/dev/null/bayes"')
    const { reply } = await milter.pass(...sentBy('ann', '1@example.org'))
    expect(reply).toBe('accept')
    await milter.line(/ failure .* check=sent-mail /)
  })
})
