// SPF through the daemon: answers, headers once on each message, one evaluation for all its recipients.
import { describe, expect, it } from 'vitest'
import { startTestDaemon, startTestDns, type TestDaemonOptions } from './in-process.ts'

const passing = { sender: 'alice@pass.example.net' }
const failing = { sender: 'alice@fail.example.net' }
/** Without the greylist, which would put new mail off. */
const alone = '[greylist]\nenabled = false\n[spf]\n'
const received =
  /^PREPEND Received-SPF: pass \(.*\) identity=mailfrom; client-ip=192\.0\.2\.10; envelope-from="alice@pass\.example\.net"; helo=mail\.example\.net; receiver=mx\.lab\.example\.com; mechanism="ip4:192\.0\.2\.10"$/

const start = (options: TestDaemonOptions = {}) => startTestDaemon({ settings: alone, ...options })

describe('the daemon with SPF', () => {
  it('refuses a fail, with words that say how to mend it', async () => {
    const daemon = await start()
    expect(await daemon.ask(failing)).toBe(
      '550 5.7.23 fail.example.net says that it sends no mail at all (its SPF record says -all), and so not from 192.0.2.10. Ask the administrator of fail.example.net to add 192.0.2.10 to the record, or send through a server of theirs.',
    )
    expect(await daemon.line(/ decision /)).toContain(
      ' helo_check=ok spf_check=helo:none,mailfrom:fail(fail.example.net:-all) action="550 ',
    )
  })

  it('puts its header on a message once, with the first recipient that passes', async () => {
    const daemon = await start()
    const to = (name: string) => daemon.ask({ ...passing, recipient: `${name}@lab.example.com` })
    expect(await to('bob')).toMatch(received)
    expect(await to('carol')).toBe('DUNNO')
    expect(await daemon.ask({ ...passing, instance: '2' })).toMatch(received)
  })

  it('refuses what its settings refuse, and hands a pass to a restriction class', async () => {
    const settings = `${alone}mail_from_pass_restriction = "passed_spf"\nhelo_reject = "off"`
    const daemon = await start({ settings })
    expect(await daemon.ask(passing)).toBe('passed_spf')
    // The class may have accepted the mail: its header is put at DATA.
    expect(await daemon.ask({ ...passing, protocol_state: 'DATA' })).toMatch(received)
    expect(await daemon.ask({ ...passing, protocol_state: 'DATA' })).toBe('DUNNO')
  })

  it('knows addresses of our own that are mapped into IPv6', async () => {
    const daemon = await start()
    expect(
      await daemon.ask({ ...failing, client_address: '::ffff:127.0.0.1', helo_name: '[127.0.0.1]' }),
    ).toBe('DUNNO')
    expect(await daemon.line(/ decision /)).toContain(' spf_check=skipped ')
  })

  it('looks at the mail of our own users only where it is told from where it goes out', async () => {
    const settings = `${alone}outbound_addresses = ["198.51.100.1"]\noutbound_reject = true`
    const daemon = await start({ settings })
    const outgoing = { sasl_username: 'alice', ...passing }
    expect(await daemon.ask(outgoing)).toMatch(
      /^550 5\.7\.23 pass\.example\.net does not allow 198\.51\.100\.1, which this mail would go out from, /,
    )
    expect(await daemon.ask({ ...outgoing, instance: '2', sender: 'alice@example.net' })).toBe('DUNNO')
  })
})

describe('two headers', () => {
  const settings = '[greylist]\ndelay_seconds = 0\n[spf]\n'
  const waited = /^PREPEND X-Greylist: delayed \d+ seconds by /
  /** The first try, that of another message. */
  const tried = async (daemon: Awaited<ReturnType<typeof startTestDaemon>>) => {
    await daemon.ask({ ...passing, instance: 'first' })
    await daemon.ask({ ...passing, instance: 'first', recipient: 'carol@lab.example.com' })
  }

  it("come with two recipients' answers, SPF's first", async () => {
    const daemon = await startTestDaemon({ settings: settings.replace('= 0', '= 1') })
    await tried(daemon)
    await expect
      .poll(() => daemon.ask({ ...passing, instance: 'retry' }), { timeout: 5000 })
      .toMatch(received)
    expect(await daemon.ask({ ...passing, instance: 'retry', recipient: 'carol@lab.example.com' })).toMatch(
      waited,
    )
    expect(await daemon.ask({ protocol_state: 'DATA', instance: 'retry' })).toBe('DUNNO')
  })

  it('come at RCPT and at DATA to a single recipient, with a line in the log', async () => {
    const daemon = await startTestDaemon({ settings: settings.replace('= 0', '= 1') })
    await tried(daemon)
    await expect
      .poll(() => daemon.ask({ ...passing, instance: 'retry' }), { timeout: 5000 })
      .toMatch(received)
    const atData = { protocol_state: 'DATA', instance: 'retry', queue_id: '4F2A' }
    expect(await daemon.ask({ ...atData, protocol_state: 'END-OF-MESSAGE' })).toBe('DUNNO')
    expect(await daemon.ask(atData)).toMatch(waited)
    expect(await daemon.ask(atData)).toBe('DUNNO')
    expect(await daemon.line(/ header /)).toMatch(
      / header client=192\.0\.2\.10 queue_id=4F2A action="PREPEND X-Greylist: /,
    )
  })

  it('wait while the greylist puts a recipient off', async () => {
    const daemon = await startTestDaemon({ settings: '[spf]\n' })
    expect(await daemon.ask(passing)).toMatch(/^DEFER_IF_PERMIT 4\.2\.0 /)
    expect(await daemon.ask({ ...passing, protocol_state: 'DATA' })).toBe('DUNNO')
  })
})

describe('at DATA and after', () => {
  it.each(['DATA', 'END-OF-MESSAGE'])('%s: nothing is decided anew', async (state) => {
    const daemon = await start()
    expect(await daemon.ask({ ...failing, protocol_state: state, helo_name: 'server' })).toBe('DUNNO')
    expect(await daemon.ask({ protocol_state: state, recipient: undefined, instance: undefined })).toBe(
      'DUNNO',
    )
    await daemon.close()
    expect(daemon.lines.filter((line) => / (decision|header) /.test(line))).toEqual([])
  })
})

describe('several recipients at once', () => {
  it('are one evaluation', async () => {
    const asked: string[] = []
    const dns = await startTestDns({
      conduct: ({ name, type }) => {
        if (type === 'TXT') asked.push(name)
        return undefined
      },
    })
    const daemon = await start({ dns, settings: `${alone}\n[helo]\nenabled = false` })
    const recipients = ['a', 'b', 'c', 'd'].map((name) => `${name}@lab.example.com`)
    const answers = await Promise.all(recipients.map((recipient) => daemon.ask({ ...passing, recipient })))
    expect(answers.filter((answer) => received.test(answer))).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'DUNNO')).toHaveLength(3)
    expect(asked.sort()).toEqual(['mail.example.net', 'pass.example.net'])
  })
})
