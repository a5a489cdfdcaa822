// SPF behind a real Postfix: what is refused, what is let through and how it is marked.

import { type Attempt, codesOf } from '@postern/e2e/attempt'
import { documented } from '@postern/e2e/documented'
import { openDialogue } from '@postern/e2e/smtp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAtRcpt, onlyField, openStage, type Stage } from './stage.ts'

const zone = `
strict.example.org     TXT "v=spf1 ip4:192.0.2.10 -all exp=why.example.org"
why.example.org        TXT "%{i} is none of ours"
soft.example.org       TXT "v=spf1 ip4:192.0.2.10 ~all"
neutral.example.org    TXT "v=spf1 ip4:192.0.2.10 ?all"
partner.example.org    TXT "v=spf1 include:soft.example.org ~all"
no-mail.example.org    TXT "v=spf1 -all"
mistake.example.org    TXT "v=spf1 ipv4:192.0.2.10 -all"
without.example.org    TXT "nothing about SPF"
mx.strict.example.org  A   192.0.2.10
mx.strict.example.org  TXT "v=spf1 a -all"
slow.example.net       TXT "v=spf1 ip4:192.0.2.10 -all"
`

const client = { address: '192.0.2.10' }
const stranger = { address: '203.0.113.66' }
const helo = 'mail.example.net'

const spf = (settings: string) => `${documented('spf alone')}[spf]\n${settings}`

const ways = {
  usual: {
    settings: spf('url = "https://mx.lab.example.com/spf"'),
    // A recipient whom Postfix refuses after the daemon has answered.
    smtpd: (daemon: string) =>
      askAtRcpt(daemon, ', check_recipient_access inline:{ banned@lab.example.com=REJECT }'),
  },
  strict: {
    settings: spf(`
temperror = "defer"
permerror = "reject"
reject_not_pass_domains = ["partner.example.org"]
recipients_not_refused = ["postmaster@lab.example.com"]
header = "authentication-results"`),
  },
  lenient: {
    settings: spf(`
helo_reject = "none"
mail_from_reject = "none"
no_mail = true
hide_receiver = true`),
  },
  observing: { settings: spf('mode = "observe"\nheader = "none"') },
}
type Way = keyof typeof ways

let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage(zone, ways)
})

afterAll(() => stage?.stop())

const at = (way: Way, message: Partial<Attempt> & { recipients: readonly string[] }) =>
  stage.attempt(way, { client, helo, sender: 'alice@strict.example.org', ...message })

