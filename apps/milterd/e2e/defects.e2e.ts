// Signatures with something wrong: what Authentication-Results and the log say, and what the settings make of it.

import path from 'node:path'
import { preparePostfix } from '@postern/e2e/postfix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defectsWith, defectZone, plain, signersFor } from './defects.ts'
import { makeKey } from './key-pair.ts'
import { internalClient, openStage, ourResults, queueIdOf, type Stage, stranger } from './stage.ts'

const prepared = preparePostfix()
const directory = path.join(prepared.directory, 'keys')
const keys = {
  rsa: makeKey(directory, 'rsa'),
  ed25519: makeKey(directory, 'ed25519', { algorithm: 'ed25519' }),
  weak: makeKey(directory, 'weak', { bits: 512 }),
}
const { byDkimpy, byOurs } = signersFor(keys)

type Way = 'arriving' | 'strict' | 'rules'
let stage: Stage<Way>

beforeAll(async () => {
  stage = await openStage<Way>({
    prepared,
    zone: defectZone(keys),
    ways: {
      arriving: {},
      // Another action for each way that a message can stand.
      strict: {
        settings: `
[signing]
internal_hosts = ["192.0.2.0/24"]
[dkim]
on_bad_signature = "reject"
on_no_signature = "quarantine"
on_dns_error = "tempfail"
on_key_not_found = "discard"
on_signature_error = "tempfail"
on_security = "reject"
`,
      },
      rules: {
        settings: `
[dkim]
max_signatures = 2
min_rsa_bits = 512
body_length = "accept"
required_headers = ["Subject"]
on_no_signature = "reject"
on_security = "quarantine"
`,
      },
    },
  })
  stage.dns.fail('rsa._domainkey.broken.example.com', 'servfail')
  stage.dns.fail('rsa._domainkey.silent.example.com', 'timeout')
})
afterAll(() => stage?.stop())

const recipient = (what: string) => `${what.replaceAll(/\W/g, '-')}@lab.example.com`
const codes = {
  reject: '550 5.7.20',
  later: '451 4.7.20',
  'later (DNS)': '451 4.4.3',
  discard: '250 2.0.0',
  hold: '250 2.0.0',
}
const actions = { discard: 'discard', hold: 'quarantine' }

describe.each(defectsWith(keys))('$what', ({ what, content, result, reason, why, strict }) => {
  let letter: string
  beforeAll(async () => {
    letter = await content()
  })

  it('is told in Authentication-Results and in the log, and the message passes', async () => {
    const { message, line } = await stage.deliver('arriving', { to: recipient(what), content: letter })
    const results = ourResults(message)
    expect.soft(results).toMatch(new RegExp(`^dkim=${result} \\(`))
    expect.soft(results.replaceAll('\\', '')).toMatch(why)
    expect.soft(line.fields.get('dkim')).toMatch(`${result}(${reason})`)
    expect.soft(line.fields.get('dkim_why')).toMatch(why)
    expect(line.fields.get('action')).toBe('accept')
  })

  it(`leads to ${strict} where the settings say so`, async () => {
    const to = recipient(`strict ${what}`)
    const from = `${recipient(what).split('@')[0]}@example.org`
    const reply = await stage.send('strict', { to, sender: from, content: letter })
    expect(reply.codes).toBe(codes[strict])
    const line = await stage.daemon('strict').line('message', { sender: from })
    expect(line.fields.get('action')).toMatch(actions[strict as keyof typeof actions] ?? `${codes[strict]} `)
    if (strict !== 'discard') expect(reply.text.replaceAll('\n', ' ')).toMatch(why)
  })
})

describe('a message without a signature', () => {
  it('is told so, and waits in the hold queue where the settings say so', async () => {
    const to = 'unsigned@lab.example.com'
    const { message, line } = await stage.deliver('arriving', { to, content: plain })
    expect(ourResults(message)).toMatch(/^dkim=none; spf=/)
    expect(line.fields.get('dkim')).toBe('none')
    const held = queueIdOf(await stage.send('strict', { to: 'held@lab.example.com', content: plain }))
    const waiting = stage.postfix.queue().find(({ queue_id }) => queue_id === held)
    expect(waiting).toMatchObject({ queue_name: 'hold', recipients: [{ address: 'held@lab.example.com' }] })
    expect(stage.postfix.maillog()).toContain(`${held}: milter-hold: END-OF-MESSAGE`)
  })
})

