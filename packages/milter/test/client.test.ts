import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connectMilter, type MilterClient, type MilterClientOptions, sendMessage } from '../src/client.ts'
import { SMFIP } from '../src/index.ts'
import type { ListenAddress } from '../src/server.ts'
import { greet, outgoing, someone, startServer } from './lab.ts'
import { bytesOf, frame, framesOf, number, textOf } from './wire.ts'

const servers: net.Server[] = []
const clients: MilterClient[] = []

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.quit()))
  for (const server of servers.splice(0)) server.close()
})

type Filter = (command: string, data: string, socket: net.Socket) => string | undefined

/** A filter that answers each frame with what `answer` gives, and notes what it got. */
async function startFilter(answer: Filter, frames: [string, string][] = []): Promise<ListenAddress> {
  const server = net.createServer((socket) => {
    let text = ''
    socket.on('data', (bytes: Uint8Array) => {
      text += textOf(bytes)
      let whole = 0
      for (const [command, data] of framesOf(text)) {
        whole += 5 + data.length
        frames.push([command, data])
        const reply = command === 'Q' ? undefined : answer(command, data, socket)
        if (command === 'Q') socket.end()
        else if (reply !== undefined) socket.write(reply, 'latin1')
      }
      text = text.slice(whole)
    })
    socket.on('error', () => {})
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as net.AddressInfo).port }
}

const answerOf = (steps = 0, actions = 0x1ff) => frame('O', number(6) + number(actions) + number(steps))
const unanswered = new Set(['D', 'A', 'K'])
/** Takes every step, answers each with `continue`, except where `special` says otherwise. */
const filter =
  (special: Filter, steps = 0, actions?: number): Filter =>
  (command, data, socket) => {
    if (command === 'O') return answerOf(steps, actions)
    if (unanswered.has(command)) return undefined
    return special(command, data, socket) ?? frame('c')
  }

async function open(answer: Filter, options?: MilterClientOptions): Promise<MilterClient> {
  const connected = await connectMilter(await startFilter(answer), options)
  if (!connected.ok) throw new Error(connected.error.message)
  clients.push(connected.value)
  return connected.value
}