describe('mail is refused', () => {
  it('when the sender\'s domain says "-all" about the client: by whom, about whom, how to mend it', async () => {
    const [reply] = await at('usual', { client: stranger, recipients: ['fail@lab.example.com'] })
    expect(reply).toMatchObject({
      codes: '550 5.7.23',
      text: `<fail@lab.example.com>: Recipient address rejected: strict.example.org does not allow 203.0.113.66 to send its mail (its SPF record says -all). Ask the administrator of strict.example.org to add 203.0.113.66 to the record, or send through a server of theirs. See https://mx.lab.example.com/spf strict.example.org explains: "203.0.113.66 is none of ours"`,
    })
    const { found, action } = await stage.spfLogged('usual', 'fail@lab.example.com')
    expect(found).toBe('helo:none,mailfrom:fail(strict.example.org:-all)')
    expect(action).toMatch(/^550 5\.7\.23 strict\.example\.org does not allow /)
  })

  it.each([
    ['', 'bounce'],
    ['alice@soft.example.org', 'mail'],
  ])('when the HELO name belongs to somebody else, sender <%s>', async (sender, user) => {
    const recipient = `helo-${user}@lab.example.com`
    const helo = 'mx.strict.example.org'
    const [reply] = await at('usual', { client: stranger, helo, sender, recipients: [recipient] })
    expect(reply!.codes).toBe('550 5.7.23')
    expect(reply!.text).toContain(
      'mx.strict.example.org does not allow 203.0.113.66 to use its name in HELO (its SPF record says -all). Ask the administrator of mx.strict.example.org to add 203.0.113.66 to the record, or have your server send its own name in HELO.',
    )
    expect((await stage.spfLogged('usual', recipient)).found).toBe('helo:fail(mx.strict.example.org:-all)')
  })

  it('when nothing but a pass will do (reject_not_pass_domains)', async () => {
    const partner = { sender: 'bob@partner.example.org' }
    const passing = await at('strict', { ...partner, recipients: ['partner@lab.example.com'] })
    expect(codesOf(passing)).toBe('250 2.1.5')
    const [reply] = await at('strict', {
      ...partner,
      client: stranger,
      recipients: ['not-partner@lab.example.com'],
    })
    expect(reply!.codes).toBe('550 5.7.23')
    expect(reply!.text).toContain('partner.example.org does not seem to allow 203.0.113.66 to send its mail')
  })

  it('when the domain says that it sends none (no_mail), though a fail is let through otherwise', async () => {
    const [none] = await at('lenient', {
      sender: 'bob@no-mail.example.org',
      recipients: ['no-mail@lab.example.com'],
    })
    expect(none!.codes).toBe('550 5.7.23')
    expect(none!.text).toContain('no-mail.example.org says that it sends no mail at all')
    const fail = await at('lenient', { client: stranger, recipients: ['lenient@lab.example.com'] })
    expect(codesOf(fail)).toBe('250 2.1.5')
  })

  it('for now, when the DNS does not answer and temperror = "defer"', async () => {
    const [reply] = await at('strict', {
      sender: 'bob@broken.example.net',
      recipients: ['later@lab.example.com'],
    })
    expect(reply!.codes).toBe('451 4.4.3')
    expect(reply!.text).toContain('SPF of broken.example.net cannot be checked now: ')
  })

  it('for a record with mistakes, when permerror = "reject"', async () => {
    const [reply] = await at('strict', {
      sender: 'bob@mistake.example.org',
      recipients: ['mistake@lab.example.com'],
    })
    expect(reply!.codes).toBe('550 5.5.2')
    expect(reply!.text).toContain('SPF of mistake.example.org cannot be evaluated: ')
    expect(reply!.text).toContain('Ask the administrator of mistake.example.org to mend the record.')
  })
})

interface Marked {
  readonly what: string
  readonly client?: { address: string }
  readonly helo?: string
  readonly sender: string
  readonly header: string
  readonly found: string
}

