// A milter inside the test's own process: on a port of the kernel's choice, with its log in a file, a DNS, and an MTA before it.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Daemon, FilterOpener } from '@postern/daemon'
import { generateKey } from '@postern/dkim'
import { createZone, startZoneServer } from '@postern/dns/testing'
import { parseListenAddress } from '@postern/listener'
import {
  applyModifications,
  connectMilter,
  type MacroValues,
  type MilterClient,
  type Reply,
  sendMessage,
} from '@postern/milter/client'
import { formatProblems, type LoadedSettings, loadSettings } from '@postern/settings'
import { expect, onTestFinished } from 'vitest'
import { runMilterd } from '../src/index.ts'

export interface TestMilter {
  readonly daemon: Daemon
  readonly directory: string
  /** Hands in a message (LF line ends will do); what comes out at the other end. */
  pass(text: string, envelope?: Envelope): Promise<Passed>
  connect(envelope?: Envelope): Promise<MilterClient>
  readonly lines: readonly string[]
  line(pattern: RegExp): Promise<string>
  /** What the settings file has from now on. */
  rewrite(settings: string): void
}

export interface Envelope {
  readonly address?: string
  /** The confirmed name; without one the client is unknown. */
  readonly name?: string
  readonly helo?: string
  readonly sender?: string
  readonly recipients?: readonly string[]
  readonly macros?: { readonly connect?: MacroValues; readonly mail?: MacroValues }
}

export interface Passed {
  readonly reply: Reply
  /** With LF line ends. */
  readonly message: string
  readonly quarantine: string | undefined
  /** The unfolded values of its fields of a name, from the top. */
  header(name: string): string[]
}

export const newDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-milterd-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Writes a key beside the settings and gives the line for the DNS. */
export async function makeKey(
  directory: string,
  selector: string,
  algorithm: 'rsa' | 'ed25519' = 'ed25519',
): Promise<string> {
  const { privateKeyPem, record } = await generateKey({ algorithm, bits: 1024 })
  writeFileSync(path.join(directory, `${selector}.private`), privateKeyPem, { mode: 0o600 })
  const strings = record.match(/.{1,250}/g)!.map((part) => `"${part}"`)
  return `${selector}._domainkey.example.org TXT ${strings.join(' ')}\n`
}

/** Starts a milter that ends with the test. `settings`: tables beside [milter] listen, [log] and [dns]. */
export async function startTestMilter(
  settings: string,
  {
    zone = '',
    directory = newDirectory(),
    openFilter,
  }: { zone?: string; directory?: string; openFilter?: FilterOpener } = {},
): Promise<TestMilter> {
  const dns = await startZoneServer(
    createZone(zone, { failures: { 'broken._domainkey.example.org': 'servfail' } }),
  )
  onTestFinished(() => dns.close())
  const log = path.join(directory, 'log')
  const load = (tables: string): LoadedSettings =>
    loadSettings(`milter.listen = ["127.0.0.1:0"]
milter.authserv_id = "mx.example.net"
log.destination = "${log}"
dns.servers = ["${dns.address}"]
dns.timeout_ms = 500
${tables}`)
  let current = settings
  const loaded = load(settings)
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test').join('\n'))
  const started = await runMilterd({
    settings: loaded.settings,
    configPath: path.join(directory, 'postern.toml'),
    reload: () => load(current),
    openFilter,
  })
  if (!started.ok) throw new Error(started.message)
  const { daemon } = started
  onTestFinished(() => daemon.close())
  const address = parseListenAddress(daemon.addresses[0]!)
  if (!address.ok) throw new Error(daemon.addresses[0])
  const connect = async ({
    address: ip = '192.0.2.7',
    name,
    helo = 'mail.example.org',
    macros,
  }: Envelope = {}) => {
    const connected = await connectMilter(address.value)
    if (!connected.ok) throw new Error(connected.error.code)
    const client = connected.value
    const family = ip.includes(':') ? 'ip6' : 'ip4'
    await client.connect(
      { hostName: name ?? 'unknown', address: { family, address: ip, port: 50_000 } },
      { client_resolve: name === undefined ? 'FAIL' : 'OK', ...macros?.connect },
    )
    await client.helo(helo)
    return client
  }
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [])
  return {
    daemon,
    directory,
    connect,
    async pass(text, envelope = {}) {
      const client = await connect(envelope)
      const message = Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'latin1')
      const outcome = await sendMessage(client, {
        sender: envelope.sender ?? 'ann@example.org',
        recipients: envelope.recipients ?? ['bob@example.net'],
        message,
        macros: { mail: { i: 'Q1', ...envelope.macros?.mail } },
      })
      await client.quit()
      if (!outcome.ok) throw new Error(outcome.error.code)
      const changed = applyModifications(message, outcome.modifications, { leadingSpace: true })
      return passedOf(outcome.reply, Buffer.from(changed.message).toString('latin1'), changed.quarantine)
    },
    get lines() {
      return lines()
    },
    async line(pattern) {
      await expect.poll(lines, { timeout: 5000 }).toContainEqual(expect.stringMatching(pattern))
      return lines().find((line) => pattern.test(line))!
    },
    rewrite(text) {
      current = text
    },
  }
}

function passedOf(reply: Reply, raw: string, quarantine: string | undefined): Passed {
  const message = raw.replaceAll('\r\n', '\n')
  const head = message.slice(0, message.indexOf('\n\n')).replaceAll(/\n[ \t]+/g, ' ')
  return {
    reply,
    message,
    quarantine,
    header: (name) =>
      head
        .split('\n')
        .filter((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map((field) => field.slice(name.length + 1).trim()),
  }
}
