import net from 'node:net'
import { parseLogLine } from '@postern/e2e/log-line'
import { describe, expect, it } from 'vitest'
import { requestOf, startTestDaemon } from './in-process.ts'

describe('missing and odd attributes', () => {
  const missing: readonly [name: string, value: string | undefined][] = [
    ['recipient', undefined],
    ['recipient', ''],
    ['sender', undefined],
    ['client_address', undefined],
    ['client_address', ''],
    ['client_address', 'unknown'],
    ['client_address', '192.0.2.300'],
  ]
  it.each(missing)('%s=%s: DUNNO', async (name, value) => {
    const daemon = await startTestDaemon()
    expect(await daemon.ask({ [name]: value })).toBe('DUNNO')
    // The daemon is none the worse for it.
    expect(await daemon.ask()).toMatch(/^DEFER_IF_PERMIT 4\.2\.0 /)
    await daemon.close()
    expect(daemon.lines.filter((line) => line.includes(' decision '))).toHaveLength(1)
  })

  it('a request of nothing but its kind: DUNNO', async () => {
    const daemon = await startTestDaemon()
    const asked = await daemon.client.ask({ request: 'smtpd_access_policy' })
    expect(asked).toMatchObject({ ok: true, text: 'DUNNO' })
  })

  it('bounces have an empty sender and are greylisted like others', async () => {
    const daemon = await startTestDaemon()
    expect(await daemon.ask({ sender: '' })).toMatch(/^DEFER_IF_PERMIT/)
    expect(await daemon.line(/ decision /)).toContain(' sender="" ')
  })

  it('IPv6 clients of one /64 are one client, and a mapped IPv4 address is IPv4', async () => {
    const daemon = await startTestDaemon()
    const nameless = { client_name: 'unknown', helo_name: '[IPv6:2001:db8::1]' }
    await daemon.ask({ ...nameless, client_address: '2001:db8::1' })
    await daemon.ask({ ...nameless, client_address: '2001:DB8:0:0:ffff::2' })
    await daemon.ask({ ...nameless, client_address: '2001:db8:0:1::1' })
    await daemon.ask({ client_name: 'unknown', client_address: '::ffff:192.0.2.10' })
    await daemon.ask({ client_name: 'unknown', client_address: '192.0.2.77' })
    await daemon.close()
    const findings = daemon.lines
      .filter((line) => line.includes(' decision '))
      .map((line) => parseLogLine(line).fields.get('greylist_check')?.split('(')[0])
    expect(findings).toEqual(['new', 'early-retry', 'new', 'new', 'early-retry'])
  })
})

