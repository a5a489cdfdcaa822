import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ListenAddress, type Listened, listenOn, type SocketFileOptions } from '../src/index.ts'

let directory = ''
let servers: net.Server[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listener-'))
})

afterEach(async () => {
  await Promise.all(servers.map(close))
  servers = []
  await rm(directory, { recursive: true })
})

function listen(address: ListenAddress, socketFile?: SocketFileOptions): Promise<Listened> {
  const server = net.createServer((socket) => {
    // A probe for a live socket hangs up at once.
    socket.on('error', () => {}).end('here')
  })
  servers.push(server)
  return listenOn(server, address, socketFile)
}

const close = (server: net.Server) => new Promise((resolve) => server.close(resolve))

const unix = (...parts: string[]): ListenAddress => ({ kind: 'unix', path: join(directory, ...parts) })
const pathOf = (address: ListenAddress) => (address.kind === 'unix' ? address.path : '')

async function ask(address: ListenAddress): Promise<string> {
  const socket = net.connect(address.kind === 'tcp' ? { ...address } : { path: address.path })
  return (await socket.toArray()).join('')
}

/** As a user who is not root, where the system lets us become one. */
async function unprivileged<T>(act: () => Promise<T>): Promise<T> {
  const uid = process.geteuid?.()
  if (uid !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}

/** Leaves the socket file of a process that was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('a UNIX socket', () => {
  it('answers, may be written to by everybody, and is gone after close', async () => {
    const address = unix('test.sock')
    expect(await listen(address)).toEqual({ ok: true, value: address })
    expect((await stat(pathOf(address))).mode & 0o777).toBe(0o666)
    expect(await ask(address)).toBe('here')
    await close(servers[0]!)
    await expect(stat(pathOf(address))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('gets the mode and the group that are asked for', async () => {
    const address = unix('test.sock')
    const gid = process.getgid!()
    expect(await listen(address, { mode: 0o620, gid })).toMatchObject({ ok: true })
    expect(await stat(pathOf(address))).toMatchObject({ gid })
    expect((await stat(pathOf(address))).mode & 0o777).toBe(0o620)
  })

  it.runIf(process.getuid?.() === 0)('gets another owner, if we may give it', async () => {
    const address = unix('test.sock')
    expect(await listen(address, { uid: 65_534, gid: 65_534, mode: 0o600 })).toMatchObject({ ok: true })
    expect(await stat(pathOf(address))).toMatchObject({ uid: 65_534, gid: 65_534 })
  })

  it('is not left behind when its owner cannot be set', async () => {
    await chmod(directory, 0o777)
    const address = unix('test.sock')
    const listened = await unprivileged(() => listen(address, { uid: 1 }))
    expect(listened).toMatchObject({ ok: false, error: { code: 'permission-denied', systemCode: 'EPERM' } })
    await expect(stat(pathOf(address))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('takes the place of one whose process was killed', async () => {
    const address = unix('test.sock')
    await leaveStaleSocket(pathOf(address))
    expect((await stat(pathOf(address))).isSocket()).toBe(true)
    expect(await listen(address)).toEqual({ ok: true, value: address })
    expect(await ask(address)).toBe('here')
  })

  it('does not take the place of one that answers', async () => {
    const address = unix('test.sock')
    await listen(address)
    expect(await listen(address)).toEqual({
      ok: false,
      error: {
        code: 'address-in-use',
        systemCode: 'EADDRINUSE',
        address,
        message: `Cannot listen on unix:${pathOf(address)}: another process answers on this socket.`,
      },
    })
    expect(await ask(address)).toBe('here')
  })

  it('does not take the place of a file that is none', async () => {
    const address = unix('precious')
    await writeFile(pathOf(address), 'data')
    expect(await listen(address)).toMatchObject({ ok: false, error: { code: 'not-a-socket' } })
    expect((await stat(pathOf(address))).size).toBe(4)
  })

  it('needs its directory', async () => {
    const address = unix('missing', 'test.sock')
    expect(await listen(address)).toMatchObject({
      ok: false,
      error: {
        code: 'no-such-directory',
        message: `Cannot listen on unix:${pathOf(address)}: there is no directory ${join(directory, 'missing')}.`,
      },
    })
  })

  it('needs the permission to make it', async () => {
    await mkdir(join(directory, 'closed'), { mode: 0o755 })
    await chmod(directory, 0o755)
    if (process.getuid?.() === 0) await chown(join(directory, 'closed'), 0, 0)
    else await chmod(join(directory, 'closed'), 0o555)
    const listened = await unprivileged(() => listen(unix('closed', 'test.sock')))
    expect(listened).toMatchObject({ ok: false, error: { code: 'permission-denied', systemCode: 'EACCES' } })
  })

  it('has a path that fits', async () => {
    const listened = await listen(unix('x'.repeat(120)))
    expect(listened).toMatchObject({ ok: false, error: { code: 'path-too-long' } })
  })
})

describe('a TCP port', () => {
  it('is the one that the kernel chose for 0', async () => {
    const listened = await listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    if (!listened.ok || listened.value.kind !== 'tcp') throw new Error('not listening')
    expect(listened.value.port).toBeGreaterThan(0)
    expect(await ask(listened.value)).toBe('here')
  })

  it('that is taken is refused in one sentence', async () => {
    const first = await listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
    if (!first.ok || first.value.kind !== 'tcp') throw new Error('not listening')
    expect(await listen(first.value)).toEqual({
      ok: false,
      error: {
        code: 'address-in-use',
        systemCode: 'EADDRINUSE',
        address: first.value,
        message: `Cannot listen on 127.0.0.1:${first.value.port}: another process listens on this port.`,
      },
    })
  })

  it('needs an address of this machine', async () => {
    const listened = await listen({ kind: 'tcp', host: '192.0.2.1', port: 0 })
    expect(listened).toMatchObject({ ok: false, error: { code: 'address-not-available' } })
  })

  it('that is no port is a value too', async () => {
    const listened = await listen({ kind: 'tcp', host: '127.0.0.1', port: 70_000 })
    expect(listened).toMatchObject({
      ok: false,
      error: { code: 'failed', systemCode: 'ERR_SOCKET_BAD_PORT' },
    })
  })
})
