// Mail through Postfix and the milter with a filter that has learned from real mail.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { openFilter } from '@postern/daemon'
import type { Message } from '@postern/e2e/delivered'
import { documented } from '@postern/e2e/documented'
import { preparePostfix } from '@postern/e2e/postfix'
import { openDialogue } from '@postern/e2e/smtp'
import { loadSettings } from '@postern/settings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asSent, corpus, learn, writeMessages } from './spam-lessons.ts'
import { internalClient, onlyMessage, openStage, queueIdOf, type Stage, stranger } from './stage.ts'

const prepared = preparePostfix()
const store = path.join(prepared.directory, 'bayes')
const bayes = `[bayes]\ndirectory = "${store}"\n`
const config = path.join(prepared.directory, 'learn.toml')

type Way = 'marking' | 'refusing' | 'groups' | 'small' | 'outgoing' | 'teaching' | 'documented'
let stage: Stage<Way>

beforeAll(async () => {
  writeFileSync(config, bayes)
  const on = `${bayes}[spam]\nenabled = true\n`
  const signing = '[signing]\ninternal_hosts = ["192.0.2.0/24", "127.0.0.1"]\n'
  stage = await openStage<Way>({
    prepared,
    ways: {
      marking: { settings: `${on}bogosity_header = true\n${signing}` },
      refusing: { settings: `${on}defer_at = 0.9\nreject_at = 0.99\n` },
      groups: {
        settings: `${on}reject_at = 0.9\n[[spam.group]]\nrecipients = ["postmaster@"]\n[[spam.group]]\nrecipients = ["held@lab.example.com"]\nquarantine_at = 0.9\n`,
      },
      small: { settings: `${on}max_octets = 65536\n` },
      outgoing: { settings: `${on}score_outgoing = true\nreject_at = 0.9\n${signing}` },
      teaching: {
        settings: `[bayes]\ndirectory = "${path.join(prepared.directory, 'taught')}"\nlearn_sent = true\nlearn_replies = true\n[spam]\nenabled = true\n`,
      },
      documented: { settings: bayes + documented('/etc/postern/postern.toml with groups') },
    },
    mainCf: (milterOf) =>
      `message_size_limit = 100000000\nnon_smtpd_milters = ${milterOf('marking')}\nsmtpd_authorized_xclient_hosts = 127.0.0.0/8`,
  })
})
afterAll(() => stage?.stop())

const [spam, ham] = (['spam', 'ham'] as const).map((mailClass) => corpus(mailClass, 0, 140)) as [
  readonly string[],
  readonly string[],
]
const obviousSpam = asSent(spam[0]!)
const ordinary = asSent(ham[0]!)

const probabilityIn = (message: Message): number =>
  Number(/ probability=([\d.]+)/.exec(message.header('X-Spam-Status')[0] ?? '')?.[1])

describe.sequential('a filter that has learned nothing', () => {
  it('says so and does nothing', async () => {
    const { message, line } = await stage.deliver('marking', {
      to: 'untaught@lab.example.com',
      content: obviousSpam,
    })
    expect(message.header('X-Spam-Flag')).toEqual([])
    expect(message.header('X-Spam-Status')[0]).toMatch(
      /^No, score=0\.0 required=5\.0 tests=none .*untrained=0-spam,0-ham,10-needed/,
    )
    expect(Object.fromEntries(line.fields)).toMatchObject({ spam: 'unsure', points: '0.0' })
    const refusing = { to: 'untaught2@lab.example.com', content: obviousSpam }
    expect((await stage.send('refusing', refusing)).codes).toBe('250 2.0.0')
  })
})