describe('connecting', () => {
  it('tells when nobody listens', async () => {
    const address = await startFilter(() => undefined)
    for (const server of servers) server.close()
    expect(await connectMilter(address)).toMatchObject({ ok: false, error: { code: 'connect-failed' } })
    expect(await connectMilter({ kind: 'unix', path: '/nowhere/socket' })).toMatchObject({
      ok: false,
      error: { code: 'connect-failed', message: expect.stringContaining('/nowhere/socket') },
    })
  })

  it.each<[string, string, string]>([
    ['another frame', frame('c'), 'bad-negotiation'],
    ['a version that was not offered', frame('O', number(7) + number(0) + number(0)), 'bad-negotiation'],
    ['actions that were not offered', answerOf(0, 0x200), 'bad-negotiation'],
    ['an answer too short', frame('O', number(6)), 'bad-negotiation'],
    ['a frame too long', number(0xffff_ffff) + 'O', 'bad-reply'],
    ['a body chunk', frame('B', 'x'), 'bad-reply'],
  ])('refuses %s', async (_, answer, code) => {
    const address = await startFilter(() => answer)
    expect(await connectMilter(address)).toMatchObject({ ok: false, error: { code } })
  })

  it('tells when the filter says nothing, or goes away', async () => {
    const silent = await startFilter(() => undefined)
    expect(await connectMilter(silent, { commandTimeoutMs: 30 })).toMatchObject({
      ok: false,
      error: { code: 'timeout' },
    })
    const gone = await startFilter((_command, _data, socket) => void socket.destroy())
    expect(await connectMilter(gone)).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it.each<[MilterClientOptions['version'], number]>([
    [2, 0x7f],
    [3, 0x17f],
    [4, 0x37f],
    [6, 0x1f_ffff],
  ])('offers with version %i what Postfix offers', async (version, steps) => {
    const frames: [string, string][] = []
    const address = await startFilter(() => frame('O', number(version!) + number(0) + number(0)), frames)
    const connected = await connectMilter(address, { version: version! })
    if (connected.ok) await connected.value.quit()
    expect(frames).toEqual([
      ['O', number(version!) + number(0x1ff) + number(steps)],
      ['Q', ''],
    ])
  })
})

describe('what is sent', () => {
  it('is every step, with its macros before it', async () => {
    const frames: [string, string][] = []
    const address = await startFilter(
      filter(() => undefined),
      frames,
    )
    const connected = await connectMilter(address)
    if (!connected.ok) throw new Error(connected.error.message)
    const client = connected.value
    await client.connect(someone, { j: 'mx', '{v}': 'x', daemon_name: 'd' })
    await client.connect({ hostName: 'six', address: { family: 'ip6', address: '2001:db8::1', port: 25 } })
    await client.connect({ hostName: 'local', address: { family: 'unix', path: '/run/x' } })
    await client.connect({ hostName: 'none', address: { family: 'unknown' } })
    await client.helo('h')
    await client.unknown('XYZ')
    await sendMessage(
      client,
      outgoing({ recipients: ['b'], message: bytesOf('A: b\r\n\tc\r\nB:d\r\n\r\nx') }),
    )
    client.abort()
    client.newConnection()
    await client.quit()
    expect(frames.slice(1)).toEqual([
      ['D', 'Cj\0mx\0v\0x\0{daemon_name}\0d\0'],
      ['C', 'mail.example.org\x004\x9c\x40192.0.2.1\0'],
      ['C', 'six\x006\0\x19IPv6:2001:db8::1\0'],
      ['C', 'local\0L\0\0/run/x\0'],
      ['C', 'none\0U'],
      ['H', 'h\0'],
      ['U', 'XYZ\0'],
      ['D', 'Mi\0Q1\0{auth_authen}\0user\0'],
      ['M', '<a@example.org>\0'],
      ['R', '<b>\0'],
      ['T', ''],
      ['L', 'A\0b\n\tc\0'],
      ['L', 'B\0d\0'],
      ['N', ''],
      ['B', 'x'],
      ['D', 'Ei\0Q1\0'],
      ['E', ''],
      ['A', ''],
      ['K', ''],
      ['Q', ''],
    ])
  })

  it('is what the filter wants', async () => {
    const frames: [string, string][] = []
    const steps = SMFIP.NOHDRS | SMFIP.NOEOH | SMFIP.NODATA | SMFIP.NR_MAIL | SMFIP.NR_RCPT
    const address = await startFilter(
      filter(() => undefined, steps),
      frames,
    )
    const connected = await connectMilter(address)
    if (!connected.ok) throw new Error(connected.error.message)
    const client = connected.value
    expect(await client.mail('a', ['SIZE=1'])).toMatchObject({ reply: 'not-awaited' })
    expect(await client.recipient('b', ['NOTIFY=NEVER'])).toMatchObject({ reply: 'not-awaited' })
    expect(await client.data()).toMatchObject({ reply: 'not-sent' })
    expect(await client.header('A', ' b')).toMatchObject({ reply: 'not-sent' })
    expect(await client.body(bytesOf(''))).toMatchObject({ reply: 'not-sent' })
    expect(await client.endOfMessage()).toMatchObject({ reply: 'continue' })
    await client.quit()
    expect(frames.map(([command, data]) => command + data)).toEqual([
      expect.any(String),
      'M<a>\0SIZE=1\0',
      'R<b>\0NOTIFY=NEVER\0',
      'E',
      'Q',
    ])
  })

  it.each([
    [0, [65_535, 65_535, 65_535, 3395]],
    [SMFIP.MDS_256K, [200_000]],
  ])('is a body in chunks as negotiated (%i)', async (bit, sizes) => {
    const frames: [string, string][] = []
    const steps = 0x1f_ffff | SMFIP.MDS_256K
    const address = await startFilter(
      filter(() => undefined, bit),
      frames,
    )
    const connected = await connectMilter(address, { steps })
    if (!connected.ok) throw new Error(connected.error.message)
    await connected.value.body(new Uint8Array(200_000))
    await connected.value.quit()
    const lengths = frames.filter(([command]) => command === 'B').map(([, data]) => data.length)
    expect(lengths).toEqual(sizes)
  })
})

describe('what comes back', () => {
  it('may take patience', async () => {
    const client = await open(
      filter((command, _data, socket) => {
        if (command !== 'E') return undefined
        let left = 6
        const timer = setInterval(() => {
          socket.write(left-- > 0 ? frame('p') : frame('a'), 'latin1')
          if (left < 0) clearInterval(timer)
        }, 20)
        return ''
      }),
      { contentTimeoutMs: 80 },
    )
    expect(await client.endOfMessage()).toMatchObject({ ok: true, reply: 'accept' })
  })

  it.each<[string, string, Filter]>([
    ['a modification before the end', 'M', () => frame('h', 'A\0b\0')],
    ['a modification that is malformed', 'E', () => frame('h', 'A')],
    ['a modification that was not negotiated', 'E', () => frame('q', 'x\0')],
    ['skip where it is none', 'M', () => frame('s')],
    ['a reply that does not exist', 'M', () => frame('Z')],
    ['a frame of nothing', 'M', () => number(0) + 'x'],
  ])('is refused when it is %s', async (_, at, special) => {
    const client = await open(
      filter(
        (command, data, socket) => (command === at ? special(command, data, socket) : undefined),
        0,
        0x1,
      ),
    )
    await client.mail('a')
    expect(await client.endOfMessage()).toMatchObject({ ok: false, error: { code: 'bad-reply' } })
    // From then on there is nothing but that error.
    expect(await sendMessage(client, outgoing())).toMatchObject({ ok: false, error: { code: 'bad-reply' } })
  })

  it('is an error when it comes too late or not at all', async () => {
    const silent = await open(
      filter((command) => (command === 'M' ? '' : undefined)),
      { commandTimeoutMs: 30 },
    )
    expect(await silent.mail('a')).toMatchObject({ ok: false, error: { code: 'timeout' } })
    const gone = await open(
      filter((command, _data, socket) => {
        if (command === 'M') socket.destroy()
        return command === 'M' ? '' : undefined
      }),
    )
    expect(await gone.mail('a')).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it('is split anywhere', async () => {
    const client = await open(
      filter((command, _data, socket) => {
        if (command !== 'E') return undefined
        for (const character of frame('h', 'A\0b\0') + frame('a')) socket.write(character, 'latin1')
        return ''
      }),
    )
    expect(await client.endOfMessage()).toMatchObject({
      reply: 'accept',
      modifications: [{ kind: 'add-header', name: 'A', value: 'b' }],
    })
  })

  it('is skip for a body: no more of it is sent', async () => {
    const frames: [string, string][] = []
    const address = await startFilter(
      filter((command) => (command === 'B' ? frame('s') : undefined), SMFIP.SKIP),
      frames,
    )
    const connected = await connectMilter(address)
    if (!connected.ok) throw new Error(connected.error.message)
    const message = bytesOf(`A: b\r\n\r\n${'x'.repeat(200_000)}`)
    for (let n = 0; n < 2; n++)
      expect(await sendMessage(connected.value, outgoing({ message }))).toMatchObject({
        reply: 'continue',
        step: 'endOfMessage',
      })
    await connected.value.quit()
    expect(frames.filter(([command]) => command === 'B')).toHaveLength(2)
  })
})

it('a server of ours and this client agree on a large data size', async () => {
  let bytes = 0
  const { address } = await startServer({
    observe: {
      body(_, chunk) {
        bytes += chunk.length
      },
    },
    decide: { endOfMessage: (message) => message.replaceBody(new Uint8Array(500_000)) },
  })
  const client = await greet({ address }, { steps: 0x1f_ffff | SMFIP.MDS_1M | SMFIP.MDS_256K })
  expect(client.negotiated.steps & (SMFIP.MDS_1M | SMFIP.MDS_256K)).toBe(SMFIP.MDS_1M)
  const message = bytesOf(`A: b\r\n\r\n${'x'.repeat(900_000)}`)
  const outcome = await sendMessage(client, outgoing({ message }))
  expect(bytes).toBe(900_000)
  expect(outcome.ok && outcome.modifications).toHaveLength(1)
})
