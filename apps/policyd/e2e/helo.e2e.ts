import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { openDialogue, sendMail } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let dns: Dns
let daemon: Daemon
let postfix: Postfix

beforeAll(async () => {
  const prepared = preparePostfix()
  const port = await freePort()
  dns = await startDns()
  daemon = await startDaemon({
    directory: prepared.directory,
    settings: `
[policy]
listen = ["127.0.0.1:${port}"]
[store]
kind = "memory"
[greylist]
enabled = false
[helo]
url = "https://mx.lab.example.com/helo"
${dns.settings}`,
  })
  const restrictions = 'permit_sasl_authenticated, reject_unauth_destination, reject_unlisted_recipient'
  postfix = await prepared.start({
    mainCf: `smtpd_recipient_restrictions = ${restrictions}, check_policy_service inet:127.0.0.1:${port}`,
  })
})

afterAll(async () => {
  await postfix?.stop()
  await daemon?.stop()
  await dns?.close()
})

const sender = 'alice@example.net'

interface Refused {
  readonly helo: string
  readonly codes: string
  /** What the sender's administrator reads. */
  readonly says: readonly RegExp[]
  /** What our administrator reads. */
  readonly finding: RegExp
}

const internal = [
  /is an internal name/,
  /Have your mail server send its public host name: change .*(Exchange).*(Postfix).*\(Exim\)/,
]

const refused: readonly Refused[] = [
  {
    helo: 'mail..example.net',
    codes: '501 5.5.2',
    says: [/not a valid host name/, /such as mail\.example\.com/],
    finding: /^invalid-hostname/,
  },
  {
    helo: '[300.1.1.1]',
    codes: '501 5.5.2',
    says: [/not an address literal/, /\[192\.0\.2\.1\]/],
    finding: /^invalid-hostname/,
  },
  { helo: 'mailserver', codes: '504 5.5.2', says: internal, finding: /^non-fqdn-hostname/ },
  {
    helo: '127.0.0.1',
    codes: '504 5.5.2',
    says: [/not a fully-qualified host name/, /public host name/],
    finding: /^non-fqdn-hostname,bare-ip/,
  },
  { helo: 'server.local', codes: '450 4.7.1', says: internal, finding: /^unknown-hostname/ },
  {
    helo: 'ex01.firma.lan',
    codes: '450 4.7.1',
    says: [/the FQDN of the Send connector/],
    finding: /^unknown-hostname/,
  },
  {
    helo: 'nowhere.example.net',
    codes: '450 4.7.1',
    says: [/is not in the DNS/, /has an A, AAAA or MX record/],
    finding: /^unknown-hostname/,
  },
  {
    helo: 'broken.example.net',
    codes: '450 4.7.1',
    says: [/cannot be looked up in the DNS now/, /will try again/],
    finding: /^unknown-hostname\(servfail\)/,
  },
]

describe('a greeting that is refused', () => {
  it.each(refused)('$helo: $codes', async ({ helo, codes, says, finding }) => {
    const recipient = `r${refused.findIndex((row) => row.helo === helo)}@lab.example.com`
    const reply = await sendMail(postfix.port, { helo, sender, recipients: [recipient], subject: 'refused' })
    expect(reply.codes).toBe(codes)
    expect(reply.text).toContain(`<${recipient}>: Recipient address rejected: HELO <${helo}> `)
    for (const words of says) expect(reply.text).toMatch(words)
    expect(reply.text).toMatch(/ See https:\/\/mx\.lab\.example\.com\/helo$/)
    const [line] = await daemon.decisions(recipient)
    expect(Object.fromEntries(line!.fields)).toMatchObject({ client: '127.0.0.1', helo, sender, recipient })
    expect(line!.fields.get('helo_check')).toMatch(finding)
    expect(line!.fields.get('action')).toContain(`HELO <${helo}> `)
    expect(line!.fields.has('queue_id')).toBe(false)
  })
})

describe('a greeting that passes', () => {
  it.each(['mail.example.net', 'mx-only.example.net', '[127.0.0.1]'])('%s', async (helo) => {
    const recipient = `passes-${helo.length}@lab.example.com`
    const subject = `from ${helo}`
    const reply = await sendMail(postfix.port, { helo, sender, recipients: [recipient], subject })
    expect(reply.codes).toBe('250 2.0.0')
    const [message] = await postfix.delivered(subject)
    expect(message!.header('X-Original-To')).toEqual([recipient])
    expect(message!.header('X-Greylist')).toEqual([])
    const [line] = await daemon.decisions(recipient)
    expect(line!.fields.get('action')).toBe('DUNNO')
  })

  it('of a user who has logged in is no matter', async () => {
    const recipient = 'friend@lab.example.com'
    const mail = {
      helo: 'laptop.local',
      login: 'bob',
      sender,
      recipients: [recipient],
      subject: 'from a laptop',
    }
    expect((await sendMail(postfix.port, mail)).codes).toBe('250 2.0.0')
    await postfix.delivered('from a laptop')
    expect(daemon.lines.filter(({ fields }) => fields.get('recipient') === recipient)).toEqual([])
  })
})

describe('in one session', () => {
  it('a refused greeting stays refused until there is a better one', async () => {
    const client = { address: '192.0.2.10', name: 'mail.example.net' }
    const session = await openDialogue(postfix.port, client)
    await session.greet('server')
    const recipient = 'again@lab.example.com'
    const twice = await session.envelope(sender, recipient, recipient)
    await session.command('RSET')
    const third = await session.envelope(sender, recipient)
    expect([...twice, ...third].map(({ codes }) => codes)).toEqual(['504 5.5.2', '504 5.5.2', '504 5.5.2'])
    await session.greet('mail.example.net')
    expect((await session.envelope(sender, recipient)).map(({ codes }) => codes)).toEqual(['250 2.1.5'])
    expect((await session.message('better greeting')).codes).toBe('250 2.0.0')
    await session.close()
    const lines = await daemon.decisions(recipient, 4)
    expect(lines.map(({ fields }) => fields.get('helo'))).toEqual([
      'server',
      'server',
      'server',
      'mail.example.net',
    ])
    expect(lines.at(-1)!.fields.get('client_name')).toBe('mail.example.net')
    await postfix.delivered('better greeting')
  })

  it('a recipient that does not exist is refused by Postfix before we are asked', async () => {
    const session = await openDialogue(postfix.port)
    await session.greet('server.local')
    const recipient = 'nobody-by-that-name@lab.example.com'
    const replies = await session.envelope(sender, recipient, 'somebody@elsewhere.example.org')
    expect(replies.map(({ codes }) => codes)).toEqual(['550 5.1.1', '454 4.7.1'])
    await session.close()
    expect(daemon.lines.filter(({ fields }) => fields.get('recipient') === recipient)).toEqual([])
  })
})
