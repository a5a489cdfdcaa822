// A server of ours, raw conversations, the stock spamc, and the real spamd where they are installed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ListenAddress } from '@postern/listener'
import { createSpamdServer, type SpamdServer, type SpamdServerOptions } from '../src/server.ts'

export interface Lab {
  readonly server: SpamdServer
  readonly port: number
  readonly address: ListenAddress
  close(): Promise<void>
}

export async function startServer(options: SpamdServerOptions): Promise<Lab> {
  const server = createSpamdServer(options)
  const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
  if (!listened.ok || listened.value.kind !== 'tcp') throw new Error('not listening')
  return {
    server,
    port: listened.value.port,
    address: listened.value,
    close: () => server.close({ graceMs: 100 }),
  }
}

/** Writes the pieces, ends its half unless told otherwise, and gives all that comes until the other side ends, as a byte string. */
export async function talk(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  { end = true } = {},
): Promise<string> {
  const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const piece of pieces) {
    if (typeof piece === 'string') socket.write(piece, 'latin1')
    else socket.write(piece)
    // So that the pieces arrive as pieces.
    if (pieces.length > 1) await sleep(2)
  }
  if (end) socket.end()
  if (!socket.readableEnded && !socket.destroyed)
    await Promise.race([once(socket, 'end'), once(socket, 'close')])
  socket.destroy()
  return text
}

export interface Ran {
  readonly status: number | null
  readonly stdout: string
}

/** The stock spamc; `input` and output are byte strings. */
export async function spamc(parameters: readonly string[], input: string): Promise<Ran> {
  const child = spawn('spamc', parameters, { stdio: ['pipe', 'pipe', 'ignore'] })
  let stdout = ''
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stdin.on('error', () => {}).end(input, 'latin1')
  const [status] = await once(child, 'close')
  return { status, stdout }
}

export const hasSpamc = existsSync('/usr/bin/spamc')
export const hasSpamd = existsSync('/usr/sbin/spamd')
if (!hasSpamc) console.warn('spamc is not installed: its tests are left out (apt-get install spamc)')
if (!hasSpamd)
  console.warn('spamd is not installed: its tests are left out (apt-get install spamd spamassassin)')

export interface RealSpamd {
  readonly port: number
  readonly directory: string
  stop(): Promise<void>
}

const localCf = (directory: string) => `required_score 5.0
report_safe 0
use_bayes 1
bayes_path ${directory}/bayes/db
bayes_auto_learn 0
clear_headers
add_header spam Flag _YESNOCAPS_
add_header all Status _YESNO_, score=_SCORE_ tests=_TESTS_
`

const rulesCf = `body LOTTERY /lottery/
score LOTTERY 6.2
describe LOTTERY speaks of a lottery
body FRIEND /friend/
score FRIEND -1.1
describe FRIEND speaks of a friend
body NEARLY /nearly/
score NEARLY 4.98
describe NEARLY is nearly spam
report Report: (_SCORE_ points, _REQD_ required)
report _SUMMARY_
`

const plugins = `loadplugin Mail::SpamAssassin::Plugin::Check
loadplugin Mail::SpamAssassin::Plugin::Bayes
`

/** The real spamd with three rules of its own: as many seconds as its start takes with all of them are too many. */
export async function startRealSpamd(further: readonly string[] = []): Promise<RealSpamd> {
  const directory = await mkdtemp(join(tmpdir(), 'spamd-'))
  for (const name of ['rules', 'site', 'home', 'bayes']) await mkdir(join(directory, name))
  await writeFile(join(directory, 'rules/rules.cf'), rulesCf)
  await writeFile(join(directory, 'site/local.cf'), localCf(directory))
  await writeFile(join(directory, 'site/plugins.pre'), plugins)
  for (const name of ['.', 'home', 'bayes']) await chmod(join(directory, name), 0o777)
  const port = await freePort()
  const isRoot = process.getuid?.() === 0
  const pidFile = join(directory, 'pid')
  const child = spawn(
    '/usr/sbin/spamd',
    [
      ...['--local', '--nouser-config', '--max-children=1', '--syslog=stderr'],
      ...['--listen=127.0.0.1', `--port=${port}`, `--pidfile=${pidFile}`],
      ...[`--configpath=${directory}/rules`, `--siteconfigpath=${directory}/site`],
      ...[`--helper-home-dir=${directory}/home`],
      ...(isRoot ? ['--username=nobody'] : []),
      ...further,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const log = await untilStarted(child)
  return {
    port,
    directory,
    async stop() {
      const end = once(child, 'close')
      if (child.exitCode !== null) return
      process.kill(Number(await readFile(pidFile, 'utf8')))
      await end
      log.length = 0
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function untilStarted(child: ChildProcess): Promise<string[]> {
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log.push(text)
      if (log.join('').includes('successfully spawned')) resolve()
    })
    child.once('close', (status) => reject(new Error(`spamd ended with ${status}: ${log.join('')}`)))
  })
  return log
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
