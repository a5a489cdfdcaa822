// One Postfix with an smtpd for each way to set up milterd: the way's own daemon is its milter.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Letter, sendLetter } from '@postern/e2e/attempt'
import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import type { Message } from '@postern/e2e/delivered'
import { freePort } from '@postern/e2e/free-port'
import type { LogLine } from '@postern/e2e/log-line'
import { startOpendkim } from '@postern/e2e/opendkim'
import { type Postfix, type PreparedPostfix, preparePostfix } from '@postern/e2e/postfix'
import type { Reply } from '@postern/e2e/smtp'
import { type Dns, startDns } from '@postern/e2e/zone'

/** A daemon's settings, and further lines of the smtpd before it. */
export interface Way {
  /** Lines of [milter]. */
  readonly milter?: string
  /** Further tables. */
  readonly settings?: string
  readonly smtpd?: Lines
  /** An opendkim that gets the mail before the daemon. */
  readonly behind?: string
}

/** Lines of an smtpd, each `  -o name=value`. */
export type Lines = string | ((places: Places) => string)

/** What lines may name. */
export interface Places {
  portOf(smtpd: string): number
  /** One of `opendkims`, as smtpd_milters takes it. */
  opendkim(name: string): string
}

export interface StageOptions<Name extends string> {
  readonly prepared?: PreparedPostfix
  /** In the DNS that the daemons ask. */
  readonly zone?: string
  readonly ways: Readonly<Record<Name, Way>>
  /** Lines of main.cf; `milterOf` gives what smtpd_milters takes. */
  readonly mainCf?: (milterOf: (way: Name) => string) => string
  readonly masterCf?: string
  /** Smtpds without a daemon of ours. */
  readonly smtpds?: Readonly<Record<string, Lines>>
  /** Lines of opendkim.conf for each opendkim. */
  readonly opendkims?: Readonly<Record<string, string>>
}

export type Sending = Partial<Letter> & { readonly to: string; readonly content: string }

export interface Stage<Name extends string> {
  readonly directory: string
  readonly dns: Dns
  readonly postfix: Postfix
  daemon(way: Name): Daemon
  /** Starts the daemon of that way anew on the same socket, once it has ended. */
  restart(way: Name): Promise<void>
  send(smtpd: string, sending: Sending): Promise<Reply>
  /** Sends a message that is taken and delivered once; the message, and the line of the log of that smtpd's daemon about it. */
  deliver(way: Name, sending: Sending): Promise<{ message: Message; line: LogLine }>
  stop(): Promise<void>
}

export const ourselves = 'mx.lab.example.com'

/** A client that is internal in `[signing] internal_hosts` of these tests, and one that is not. */
export const internalClient = { address: '192.0.2.77' }
export const stranger = { address: '203.0.113.66' }

/** Starts everything; what has been started ends again when something does not start. */
export async function openStage<Name extends string>(options: StageOptions<Name>): Promise<Stage<Name>> {
  const endings: (() => unknown)[] = []
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    return stageOf(await startAll(options, endings), stop)
  } catch (error) {
    await stop()
    throw error
  }
}

interface Started<Name extends string>
  extends Pick<Stage<Name>, 'directory' | 'dns' | 'postfix' | 'restart'> {
  readonly daemons: ReadonlyMap<Name, Daemon>
}