const marked: readonly Marked[] = [
  {
    what: 'a pass',
    sender: 'alice@strict.example.org',
    header:
      'pass (strict.example.org authorizes 192.0.2.10 \\(ip4:192.0.2.10\\)) identity=mailfrom; client-ip=192.0.2.10; envelope-from="alice@strict.example.org"; helo=mail.example.net; receiver=mx.lab.example.com; mechanism="ip4:192.0.2.10"',
    found: 'helo:none,mailfrom:pass',
  },
  {
    what: 'a softfail',
    client: stranger,
    sender: 'alice@soft.example.org',
    header:
      'softfail (soft.example.org probably does not authorize 203.0.113.66 \\(~all\\)) identity=mailfrom; client-ip=203.0.113.66; envelope-from="alice@soft.example.org"; helo=mail.example.net; receiver=mx.lab.example.com; mechanism=~all',
    found: 'helo:none,mailfrom:softfail(soft.example.org:~all)',
  },
  {
    what: 'neutral',
    client: stranger,
    sender: 'alice@neutral.example.org',
    header:
      'neutral (neutral.example.org says nothing about 203.0.113.66 \\(?all\\)) identity=mailfrom; client-ip=203.0.113.66; envelope-from="alice@neutral.example.org"; helo=mail.example.net; receiver=mx.lab.example.com; mechanism=?all',
    found: 'helo:none,mailfrom:neutral(neutral.example.org:?all)',
  },
  {
    what: 'no record',
    sender: 'alice@without.example.org',
    header:
      'none (without.example.org has no SPF record) identity=mailfrom; client-ip=192.0.2.10; envelope-from="alice@without.example.org"; helo=mail.example.net; receiver=mx.lab.example.com',
    found: 'helo:none,mailfrom:none',
  },
  {
    what: 'a mistake',
    sender: 'alice@mistake.example.org',
    header:
      'permerror (an unknown mechanism at "ipv4:192.0.2.10" in the SPF record of mistake.example.org) identity=mailfrom; client-ip=192.0.2.10; envelope-from="alice@mistake.example.org"; helo=mail.example.net; receiver=mx.lab.example.com; problem="syntax (unknown-mechanism)"',
    found: 'helo:none,mailfrom:permerror(syntax:unknown-mechanism)',
  },
  {
    what: 'trouble in the DNS',
    sender: 'alice@broken.example.net',
    header:
      'temperror (the DNS gave no answer about TXT of broken.example.net \\(servfail\\)) identity=mailfrom; client-ip=192.0.2.10; envelope-from="alice@broken.example.net"; helo=mail.example.net; receiver=mx.lab.example.com; problem=servfail',
    found: 'helo:none,mailfrom:temperror(servfail)',
  },
  {
    what: 'a bounce',
    sender: '',
    helo: 'mx.strict.example.org',
    header:
      'pass (mx.strict.example.org authorizes 192.0.2.10 \\(a\\)) identity=helo; client-ip=192.0.2.10; envelope-from="<>"; helo=mx.strict.example.org; receiver=mx.lab.example.com; mechanism=a',
    found: 'helo:pass',
  },
  {
    what: 'a bounce from an address literal',
    sender: '',
    helo: '[192.0.2.10]',
    header:
      'none ("[192.0.2.10]" is no domain that could have an SPF record) identity=helo; client-ip=192.0.2.10; envelope-from="<>"; helo="[192.0.2.10]"; receiver=mx.lab.example.com',
    found: 'helo:none',
  },
]

