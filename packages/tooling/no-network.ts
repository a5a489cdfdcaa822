// Test setup: a test may talk to loopback and to UNIX sockets only. Anything else is a bug in the test, so it throws.
import dgram from 'node:dgram'
import net from 'node:net'

const isLoopback = (host: unknown) =>
  host === undefined || host === null || /^(127\.|::1$|localhost$|::ffff:127\.)/.test(String(host))

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const [first] = (Array.isArray(args[0]) ? args[0] : args) as unknown[]
  const options =
    typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : {}
  const host = typeof first === 'object' ? options.host : args[1]
  if (options.path === undefined && typeof host === 'string' && !isLoopback(host))
    throw new Error(`test tried to connect to ${host}`)
  return (connect as (...a: unknown[]) => net.Socket).apply(this, args)
} as typeof connect

const send = dgram.Socket.prototype.send
dgram.Socket.prototype.send = function (this: dgram.Socket, ...args: unknown[]) {
  const host = args.find((a) => typeof a === 'string' && /^[0-9a-f.:]+$/i.test(a))
  if (host !== undefined && !isLoopback(host)) throw new Error(`test tried to send a datagram to ${host}`)
  return (send as (...a: unknown[]) => void).apply(this, args)
} as typeof send
