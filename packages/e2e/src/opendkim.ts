// A real opendkim: as a milter of its own beside ours, and for a single message in a file.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

const program = '/usr/sbin/opendkim'
const patienceMs = 10_000

export interface OpendkimOptions {
  /** Its files are written here; the directory must exist. */
  readonly directory: string
  /** A name for these files. */
  readonly name: string
  /** The port of the DNS it asks, on 127.0.0.1. */
  readonly dnsPort: number
  /** Lines of opendkim.conf. */
  readonly lines: string
}

export interface Opendkim {
  /** As smtpd_milters takes it. */
  readonly address: string
  stop(): Promise<void>
}

/** Starts it and waits until it listens. */
export async function startOpendkim(options: OpendkimOptions): Promise<Opendkim> {
  const port = await freePort()
  const settings = writeSettings(options, `Socket inet:${port}@127.0.0.1\n`)
  const child = spawn(program, ['-f', '-x', settings], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const endTogether = () => child.kill('SIGKILL')
  process.once('exit', endTogether)
  const end = once(child, 'close')
  const deadline = performance.now() + patienceMs
  while (!(await listens(port))) {
    if (hasEnded(child) || performance.now() > deadline) throw new Error(`opendkim does not listen: ${said}`)
    await sleep(20)
  }
  return {
    address: `inet:127.0.0.1:${port}`,
    async stop() {
      process.removeListener('exit', endTogether)
      child.kill('SIGKILL')
      await end
    },
  }
}

/** What `opendkim -t` says about a message: one line, e.g. `verification (s=a, d=example.org, 2048-bit key) succeeded`. */
export async function testWithOpendkim(
  options: Omit<OpendkimOptions, 'lines'>,
  message: Buffer,
): Promise<string> {
  const settings = writeSettings({ ...options, lines: 'Mode v\n' }, '')
  const file = path.join(options.directory, `${options.name}.eml`)
  writeFileSync(file, message)
  // The DNS that it asks may be in this process: waiting must not keep it from answering.
  const child = spawn(program, ['-x', settings, '-t', file], { timeout: patienceMs })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  await once(child, 'close')
  return said.trim().replaceAll(`opendkim: ${file}: `, '')
}

function writeSettings({ directory, name, dnsPort, lines }: OpendkimOptions, socket: string): string {
  if (!existsSync(program)) throw new Error("these tests need Debian's opendkim (apt-get install opendkim)")
  // Debian's is built with libunbound, which is told where to ask, and on which port, by a file of its own.
  const unbound = path.join(directory, `${name}.unbound.conf`)
  writeFileSync(
    unbound,
    `server:
  do-not-query-localhost: no
  module-config: "iterator"
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${dnsPort}
`,
  )
  const file = path.join(directory, `${name}.opendkim.conf`)
  writeFileSync(file, `Syslog no\nResolverConfiguration ${unbound}\n${socket}${lines}\n`)
  return file
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

async function listens(port: number): Promise<boolean> {
  const socket = net.connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
