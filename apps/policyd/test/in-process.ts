// A daemon inside the test's own process: on a port of the kernel's choice, with its log in a file and a client beside it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Daemon } from '@postern/daemon'
import { createZone, startZoneServer, type ZoneServer } from '@postern/dns/testing'
import { parseListenAddress } from '@postern/listener'
import { createPolicyClient, type PolicyClient } from '@postern/postfix-policy/client'
import { formatProblems, type LoadedSettings, loadSettings, type Settings } from '@postern/settings'
import { expect, onTestFinished } from 'vitest'
import { runPolicyd } from '../src/index.ts'

/** What Postfix asks about an ordinary recipient. */
export const ordinary: Readonly<Record<string, string>> = {
  request: 'smtpd_access_policy',
  protocol_state: 'RCPT',
  protocol_name: 'ESMTP',
  helo_name: 'mail.example.net',
  sender: 'alice@example.net',
  recipient: 'bob@lab.example.com',
  client_address: '192.0.2.10',
  client_name: 'mail.example.net',
  reverse_client_name: 'mail.example.net',
  instance: '1.2.3',
}

const zone = `
mail.example.net   A  192.0.2.10
slow.example.net   A  192.0.2.11
pass.example.net   TXT "v=spf1 ip4:192.0.2.10 -all"
fail.example.net   TXT "v=spf1 -all"
`

export interface TestDaemon {
  readonly policyd: Daemon
  readonly client: PolicyClient
  /** Where its settings file would be; `state` below it is the store. */
  readonly directory: string
  /** Asks about the ordinary recipient, with these attributes instead; what Postfix would be told. */
  ask(attributes?: Readonly<Record<string, string | undefined>>): Promise<string>
  /** The lines logged so far. */
  readonly lines: readonly string[]
  /** The first line that fits, when it is there. */
  line(pattern: RegExp): Promise<string>
  close(): Promise<void>
}

export interface TestDaemonOptions {
  /** Further lines of postern.toml, with tables of their own. */
  readonly settings?: string
  /** Lines in `[store]`; by default one in a directory that is removed afterwards. */
  readonly store?: string
  readonly format?: 'text' | 'json'
  /** From an earlier daemon, whose store is to be used. */
  readonly directory?: string
  readonly dns?: ZoneServer
  /** What is in the settings file when it is read again. */
  readonly reload?: () => LoadedSettings
}

export const newDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-policyd-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Settings from text; mistakes in it are mistakes of the test. */
export function settingsOf(text: string): Settings {
  const loaded = loadSettings(text)
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test').join('\n'))
  return loaded.settings
}

/** SPF's header would be in nearly every answer; its tests ask for it. */
export const quietSpf = '[spf]\nheader = "none"'

/** The text of the settings of a daemon below. */
export const settingsText = (
  { settings = '', store = 'directory = "state"' }: TestDaemonOptions,
  log: string,
  dns: ZoneServer,
) => `
[policy]
listen = ["127.0.0.1:0"]
host_name = "mx.lab.example.com"
${settings.startsWith('[') ? '' : settings}
[store]
${store}
[log]
destination = "${log}"
[dns]
servers = ["${dns.address}"]
timeout_ms = 500
${settings.includes('[spf]') ? '' : quietSpf}
${settings.startsWith('[') ? settings : ''}`

/** Starts a daemon that ends with the test. */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const directory = options.directory ?? newDirectory()
  const dns = options.dns ?? (await startTestDns())
  const log = path.join(directory, 'log')
  const started = await runPolicyd({
    settings: settingsOf(settingsText(options, log, dns)),
    configPath: path.join(directory, 'postern.toml'),
    log: options.format,
    reload: options.reload,
  })
  if (!started.ok) throw new Error(started.message)
  const { daemon: policyd } = started
  const address = parseListenAddress(policyd.addresses[0]!)
  if (!address.ok) throw new Error(policyd.addresses[0])
  const client = createPolicyClient(address.value)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= client.close().then(() => policyd.close())
    return closing
  }
  onTestFinished(close)
  const linesNow = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [])
  return {
    policyd,
    client,
    directory,
    async ask(attributes = {}) {
      const asked = await client.ask(requestOf(attributes))
      return asked.ok ? asked.text : `${asked.error.code}: ${asked.error.message}`
    },
    get lines() {
      return linesNow()
    },
    async line(pattern) {
      await expect.poll(linesNow, { timeout: 5000 }).toContainEqual(expect.stringMatching(pattern))
      return linesNow().find((line) => pattern.test(line))!
    },
    close,
  }
}

/** A loopback DNS with a few names, which ends with the test. */
export async function startTestDns(options: Parameters<typeof startZoneServer>[1] = {}): Promise<ZoneServer> {
  const dns = await startZoneServer(createZone(zone), options)
  onTestFinished(() => dns.close())
  return dns
}

/** The ordinary request with some attributes changed, or left out where undefined. */
export function requestOf(attributes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const merged: Record<string, string | undefined> = { ...ordinary, ...attributes }
  return Object.fromEntries(
    Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