async function startAll<Name extends string>(
  options: StageOptions<Name>,
  endings: (() => unknown)[],
): Promise<Started<Name>> {
  const { prepared = preparePostfix(), ways } = options
  const { directory } = prepared
  const dns = await startDns(options.zone)
  endings.push(dns.close)
  const opendkims = new Map<string, string>()
  for (const [name, lines] of Object.entries(options.opendkims ?? {})) {
    const { address, stop } = await startOpendkim({ directory, name, dnsPort: dns.port, lines })
    endings.push(stop)
    opendkims.set(name, address)
  }
  const names = Object.keys(ways) as Name[]
  const addresses = new Map<Name, string>()
  for (const name of names) addresses.set(name, `127.0.0.1:${await freePort()}`)
  const daemons = new Map<Name, Daemon>()
  const restart = async (name: Name) => {
    const { milter = '', settings = '' } = ways[name]
    const home = path.join(directory, name)
    mkdirSync(home, { recursive: true })
    const own = `[policy]\nhost_name = "${ourselves}"\n[milter]\nlisten = ["${addresses.get(name)}"]\n${milter}\n`
    const daemon = await startDaemon({
      app: 'milterd',
      directory: home,
      settings: own + dns.settings + settings,
    })
    daemons.set(name, daemon)
    endings.push(daemon.stop)
  }
  for (const started of await Promise.allSettled(names.map(restart)))
    if (started.status === 'rejected') throw started.reason
  const milterOf = (name: Name) => `inet:${addresses.get(name)}`
  const postfix = await prepared.start({
    mainCf: options.mainCf?.(milterOf) ?? '',
    smtpds: smtpdsOf(options, { milterOf, opendkim: (name) => opendkims.get(name)! }),
    ...(options.masterCf !== undefined && { masterCf: options.masterCf }),
  })
  endings.push(postfix.stop)
  return { directory, dns, postfix, restart, daemons }
}

interface Milters<Name extends string> extends Pick<Places, 'opendkim'> {
  milterOf(way: Name): string
}

function smtpdsOf<Name extends string>(
  { smtpds = {}, ways }: StageOptions<Name>,
  { opendkim, milterOf }: Milters<Name>,
): Record<string, (portOf: Places['portOf']) => string> {
  const linesOf = (lines: Lines) => (portOf: Places['portOf']) =>
    typeof lines === 'string' ? lines : lines({ portOf, opendkim })
  const all = Object.fromEntries(Object.entries(smtpds).map(([name, lines]) => [name, linesOf(lines)]))
  for (const name of Object.keys(ways) as Name[]) {
    const { smtpd = '', behind } = ways[name]
    const milters = `${behind === undefined ? '' : `${opendkim(behind)}, `}${milterOf(name)}`
    all[name] = (portOf) => `  -o { smtpd_milters = ${milters} }\n${linesOf(smtpd)(portOf)}`
  }
  return all
}

function stageOf<Name extends string>(started: Started<Name>, stop: () => Promise<void>): Stage<Name> {
  const { postfix, daemons } = started
  const daemon = (way: Name) => daemons.get(way)!
  const send = (smtpd: string, { to, ...letter }: Sending) =>
    sendLetter(postfix.portOf(smtpd), {
      client: stranger,
      helo: 'mail.example.net',
      sender: 'alice@example.org',
      recipients: [to],
      ...letter,
    })
  return {
    ...started,
    daemon,
    send,
    async deliver(way, sending) {
      const reply = await send(way, sending)
      const line = await daemon(way).line('message', { queue_id: queueIdOf(reply) })
      return { message: await onlyMessage(postfix, sending.to), line }
    },
    stop,
  }
}

/** `250 2.0.0 Ok: queued as 4dKq…` */
export function queueIdOf({ codes, text }: Reply): string {
  const [, id] = /queued as (\w+)/.exec(text) ?? []
  if (codes !== '250 2.0.0' || id === undefined) throw new Error(`not taken: ${codes} ${text}`)
  return id
}

/** Resolves with the message that has one recipient of its own; throws when there are more. */
export async function onlyMessage(postfix: Postfix, to: string): Promise<Message> {
  const [message, ...more] = await postfix.deliveredTo(to)
  if (more.length > 0) throw new Error(`${more.length + 1} messages to ${to}`)
  return message!
}

/** The results of Authentication-Results that are ours: the topmost field of the message, which has no other of our name. */
export function ourResults(message: Message): string {
  const ours = message
    .header('Authentication-Results')
    .filter((value) => value.startsWith(`${ourselves};`) || value === ourselves)
  if (ours.length !== 1 || message.queuedNames[0] !== 'Authentication-Results')
    throw new Error(`not one Authentication-Results of ours on top: ${message.bytes.toString('latin1')}`)
  return ours[0]!.slice(ourselves.length + 1).trim()
}
