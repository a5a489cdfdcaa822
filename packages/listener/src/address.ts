// Where a server listens or a client connects: TCP or a UNIX socket, written as Postfix's administrators write it.

import { socketPathBytes } from './limits.ts'

/** A TCP port (0: the kernel chooses) or a UNIX socket. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

export type ListenAddressErrorCode =
  | 'empty'
  | 'no-port'
  /** Not a decimal number up to 65535. */
  | 'bad-port'
  /** Empty, or neither a name, an IPv4 address nor an IPv6 address in brackets. */
  | 'bad-host'
  /** Postfix takes a relative path from its queue directory, which this process cannot know. */
  | 'relative-path'
  /** A UNIX socket's path has 107 bytes at most (sun_path in unix(7)). */
  | 'path-too-long'

/** An address, or what is wrong at which index of the text. */
export type ParsedListenAddress =
  | { readonly ok: true; readonly value: ListenAddress }
  | { readonly ok: false; readonly error: { readonly code: ListenAddressErrorCode; readonly at: number } }

/** `127.0.0.1:10023`, `[::1]:10023`, `localhost:10023`, `inet:host:port`, `unix:/path` or `/path`. */
export function parseListenAddress(text: string): ParsedListenAddress {
  if (text === '') return fail('empty', 0)
  if (text.startsWith('/')) return parsePath(text, 0)
  if (text.startsWith('unix:')) return parsePath(text, 5)
  return parseHostPort(text, text.startsWith('inet:') ? 5 : 0)
}

/** `host:port`, `[host]:port` or `unix:/path`: what {@link parseListenAddress} reads. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

function parsePath(text: string, from: number): ParsedListenAddress {
  const path = text.slice(from)
  if (path === '') return fail('empty', from)
  if (!path.startsWith('/')) return fail('relative-path', from)
  if (Buffer.byteLength(path) > socketPathBytes) return fail('path-too-long', from)
  return path.includes('\0')
    ? fail('bad-host', text.indexOf('\0'))
    : { ok: true, value: { kind: 'unix', path } }
}

function parseHostPort(text: string, from: number): ParsedListenAddress {
  const colon = text.lastIndexOf(':')
  const bracket = text.lastIndexOf(']')
  if (colon < from || colon < bracket) return fail('no-port', text.length)
  const host = hostOf(text.slice(from, colon))
  if (host === undefined) return fail('bad-host', from)
  const digits = text.slice(colon + 1)
  if (!/^\d{1,5}$/.test(digits) || Number(digits) > 65_535) return fail('bad-port', colon + 1)
  return { ok: true, value: { kind: 'tcp', host, port: Number(digits) } }
}

function hostOf(text: string): string | undefined {
  const [, inBrackets] = /^\[([0-9a-f:.]+(?:%[\w.]+)?)\]$/i.exec(text) ?? []
  if (inBrackets?.includes(':')) return inBrackets
  return /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?$/i.test(text) ? text : undefined
}

const fail = (code: ListenAddressErrorCode, at: number): ParsedListenAddress => ({
  ok: false,
  error: { code, at },
})
