// What resolv.conf(5) says to a stub resolver. Not read: search and domain, as names here are always complete.
import {
  ATTEMPT_SECONDS,
  ATTEMPT_SECONDS_CAP,
  ATTEMPTS,
  ATTEMPTS_CAP,
  DNS_PORT,
  RESOLV_CONF_SERVERS,
} from './limits.ts'
import type { Seconds } from './resolver.ts'
import { parseServer, type ServerAddress } from './server-address.ts'

export interface ResolvConf {
  /** Never empty: without a usable nameserver line it is this host, as the manual has it. Always port 53. */
  readonly servers: readonly ServerAddress[]
  /** For one attempt at one server. */
  readonly timeoutSeconds: Seconds
  /** Rounds over all servers. */
  readonly attempts: number
  /** Whether queries start at each server in turn. */
  readonly rotate: boolean
}

const LOCAL: ServerAddress = { version: 4, address: '127.0.0.1', port: DNS_PORT }

/** Reads the text of a resolv.conf file. It has no errors: like the system's resolver, it skips what it cannot use. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: ServerAddress[] = []
  const found = { timeoutSeconds: ATTEMPT_SECONDS, attempts: ATTEMPTS, rotate: false }
  for (const line of text.split(/\r?\n/)) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver') addServer(servers, values[0])
    else if (keyword === 'options') for (const option of values) applyOption(found, option)
  }
  return { servers: servers.length > 0 ? servers : [LOCAL], ...found }
}

function addServer(servers: ServerAddress[], text: string | undefined): void {
  if (text === undefined || servers.length >= RESOLV_CONF_SERVERS) return
  const server = parseServer(text)
  // The file knows no ports: what looks like one is not an address.
  if (server.ok && !text.startsWith('[') && server.value.port === DNS_PORT && !/^[^:]*:[^:]*$/.test(text))
    servers.push(server.value)
}

interface Options {
  timeoutSeconds: Seconds
  attempts: number
  rotate: boolean
}

function applyOption(found: Options, option: string): void {
  if (option === 'rotate') found.rotate = true
  const [, key, digits] = /^(timeout|attempts):([0-9]+)$/.exec(option) ?? []
  if (key === 'timeout') found.timeoutSeconds = clamp(Number(digits), ATTEMPT_SECONDS_CAP)
  else if (key === 'attempts') found.attempts = clamp(Number(digits), ATTEMPTS_CAP)
}

const clamp = (value: number, cap: number): number => Math.min(Math.max(value, 1), cap)
