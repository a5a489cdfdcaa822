// A rspamd of our own: its stock configuration, free ports of the loopback, a Redis that keeps all in memory, no DNS.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'

export interface RspamdServer {
  readonly scan: Post
  readonly control: Post
  /** What Redis uses, in octets: it stands for the disk. */
  redisMemory(): Promise<number>
  close(): Promise<void>
}

type Post = (target: string, body: Uint8Array, headers?: http.OutgoingHttpHeaders) => Promise<Answer>

interface Answer {
  /** Of HTTP; 0 when the answer was not HTTP. */
  readonly status: number
  readonly text: string
}

export async function startRspamd(): Promise<RspamdServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'postern-rspamd-'))
  const [redisPort, scanPort, controlPort, closedPort] = (await freePorts(4)) as [
    number,
    number,
    number,
    number,
  ]
  const account = await privateAccount()
  await writeSettings(folder, { redisPort, scanPort, controlPort, closedPort })
  if (account !== undefined) await handOver(folder, account)
  const children = [
    spawn(
      'redis-server',
      ['--bind', '127.0.0.1', '--port', `${redisPort}`, '--dir', folder, '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    ),
    spawn('rspamd', rspamdOptions(folder, account !== undefined), { stdio: 'ignore' }),
  ]
  const agent = new http.Agent({ keepAlive: true })
  const postTo =
    (port: number): Post =>
    (target, body, headers = {}) => {
      const options = { port, path: target, headers, agent, host: '127.0.0.1', method: 'POST' }
      return request(options, body).catch((error: NodeJS.ErrnoException) => {
        // Its refusals have the text of the reason for a status line, and then lines that are no HTTP.
        if (error.code?.startsWith('HPE_')) return { status: 0, text: '' }
        // It may have closed the connection that was kept.
        return request(options, body)
      })
    }

  const scan = postTo(scanPort)
  const control = postTo(controlPort)
  const close = async (): Promise<void> => {
    agent.destroy()
    for (const child of children.reverse()) await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilAnswered(() => control('/learnspam', Buffer.alloc(0)), children)
    await untilAnswered(() => scan('/checkv2', Buffer.from('From: a@b\r\n\r\nx')), children)
  } catch (error) {
    await close()
    throw error
  }
  return { scan, control, redisMemory: () => redisMemory(redisPort), close }
}

interface Ports {
  readonly redisPort: number
  readonly scanPort: number
  readonly controlPort: number
  /** Nobody listens there: the DNS it shall not have. */
  readonly closedPort: number
}

async function writeSettings(folder: string, ports: Ports): Promise<void> {
  const { redisPort, scanPort, controlPort, closedPort } = ports
  const off =
    'rbl surbl fuzzy_check greylist ratelimit asn neural replies history_redis reputation mx_check phishing'
  const files: Record<string, string> = {
    'redis.conf': `servers = "127.0.0.1:${redisPort}";`,
    'options.inc': `dns { nameserver = ["127.0.0.1:${closedPort}:1"]; timeout = 0.1s; retransmits = 1; }`,
    'logging.inc': 'level = "warning";',
    'worker-normal.inc': `count = 1; bind_socket = "127.0.0.1:${scanPort}";`,
    'worker-controller.inc': `count = 1; bind_socket = "127.0.0.1:${controlPort}"; secure_ip = ["127.0.0.1"]; password = "x"; enable_password = "x";`,
    'worker-proxy.inc': 'enabled = false;',
    ...Object.fromEntries(off.split(' ').map((module) => [`${module}.conf`, 'enabled = false;'])),
  }
  for (const name of ['local.d', 'override.d', 'run', 'db']) await mkdir(path.join(folder, name))
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(folder, 'local.d', name), `${text}\n`)
}

function rspamdOptions(folder: string, isRoot: boolean): string[] {
  const variables = {
    LOCAL_CONFDIR: folder,
    RUNDIR: `${folder}/run`,
    DBDIR: `${folder}/db`,
    LOGDIR: `${folder}/run`,
  }
  return [
    '-f',
    ...(isRoot ? ['-u', '_rspamd', '-g', '_rspamd'] : []),
    '-c',
    '/etc/rspamd/rspamd.conf',
    ...Object.entries(variables).map(([name, value]) => `--var=${name}=${value}`),
  ]
}

interface Account {
  readonly user: number
  readonly group: number
}

/** Root runs it as its own account; anyone else as themselves. */
async function privateAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const id = (option: string) =>
    new Promise<number>((resolve, reject) =>
      execFile('id', [option, '_rspamd'], (error, out) => (error ? reject(error) : resolve(Number(out)))),
    )
  return { user: await id('-u'), group: await id('-g') }
}

async function handOver(folder: string, { user, group }: Account): Promise<void> {
  await chmod(folder, 0o755)
  for (const name of ['run', 'db']) await chown(path.join(folder, name), user, group)
}

/** Ports of the loopback that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  for (const server of servers) server.close()
  return ports
}

function request(options: http.RequestOptions, body: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ ...options, timeout: 30_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.on('timeout', () => sent.destroy(new Error('rspamd: no answer in 30 s')))
    sent.end(body)
  })
}

async function untilAnswered(ask: () => Promise<unknown>, children: readonly ChildProcess[]): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await ask()
      return
    } catch (error) {
      if (tries === 300 || children.some(({ exitCode }) => exitCode !== null)) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const closed = once(child, 'close')
  child.kill()
  const late = setTimeout(() => child.kill('SIGKILL'), 8000)
  await closed
  clearTimeout(late)
}

async function redisMemory(port: number): Promise<number> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
  socket.write('INFO memory\r\nQUIT\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  return Number(/used_memory:(\d+)/.exec(text)?.[1])
}