describe.sequential('a filter that learns while the milter runs', () => {
  beforeAll(() =>
    learn(config, {
      spam: writeMessages(path.join(prepared.directory, 'spam'), spam.slice(0, 100)),
      ham: writeMessages(path.join(prepared.directory, 'ham'), ham.slice(0, 100)),
    }),
  )

  it('tells spam from ham, and each way does what its settings say', async () => {
    const seen = { spam: [] as number[], ham: [] as number[] }
    const fresh = [
      ...spam.slice(100, 120).map((text) => ['spam', text] as const),
      ...ham.slice(100, 120).map((text) => ['ham', text] as const),
    ]
    for (const [index, [mailClass, text]] of fresh.entries()) {
      const to = `${mailClass}${index}@lab.example.com`
      const { message } = await stage.deliver('marking', { to, content: asSent(text) })
      const p = probabilityIn(message)
      seen[mailClass].push(p)
      expect(message.header('X-Spam-Flag')).toEqual(p >= 0.99 ? ['YES'] : [])
      expect(message.header('X-Spam-Status')[0]).toMatch(p >= 0.99 ? /^Yes, / : /^No, /)
      expect(message.header('X-Bogosity')).toHaveLength(1)
      const points = Number(message.header('X-Spam-Score')[0])
      expect(points >= 5).toBe(p >= 0.99)
      const sending = { to: `again-${to}`, content: asSent(text) }
      const { codes, text: told } = await stage.send('refusing', sending)
      // The recipient is another, so near a threshold either may hold.
      if (Math.abs(p - 0.99) > 0.005 && Math.abs(p - 0.9) > 0.05)
        expect(codes).toBe(p >= 0.99 ? '550 5.7.1' : p >= 0.9 ? '451 4.7.1' : '250 2.0.0')
      if (codes !== '250 2.0.0')
        expect(told).toMatch(/looks like spam; please contact the postmaster of mx\./)
    }
    const flagged = (of: readonly number[]) => of.filter((p) => p >= 0.99).length
    console.log(`of 20 spam ${flagged(seen.spam)} flagged, of 20 ham ${flagged(seen.ham)}, after 100 + 100`)
    expect(flagged(seen.spam)).toBeGreaterThanOrEqual(10)
    expect(flagged(seen.ham)).toBeLessThanOrEqual(1)
  })
  it('scores what lies in the mailbox as it was scored on its way', async () => {
    const loaded = loadSettings(bayes)
    if (!loaded.ok) throw new Error('settings')
    const filter = await openFilter(loaded.settings, { configPath: undefined })
    for (const [index, text] of [...spam.slice(120, 126), ...ham.slice(120, 126)].entries()) {
      const to = `same${index}@lab.example.com`
      const { message } = await stage.deliver('marking', { to, content: asSent(text) })
      const delivery = ['Return-Path', 'Delivered-To'].map((name) => `${name}: ${message.header(name)[0]}\n`)
      const inMailbox = Buffer.concat([
        Buffer.from(delivery.join('')),
        Buffer.from(message.bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
      ])
      const { probability } = await filter.score(inMailbox)
      expect(Math.abs(probability - probabilityIn(message))).toBeLessThan(0.02)
      expect(probability >= 0.99).toBe(probabilityIn(message) >= 0.99)
    }
    await filter.close()
  })
  it('names its reasons, and the log has them', async () => {
    const { message, line } = await stage.deliver('marking', {
      to: 'why@lab.example.com',
      content: obviousSpam,
    })
    expect(message.header('X-Spam-Status')[0]).toMatch(/ for-spam: ("|=\?UTF-8)/)
    expect(Number(line.fields.get('p'))).toBeGreaterThan(0.99)
    expect(line.fields.get('spam_action')).toBe('tag')
    expect(line.fields.get('reasons')).toMatch(/^(word|phrase|link|header|attachment|structure) .* [+-]\d/)
  })
  it('lets nobody else speak for it', async () => {
    const forged =
      'X-Spam-Flag: YES\r\nX-Spam-Status: No, score=-99\r\nX-Spam-Level: *\r\nx-spam-status: No\r\nX-Bogosity: Ham, tests=bogofilter\r\nX-Spam-Score: -99\r\n'
    const { message, line } = await stage.deliver('marking', {
      to: 'forged@lab.example.com',
      content: forged + ordinary,
    })
    expect(message.header('X-Spam-Flag')).toEqual([])
    for (const name of ['X-Spam-Status', 'X-Bogosity', 'X-Spam-Score'])
      expect(message.header(name)).toHaveLength(1)
    expect(message.header('X-Spam-Status')[0]).toContain(' probability=')
    expect(message.bytes.toString('latin1')).not.toContain('-99')
    expect(Number(line.fields.get('forged_spam_removed'))).toBeGreaterThanOrEqual(6)
  })
  it('holds the mildest for all recipients', async () => {
    const to = async (...recipients: string[]) => {
      const session = await openDialogue(stage.postfix.portOf('groups'), stranger)
      await session.greet('mail.example.net')
      await session.envelope('alice@example.org', ...recipients)
      const reply = await session.data(obviousSpam)
      await session.close()
      return reply
    }
    expect((await to('one@lab.example.com')).codes).toBe('550 5.7.1')
    expect((await to('one@lab.example.com', 'postmaster@lab.example.com')).codes).toBe('250 2.0.0')
    const held = await to('held@lab.example.com', 'one@lab.example.com')
    expect(stage.postfix.queue()).toContainEqual(
      expect.objectContaining({ queue_name: 'hold', queue_id: queueIdOf(held) }),
    )
  })
  it('does as the page says', async () => {
    const sending = { to: 'abuse@lab.example.com', content: obviousSpam }
    const { message } = await stage.deliver('documented', sending)
    expect(message.header('X-Spam-Flag')).toEqual(['YES'])
    const refused = { to: 'ann@lab.example.com', content: obviousSpam }
    expect((await stage.send('documented', refused)).codes).toBe('550 5.7.1')
  })
})

describe.sequential('our own mail', () => {
  const own = 'X-Spam-Status: No, by ourselves\r\n'
  it.each([
    ['of internal hosts', internalClient],
    ['of users who have logged in', { ...stranger, login: 'ann' }],
  ])('%s is never scored', async (what, client) => {
    const to = `${what.replaceAll(' ', '-')}@lab.example.com`
    const { message, line } = await stage.deliver('marking', { to, client, content: own + obviousSpam })
    expect(message.header('X-Spam-Status')).toEqual(['No, by ourselves'])
    expect(message.header('X-Spam-Flag')).toEqual([])
    expect(line.fields.has('spam')).toBe(false)
    // Unless asked for.
    const asked = { to: `asked-${to}`, client, content: obviousSpam }
    expect((await stage.send('outgoing', asked)).codes).toBe('550 5.7.1')
  })
  it('handed in on this host is never scored', async () => {
    const to = 'handed-in@lab.example.com'
    stage.postfix.submit({ sender: 'ann@example.org', recipients: [to], content: spam[0]! })
    const message = await onlyMessage(stage.postfix, to)
    expect(message.header('X-Spam-Status')).toEqual([])
    expect(message.header('X-Spam-Flag')).toEqual([])
  })
})

describe.sequential('ham that nobody points out', () => {
  const learned = (queue_id: string) => stage.daemon('teaching').line('learned', { queue_id })

  it('is what users send, and what answers it', async () => {
    const sent = await stage.send('teaching', {
      client: { ...stranger, login: 'ann' },
      sender: 'ann@lab.example.com',
      to: 'carl@lab.example.com',
      content: ordinary
        .replace(/^From: .*$/m, 'From: Ann <ann@lab.example.com>')
        .replace(/^Message-I[Dd]: .*$/m, 'Message-ID: <first@lab.example.com>'),
    })
    expect(Object.fromEntries((await learned(queueIdOf(sent))).fields)).toMatchObject({
      why: 'sent',
      user: 'ann',
      result: 'learned',
    })
    const answer = asSent(ham[1]!)
      .replace(/^From: .*$/m, 'From: carl@lab.example.com')
      .replace(/^Message-I[Dd]: /m, 'In-Reply-To: <first@lab.example.com>\r\nMessage-ID: ')
    const answered = await stage.send('teaching', { to: 'ann@lab.example.com', content: answer })
    expect(Object.fromEntries((await learned(queueIdOf(answered))).fields)).toMatchObject({
      why: 'reply',
      user: 'ann@lab.example.com',
      result: 'learned',
    })
    const { message } = await stage.deliver('teaching', { to: 'dan@lab.example.com', content: answer })
    expect(message.header('X-Spam-Status')[0]).toContain('untrained=0-spam,2-ham,10-needed')
  })
})

describe.sequential('mail that is hard to read', () => {
  const head = 'From: eve@example.net\r\nSubject: harm\r\nMIME-Version: 1.0\r\n'
  const many = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => make(i)).join('')
  const patienceMs = 5000

  it.each([
    ['none', ''],
    ['no body', head],
    [
      'broken MIME',
      `${head}Content-Type: multipart/mixed; boundary="a\r\n\r\n--a\r\n--a--\r\n--b\r\n\0\xff\r\n`,
    ],
    [
      '10,000 parts',
      `${head}Content-Type: multipart/mixed; boundary=a\r\n\r\n${many(10_000, (i) => `--a\r\nContent-Type: text/plain\r\n\r\npart ${i}\r\n`)}--a--\r\n`,
    ],
    [
      '2,000 messages inside each other',
      head + many(2000, () => 'Content-Type: message/rfc822\r\n\r\nSubject: inside\r\n') + '\r\nend\r\n',
    ],
    ['wrong charsets', `${head}Content-Type: text/plain; charset=klingon\r\n\r\n\xe9\x80\xff\r\n`],
    [
      'binary as text',
      `${head}Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n${many(4000, (i) => `${Buffer.alloc(54, i).toString('base64')}\r\n`)}`,
    ],
    [
      'tags without end',
      `${head}Content-Type: text/html\r\n\r\n${many(9000, () => '<table><div style="a">\r\n')}`,
    ],
    ['very many words', `${head}\r\n${many(20_000, (i) => `w${i.toString(36)}x${i}y\r\n`)}`],
    ['1,000 fields of ours', `${head}${many(1000, () => 'X-Spam-Flag: YES\r\n')}\r\nx\r\n`],
  ])('%s', async (what, content) => {
    const to = `${what.replaceAll(/[^a-z0-9]+/g, '-')}@lab.example.com`
    const began = performance.now()
    const { message, line } = await stage.deliver('marking', { to, content })
    expect(performance.now() - began).toBeLessThan(patienceMs)
    expect(message.header('X-Spam-Status')).toHaveLength(1)
    expect(message.header('X-Spam-Status')[0]).toContain(' probability=')
    expect(line.fields.get('spam')).toMatch(/^(spam|ham|unsure)$/)
  })
  it('10,000 fields of ours are refused', async () => {
    const content = `${head}${many(10_000, () => 'X-Spam-Flag: YES\r\n')}\r\nx\r\n`
    const began = performance.now()
    const { codes } = await stage.send('marking', { to: 'stuffed@lab.example.com', content })
    expect(codes).toBe('550 5.6.0')
    expect(performance.now() - began).toBeLessThan(patienceMs)
  })
  it('too large is said so', async () => {
    const content = `${head}\r\n${many(40_000, (i) => `line ${i} of a long message with a long tail of text\r\n`)}`
    const { message, line } = await stage.deliver('small', { to: 'large@lab.example.com', content })
    const [, octets] = /scored-octets=(\d+)/.exec(message.header('X-Spam-Status')[0]!)!
    expect(Number(octets)).toBeLessThan(70_000)
    expect(line.fields.get('scored_octets')).toBe(octets)
    expect(message.bytes.length).toBeGreaterThan(1_900_000)
  })
})
