import net from 'node:net'
import type { ListenAddress } from '@postern/listener'
import { afterEach, describe, expect, it } from 'vitest'
import { createPolicyClient, type PolicyClient, type PolicyClientOptions } from '../src/client.ts'
import { createPolicyServer, type PolicyServer } from '../src/server.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function clientOf(address: ListenAddress, options?: PolicyClientOptions): PolicyClient {
  const client = createPolicyClient(address, options)
  closers.push(() => client.close())
  return client
}

/** A server that answers each chunk with this text, or not at all. */
async function fake(answer: string | undefined): Promise<ListenAddress> {
  const server = net.createServer((socket) => {
    socket.on('data', () => (answer === '' ? socket.destroy() : answer !== undefined && socket.write(answer)))
    socket.on('error', () => {})
    closers.push(async () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as net.AddressInfo).port }
}

async function real(): Promise<{ server: PolicyServer; address: ListenAddress }> {
  const server = createPolicyServer({
    handle: (request) => ({
      kind: 'reject',
      code: 550,
      text: `${request.get('helo_name')} ${request.get('sender')}`,
    }),
  })
  const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  if (!listened.ok) throw new Error(listened.error.message)
  closers.push(() => server.close({ graceMs: 0 }))
  return { server, address: listened.value }
}

describe('a client', () => {
  it('asks, many times over one connection', async () => {
    const { server, address } = await real()
    const client = clientOf(address)
    const asked = await Promise.all(
      ['a', 'b', 'c'].map((helo_name) => client.ask({ helo_name, sender: 'é' })),
    )
    expect(asked).toEqual(
      ['a', 'b', 'c'].map((name) => ({
        ok: true,
        text: `550 ${name} é`,
        action: { kind: 'reject', code: 550, text: `${name} é` },
      })),
    )
    expect(server.stats).toMatchObject({ acceptedConnections: 1, requests: 3 })
  })

  it('connects again after the connection was closed', async () => {
    const { server, address } = await real()
    const client = clientOf(address)
    await client.ask({})
    await client.close()
    expect(await client.ask({})).toMatchObject({ ok: true })
    expect(server.stats.acceptedConnections).toBe(2)
  })

  it('connects again after the server closed on it', async () => {
    const client = clientOf(await fake(''))
    expect(await client.ask({})).toMatchObject({ ok: false, error: { code: 'closed' } })
    expect(await client.ask({})).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it.each([
    ['bad-answer', 'hello\n\n'],
    ['bad-answer', 'action=DUNNO\n\naction=DUNNO\n\n'.replace('action', 'axtion')],
    ['bad-answer', 'x'.repeat(70_000)],
    ['empty', 'action=\n\n'],
    ['missing-argument', 'action=PREPEND\n\n'],
  ])('says %s of %.20j', async (code, answer) => {
    expect(await clientOf(await fake(answer)).ask({})).toMatchObject({ ok: false, error: { code } })
  })

  it('drops a connection that answers more than it was asked', async () => {
    const client = clientOf(await fake('action=OK\n\naction=OK\n\n'))
    expect(await client.ask({})).toMatchObject({ ok: true, text: 'OK' })
    expect(await client.ask({})).toMatchObject({ ok: true, text: 'OK' })
  })

  it('waits no longer than it is told', async () => {
    const client = clientOf(await fake(undefined), { timeoutMs: 20 })
    expect(await client.ask({})).toMatchObject({ ok: false, error: { code: 'timeout' } })
  })

  it('says when nobody listens', async () => {
    const { server, address } = await real()
    await server.close()
    expect(await clientOf(address).ask({})).toMatchObject({ ok: false, error: { code: 'connect-failed' } })
    const nowhere = clientOf({ kind: 'unix', path: '/nonexistent/policy.sock' })
    expect(await nowhere.ask({})).toMatchObject({ ok: false, error: { code: 'connect-failed' } })
  })

  it('tells open questions when it is closed', async () => {
    const client = clientOf(await fake(undefined))
    const asked = client.ask({})
    await client.close()
    expect(await asked).toMatchObject({ ok: false, error: { code: 'closed' } })
  })
})