describe('the line of a decision', () => {
  const forged: readonly [name: string, attributes: Record<string, string>][] = [
    ['a blank and a key', { sender: 'a b action=OK us=1@example.net' }],
    ['quotes', { sender: '"a" action="OK"@example.net', helo_name: 'x"y' }],
    ['a backslash at the end', { helo_name: 'x\\', sender: 'a\\@example.net' }],
    ['line separators of Unicode', { sender: 'a\u2028decision\u2029\u0085\u009b31m@example.net' }],
    ['characters beyond ASCII', { recipient: 'jürgen@lab.example.com', helo_name: 'böse.example' }],
    ['an equals sign', { sender: 'prvs=1234=alice@example.net' }],
    ['half a surrogate pair', { sender: 'a\ud800@example.net' }],
    ['a very long value', { helo_name: `${'a'.repeat(2000)}.example.net` }],
  ]
  it.each(forged)('cannot be forged with %s', async (_, attributes) => {
    const daemon = await startTestDaemon()
    await daemon.ask(attributes)
    await daemon.close()
    const lines = daemon.lines.filter((line) => line.includes(' decision '))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^[\x20-\x7e\u00a0-\uffff]*$/)
    const { event, fields } = parseLogLine(lines[0]!)
    expect(event).toBe('decision')
    expect(fields.get('action')).not.toBe('OK')
    expect(fields.get('client')).toBe('192.0.2.10')
    for (const [name, value] of Object.entries(attributes)) {
      // On its way a lone surrogate becomes the replacement character, in UTF-8.
      const arrived = Buffer.from(value).toString()
      expect(fields.get(name === 'helo_name' ? 'helo' : name)).toBe(arrived)
    }
  })

  it('cannot be forged with bytes that no honest client sends', async () => {
    const daemon = await startTestDaemon()
    const lines = Object.entries(requestOf({ sender: 'S', helo_name: 'H' })).map(
      ([key, value]) => `${key}=${value}`,
    )
    const text = `${lines.join('\n')}\n\n`
    const bytes = Buffer.from(
      text.replace('=S', '=a\t\u001b[2J\u0007\u007f@x').replace('=H', '=x\ryz\u00ff'),
      'latin1',
    )
    expect(await sendRaw(daemon.policyd.addresses[0]!, bytes)).toMatch(/^action=\S/)
    await daemon.close()
    const [line, ...more] = daemon.lines.filter((text) => text.includes(' decision '))
    expect(more).toEqual([])
    expect(line).toMatch(/^[\x20-\x7e\ufffd]*$/)
    expect(parseLogLine(line!).fields.get('sender')).toBe('a\t\u001b[2J\u0007\u007f@x')
  })

  it('as JSON has the same keys', async () => {
    const daemon = await startTestDaemon({ format: 'json' })
    const sender = 'a"b\u001b[2J@example.net'
    await daemon.ask({ sender, queue_id: '4F2A' })
    await daemon.close()
    const objects = daemon.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(objects.map(({ event }) => event)).toEqual(['listening', 'decision', 'stopped'])
    expect(objects[1]).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'decision',
      client: '192.0.2.10',
      client_name: 'mail.example.net',
      helo: 'mail.example.net',
      sender,
      recipient: 'bob@lab.example.com',
      queue_id: '4F2A',
      helo_check: 'ok',
      spf_check: 'helo:none,mailfrom:none',
      greylist_check: 'new(180s)',
      action: 'DEFER_IF_PERMIT 4.2.0 Greylisted: please try again in 180 seconds',
      us: expect.any(Number),
    })
  })

  it("can be followed by postgrey's own, in which no control character is left", async () => {
    const daemon = await startTestDaemon({ settings: '[greylist]\npostgrey_log = true' })
    await daemon.ask()
    await daemon.ask({ sender: 'a\u001b[2J\r@example.net', queue_id: '4F2A' })
    await daemon.close()
    const [first, second] = daemon.lines.filter((line) => line.includes('action=greylist'))
    expect(first!.replace(/^\S+ /, '')).toBe(
      'action=greylist, reason=new, client_name=mail.example.net, client_address=192.0.2.10, sender=alice@example.net, recipient=bob@lab.example.com',
    )
    expect(second).toMatch(/^[\x20-\x7e]+$/)
    expect(second).toContain(' 4F2A: action=greylist, ')
  })
})

describe('peers that break the protocol', () => {
  it('are told nothing of use, noted, and harm nobody else', async () => {
    const daemon = await startTestDaemon()
    const rubbish = [
      '\u0000\u0001\u0002\n\n',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      `${'x'.repeat(100_000)}\n\n`,
    ]
    for (const text of rubbish) await sendRaw(daemon.policyd.addresses[0]!, text)
    expect(await daemon.ask()).toMatch(/^DEFER_IF_PERMIT/)
    await daemon.line(/ protocol-error level=warn peer=127\.0\.0\.1:\d+ problem=\S+$/)
    await daemon.close()
    expect(daemon.lines.at(-1)).toMatch(
      / stopped daemon=policyd requests=1 protocol_errors=[1-3] failures=0$/,
    )
  })
})

/** Sends bytes as they are and half-closes; resolves with what came when the daemon has closed the connection. */
function sendRaw(address: string, bytes: string | Uint8Array): Promise<string> {
  const [host, port] = address.split(':')
  return new Promise((resolve) => {
    let got = ''
    const socket = net.connect({ host: host!, port: Number(port) })
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      got += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
    socket.end(bytes)
  })
}
