// Binds a server to an address, and says in one sentence why that did not work.

import { chmod, chown, lstat, unlink } from 'node:fs/promises'
import net from 'node:net'
import { dirname } from 'node:path'
import { formatListenAddress, type ListenAddress } from './address.ts'
import { backlog, socketPathBytes } from './limits.ts'

/** Applied to a UNIX socket after it is bound. */
export interface SocketFileOptions {
  /** Permission bits; connecting needs the write bit. Default 0o666, as in postgrey: smtpd runs as another user than we. */
  readonly mode?: number
  /** Numeric owner and group; what is left out stays as it is. */
  readonly uid?: number
  readonly gid?: number
}

export type ListenErrorCode =
  | 'address-in-use'
  | 'address-not-available'
  | 'permission-denied'
  | 'no-such-directory'
  /** Something that is not a socket is at the path; it is left alone. */
  | 'not-a-socket'
  /** Of a UNIX socket: more than 107 bytes. */
  | 'path-too-long'
  | 'name-not-found'
  /** The server was closed before. */
  | 'closed'
  | 'failed'

export interface ListenError {
  readonly code: ListenErrorCode
  /** The system's own code, such as `EADDRINUSE`. */
  readonly systemCode: string | undefined
  readonly address: ListenAddress
  /** One sentence for the operator. */
  readonly message: string
}

export type Listened =
  /** The address that was bound: for port 0 with the port the kernel chose. */
  { readonly ok: true; readonly value: ListenAddress } | { readonly ok: false; readonly error: ListenError }

const defaultMode = 0o666

/** Binds `server`. Never rejects. */
export async function listenOn(
  server: net.Server,
  address: ListenAddress,
  socketFile: SocketFileOptions = {},
): Promise<Listened> {
  if (address.kind === 'tcp') {
    const error = await bind(server, { host: address.host, port: address.port, backlog })
    if (error !== undefined) return failed(codeOf(error), error, address)
    const bound = server.address() as net.AddressInfo
    return { ok: true, value: { kind: 'tcp', host: bound.address, port: bound.port } }
  }
  const { path } = address
  // libuv would cut it silently and bind another path.
  if (Buffer.byteLength(path) > socketPathBytes) return failed('path-too-long', undefined, address)
  let error = await bind(server, { path, backlog })
  if (error?.code === 'EADDRINUSE') {
    const occupant = await occupantOf(path)
    if (occupant !== 'dead')
      return failed(occupant === 'live' ? 'address-in-use' : 'not-a-socket', error, address)
    // The process that made it is gone (it was killed, or the machine lost power).
    error = await attempt(() => unlink(path))
    error ??= await bind(server, { path, backlog })
  }
  if (error !== undefined) {
    // libuv reports a missing directory as EACCES.
    const isMissing = (await attempt(() => lstat(dirname(path))))?.code === 'ENOENT'
    return failed(isMissing ? 'no-such-directory' : codeOf(error), error, address)
  }
  const { uid = -1, gid = -1, mode = defaultMode } = socketFile
  // The owner first: chown may clear bits, and the mode is what opens the socket to others.
  error = uid === -1 && gid === -1 ? undefined : await attempt(() => chown(path, uid, gid))
  error ??= await attempt(() => chmod(path, mode))
  if (error === undefined) return { ok: true, value: address }
  server.close()
  return failed(codeOf(error), error, address)
}

/** The result for a server that is closed already. */
export const closedBefore = (address: ListenAddress): Listened => failed('closed', undefined, address)

function bind(server: net.Server, options: net.ListenOptions): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: Error) => {
      server.removeListener('listening', onListening)
      resolve(error)
    }
    const onListening = () => {
      server.removeListener('error', onError)
      resolve(undefined)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    try {
      server.listen(options)
    } catch (error) {
      // An argument that Node refuses, such as a port above 65535.
      onError(error as Error)
    }
  })
}

/** Who holds the path of a UNIX socket: a process that answers, nobody, or a file of another kind. */
async function occupantOf(path: string): Promise<'live' | 'dead' | 'other'> {
  const stat = await lstat(path).catch(() => undefined)
  // Gone in the meantime: as good as dead.
  if (stat === undefined) return 'dead'
  if (!stat.isSocket()) return 'other'
  return new Promise((resolve) => {
    const probe = net.connect({ path })
    probe.once('connect', () => {
      probe.destroy()
      resolve('live')
    })
    // Only a refusal proves that nobody listens; a full backlog or a lack of permission does not.
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'dead' : 'live'),
    )
  })
}

async function attempt(act: () => Promise<unknown>): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

const codes: Readonly<Record<string, ListenErrorCode>> = {
  EADDRINUSE: 'address-in-use',
  EADDRNOTAVAIL: 'address-not-available',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOENT: 'no-such-directory',
  ENOTDIR: 'no-such-directory',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
}

const codeOf = (error: NodeJS.ErrnoException): ListenErrorCode => codes[error.code ?? ''] ?? 'failed'

function failed(
  code: ListenErrorCode,
  error: NodeJS.ErrnoException | undefined,
  address: ListenAddress,
): Listened {
  const message = `Cannot listen on ${formatListenAddress(address)}: ${reasonOf(code, error, address)}.`
  return { ok: false, error: { code, systemCode: error?.code, address, message } }
}

function reasonOf(
  code: ListenErrorCode,
  error: NodeJS.ErrnoException | undefined,
  address: ListenAddress,
): string {
  const isTcp = address.kind === 'tcp'
  switch (code) {
    case 'address-in-use':
      return isTcp ? 'another process listens on this port' : 'another process answers on this socket'
    case 'address-not-available':
      return 'no interface of this machine has this address'
    case 'permission-denied':
      if (isTcp)
        return address.port < 1024 ? 'ports below 1024 need privileges' : 'the system does not permit it'
      return `this user may not create the socket there, or not give it this owner or mode (${error?.code})`
    case 'no-such-directory':
      return isTcp ? 'the system does not know it' : `there is no directory ${dirname(address.path)}`
    case 'not-a-socket':
      return 'a file that is not a socket is at this path'
    case 'path-too-long':
      return `the path has more than ${socketPathBytes} bytes`
    case 'name-not-found':
      return 'the host name has no address'
    case 'closed':
      return 'the server was closed'
    case 'failed':
      return error?.message ?? 'unknown reason'
  }
}