describe('what is discarded', () => {
  it('is taken and never delivered', async () => {
    const content = byDkimpy({ selector: 'missing' })
    const queueId = queueIdOf(await stage.send('strict', { to: 'gone@lab.example.com', content }))
    expect(stage.postfix.maillog()).toMatch(new RegExp(`${queueId}: milter-discard: END-OF-MESSAGE`))
    // What came later is there already.
    await stage.deliver('arriving', { to: 'later@lab.example.com', content })
    const recipients = stage.postfix.deliveredSoFar().flatMap((message) => message.header('X-Original-To'))
    expect(recipients).not.toContain('gone@lab.example.com')
    expect(stage.postfix.queue().map(({ queue_id }) => queue_id)).not.toContain(queueId)
  })
})

describe('with the strict settings', () => {
  const broken = byDkimpy({}, plain).replace('Bob', 'Carol')

  it('one good signature is enough, whatever the others are', async () => {
    const content = byDkimpy(
      { selector: 'missing' },
      byDkimpy().replace('DKIM-Signature: ', 'dkim-signature: '),
    )
    const { message, line } = await stage.deliver('strict', { to: 'one-good@lab.example.com', content })
    expect(ourResults(message)).toMatch(/^dkim=permerror \(.*; dkim=pass \(2048-bit key\) /)
    expect(line.fields.get('dkim')).toBe('permerror(key-not-found):example.org:missing,pass:example.org:rsa')
    expect(line.fields.get('action')).toBe('accept')
  })

  it.each([
    ['internal hosts', internalClient],
    ['users who have logged in', { ...stranger, login: 'ann' }],
  ])('mail of %s is never refused', async (who, client) => {
    const to = `never-${who.replaceAll(' ', '-')}@lab.example.com`
    const { line } = await stage.deliver('strict', { client, to, content: broken })
    expect(line.fields.get('action')).toBe('accept')
  })

  it('but that of strangers is', async () => {
    expect((await stage.send('strict', { to: 'refused@lab.example.com', content: broken })).codes).toBe(
      '550 5.7.20',
    )
  })
})

describe('rules of [dkim]', () => {
  it('let short keys pass, and bodies that are covered in part', async () => {
    const weak = await stage.deliver('rules', {
      to: 'short@lab.example.com',
      content: byDkimpy({ selector: 'weak', key: keys.weak.pem }),
    })
    expect(ourResults(weak.message)).toMatch(/^dkim=pass \(512-bit key\)/)
    const part = await stage.deliver('rules', {
      to: 'part@lab.example.com',
      content: `${byDkimpy({ length: true })}added\r\n`,
    })
    expect(ourResults(part.message)).toMatch(/^dkim=pass /)
  })

  it('want fields to be signed', async () => {
    const content = await byOurs({ fields: ['From', 'To'], oversignFields: [] })
    const { message } = await stage.deliver('arriving', { to: 'usual-fields@lab.example.com', content })
    expect(ourResults(message)).toMatch(/^dkim=pass /)
    const reply = await stage.send('rules', { to: 'required@lab.example.com', content })
    const line = await stage.daemon('rules').line('message', { queue_id: queueIdOf(reply) })
    expect(line.fields.get('dkim')).toBe('policy(field-not-signed):example.org:rsa')
    expect(line.fields.get('action')).toBe('quarantine')
  })

  it('bound the number of signatures', async () => {
    const content = byDkimpy({}, byDkimpy({}, byDkimpy()))
    const { message, line } = await stage.deliver('rules', { to: 'three@lab.example.com', content })
    expect(ourResults(message).match(/dkim=\w+/g)).toEqual(['dkim=pass', 'dkim=pass'])
    expect(line.fields.get('dkim_unverified')).toBe('1')
  })

  it('tell that a domain is only testing', async () => {
    const { message } = await stage.deliver('arriving', {
      to: 'testing@lab.example.com',
      content: byDkimpy({ selector: 'testing' }),
    })
    expect(ourResults(message)).toMatch(/^dkim=pass \(2048-bit key, testing\)/)
  })
})