describe('mail is let through and marked', () => {
  it.each(marked)('$what', async ({ what, header, found, ...message }) => {
    const recipient = `${what.replaceAll(' ', '-')}@lab.example.com`
    expect(codesOf(await at('usual', { ...message, subject: what, recipients: [recipient] }))).toBe(
      '250 2.1.5',
    )
    expect.soft(onlyField(await stage.delivered(what), 'Received-SPF')).toBe(header)
    const line = await stage.spfLogged('usual', recipient)
    expect.soft(line.found).toBe(found)
    expect.soft(line.action).toBe(`PREPEND Received-SPF: ${header}`)
  })

  it.each([2, 3])('once for %i recipients', async (count) => {
    const subject = `for ${count}`
    const recipients = Array.from({ length: count }, (_, index) => `of-${count}-${index}@lab.example.com`)
    expect(codesOf(await at('usual', { subject, recipients }))).toBe(
      recipients.map(() => '250 2.1.5').join(', '),
    )
    const copies = await stage.postfix.delivered(subject, count)
    for (const copy of copies) expect(onlyField(copy, 'Received-SPF')).toMatch(/^pass /)
    const actions = await Promise.all(
      recipients.map(async (one) => (await stage.spfLogged('usual', one)).action),
    )
    expect(actions.map((action) => action.split(':')[0])).toEqual([
      'PREPEND Received-SPF',
      ...recipients.slice(1).map(() => 'DUNNO'),
    ])
  })

  it('also when Postfix refuses the recipient whose answer had the header', async () => {
    const subject = 'banned first'
    const recipients = ['banned@lab.example.com', 'taken@lab.example.com']
    expect(codesOf(await at('usual', { subject, recipients }))).toBe('554 5.7.1, 250 2.1.5')
    expect(onlyField(await stage.delivered(subject), 'Received-SPF')).toMatch(/^pass /)
  })

  it('for a recipient that is never refused mail, after one that is (recipients_not_refused)', async () => {
    const subject = 'refused first'
    const recipients = ['other@lab.example.com', 'postmaster@lab.example.com']
    const replies = await at('strict', { client: stranger, subject, recipients })
    expect(codesOf(replies)).toBe('550 5.7.23, 250 2.1.5')
    expect(onlyField(await stage.delivered(subject), 'Authentication-Results')).toMatch(/ spf=fail /)
  })

  it('each message of a session for itself', async () => {
    const session = await openDialogue(stage.postfix.portOf('usual'), client)
    await session.greet(helo)
    await session.envelope('alice@strict.example.org', 'first@lab.example.com')
    await session.message('first of two')
    await session.envelope('alice@without.example.org', 'second@lab.example.com', 'third@lab.example.com')
    await session.message('second of two')
    await session.close()
    expect(onlyField(await stage.delivered('first of two'), 'Received-SPF')).toMatch(/^pass /)
    const copies = await stage.postfix.delivered('second of two', 2)
    for (const copy of copies) expect(onlyField(copy, 'Received-SPF')).toMatch(/^none /)
  })

  it('with Authentication-Results', async () => {
    const subject = 'results'
    await at('strict', { subject, recipients: ['results@lab.example.com'] })
    const message = await stage.delivered(subject)
    expect(onlyField(message, 'Authentication-Results')).toBe(
      'mx.lab.example.com; spf=pass (strict.example.org authorizes 192.0.2.10 \\(ip4:192.0.2.10\\)) smtp.mailfrom=alice@strict.example.org; spf=none (mail.example.net has no SPF record) smtp.helo=mail.example.net',
    )
    expect(message.header('Received-SPF')).toEqual([])
  })

  it('without the name of our host (hide_receiver)', async () => {
    const subject = 'hidden'
    await at('lenient', { client: stranger, subject, recipients: ['hidden@lab.example.com'] })
    expect(onlyField(await stage.delivered(subject), 'Received-SPF')).toMatch(/^fail .*; receiver=UNKNOWN;/)
  })

  it('not at all with header = "none"; and mode = "observe" refuses nothing but says what it would', async () => {
    const subject = 'observed'
    const recipients = ['observed@lab.example.com']
    expect(codesOf(await at('observing', { client: stranger, subject, recipients }))).toBe('250 2.1.5')
    const { names } = await stage.delivered(subject)
    expect(names).not.toContain('Received-SPF')
    expect(await stage.spfLogged('observing', recipients[0]!)).toEqual({
      found: 'would-refuse:helo:none,mailfrom:fail(strict.example.org:-all)',
      action: 'DUNNO',
    })
  })
})

describe('a domain whose DNS is slow', () => {
  it('keeps nobody else waiting', async () => {
    const hold = stage.dns.hold()
    const slow = await openDialogue(stage.postfix.portOf('usual'), client)
    await slow.greet(helo)
    await slow.command('MAIL FROM:<bob@slow.example.net>')
    let isAnswered = false
    const answer = slow.command('RCPT TO:<slow@lab.example.com>').then((reply) => {
      isAnswered = true
      return reply
    })
    await hold.asked
    const others = [1, 2, 3].map((n) =>
      at('usual', { client: stranger, recipients: [`meanwhile-${n}@lab.example.com`] }),
    )
    for (const replies of await Promise.all(others)) expect(codesOf(replies)).toBe('550 5.7.23')
    expect(isAnswered).toBe(false)
    hold.release()
    expect((await answer).codes).toBe('250 2.1.5')
    await slow.close()
    expect((await stage.spfLogged('usual', 'slow@lab.example.com')).found).toBe('helo:none,mailfrom:pass')
  })
})
