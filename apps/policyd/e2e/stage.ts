// One Postfix with an smtpd for each way to set up the daemon: the way's own daemon is behind it.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Attempt, attempt } from '@postern/e2e/attempt'
import { type Daemon, startDaemon } from '@postern/e2e/daemon'
import type { Message } from '@postern/e2e/delivered'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import type { Reply } from '@postern/e2e/smtp'
import { startDns } from '@postern/e2e/zone'

/** A daemon's settings, and the lines of the smtpd before it. */
export interface Way {
  /** Tables of postern.toml, after [policy] and [dns]. */
  readonly settings: string
  /** By default, asks the daemon about each recipient that Postfix itself would take. */
  readonly smtpd?: (daemonAddress: string) => string
}

export interface Stage<Name extends string> {
  readonly dns: Awaited<ReturnType<typeof startDns>>
  readonly postfix: Postfix
  daemon(way: Name): Daemon
  attempt(way: Name, message: Attempt): Promise<readonly Reply[]>
  /** What the daemon's SPF check found about a recipient, and what it answered. */
  spfLogged(way: Name, recipient: string): Promise<{ found: string; action: string }>
  /** The one message of that subject. */
  delivered(subject: string): Promise<Message>
  stop(): Promise<void>
}

/** The lines of an smtpd that asks the daemon about recipients and then does what `then` says. */
export const askAtRcpt = (address: string, then = ''): string =>
  `  -o { smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient, check_policy_service inet:${address}${then} }`

/** Starts everything; `zone` is in the DNS that the daemons ask. */
export async function openStage<Name extends string>(
  zone: string,
  ways: Readonly<Record<Name, Way>>,
): Promise<Stage<Name>> {
  const prepared = preparePostfix()
  const dns = await startDns(zone)
  const names = Object.keys(ways) as Name[]
  const smtpds: Record<string, string> = {}
  const start = async (name: Name): Promise<[Name, Daemon]> => {
    const { settings, smtpd = askAtRcpt } = ways[name]
    const address = `127.0.0.1:${await freePort()}`
    const directory = path.join(prepared.directory, name)
    mkdirSync(directory)
    smtpds[name] = smtpd(address)
    const policy = `[policy]\nlisten = ["${address}"]\nhost_name = "mx.lab.example.com"\n`
    return [name, await startDaemon({ directory, settings: policy + dns.settings + settings })]
  }
  const daemons = new Map(await Promise.all(names.map(start)))
  const postfix = await prepared.start({ mainCf: '', smtpds })
  const daemon = (way: Name) => daemons.get(way)!
  return {
    dns,
    postfix,
    daemon,
    attempt: (way, message) => attempt(postfix.portOf(way), message),
    async spfLogged(way, recipient) {
      const [line] = await daemon(way).decisions(recipient)
      return { found: line!.fields.get('spf_check')!, action: line!.fields.get('action')! }
    },
    async delivered(subject) {
      const [message] = await postfix.delivered(subject)
      return message!
    },
    async stop() {
      await postfix.stop()
      await Promise.all([...daemons.values()].map((running) => running.stop()))
      await dns.close()
    },
  }
}

/** The value of a field that the message has once, directly above Postfix's own Received. */
export function onlyField(message: Message, name: string): string {
  const [value, ...more] = message.header(name)
  const below = message.names[message.names.indexOf(name) + 1]
  if (value === undefined || more.length > 0 || below !== 'Received')
    throw new Error(`${name} is not there once above Received, but: ${message.names.join(', ')}`)
  return value
}
