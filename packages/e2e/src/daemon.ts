// Our own daemon as administrators run it: the built program, a settings file, signals, lines on standard output.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type LogLine, parseLogLine } from './log-line.ts'
import { idOf } from './system-user.ts'

export const checkout = path.resolve(fileURLToPath(import.meta.url), '../../../..')

/** Our daemons, by their folder in `apps`; `serve` is all that are enabled, as `postern serve` runs them. */
export type App = 'policyd' | 'milterd' | 'spamd' | 'serve'

/** The built program, as the package's `bin` runs it. */
export const programOf = (app: App | 'cli'): string =>
  path.join(checkout, 'apps', app === 'serve' ? 'cli' : app, 'dist/main.js')

const patienceMs = 10_000

export interface DaemonOptions {
  /** The policy daemon by default. */
  readonly app?: App
  /** Where the settings file is written; it must exist. */
  readonly directory: string
  /** The text of postern.toml. */
  readonly settings: string
  /** Runs as this user and its group; whoever runs the tests by default. */
  readonly user?: string
}

export interface Daemon {
  readonly pid: number
  /** From starting the process to the first line of its log, which it writes when it listens; milliseconds. */
  readonly startedInMs: number
  readonly settingsFile: string
  readonly lines: readonly LogLine[]
  /** The next or an earlier line that fits; rejects with the whole log when none comes. */
  line(event: string, fields?: Readonly<Record<string, string>>): Promise<LogLine>
  /** The lines about one recipient, once there are `count` of them. */
  decisions(recipient: string, count?: number): Promise<readonly LogLine[]>
  signal(name: NodeJS.Signals): void
  /** Resolves with how the process ended. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** SIGTERM, unless it has ended already. */
  stop(): Promise<void>
}

/** Throws, with what to do, when `user` cannot run the program: a checkout below /root is nobody else's to read. */
export function checkRunnableBy(user: string, app: App = 'policyd'): void {
  const program = programOf(app)
  const { status, error, stderr } = spawnSync(process.execPath, [program, '--version'], {
    encoding: 'utf8',
    ...idOf(user),
  })
  if (status !== 0)
    throw new Error(
      `user ${user} cannot run ${program} (${error?.message ?? stderr}): these tests need a checkout that all may read`,
    )
}

/** Starts the daemon and waits until it listens. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { app = 'policyd' } = options
  const program = programOf(app)
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build" first`)
  const settingsFile = path.join(options.directory, 'postern.toml')
  writeFileSync(settingsFile, options.settings)
  const began = performance.now()
  const command = app === 'serve' ? ['serve'] : []
  const child = spawn(process.execPath, [program, ...command, '--config', settingsFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user !== undefined && idOf(options.user)),
  })
  const endTogether = () => child.kill('SIGKILL')
  process.once('exit', endTogether)
  const end = once(child, 'close').then(([code, signal]) => {
    process.removeListener('exit', endTogether)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const log = followLog(child)
  const running = { child, end, log, settingsFile }
  await log.until((lines) => lines.some(({ event }) => event === 'listening'), 'that it listens')
  return daemonOf(running, performance.now() - began)
}

interface Running {
  readonly child: ChildProcess
  readonly end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly log: FollowedLog
  readonly settingsFile: string
}

function daemonOf({ child, end, log, settingsFile }: Running, startedInMs: number): Daemon {
  const find = (event: string, fields: Readonly<Record<string, string>>) =>
    log.lines.filter(
      (line) =>
        line.event === event &&
        Object.entries(fields).every(([key, value]) => line.fields.get(key) === value),
    )
  return {
    pid: child.pid!,
    startedInMs,
    settingsFile,
    lines: log.lines,
    async line(event, fields = {}) {
      await log.until(() => find(event, fields).length > 0, `${event} ${JSON.stringify(fields)}`)
      return find(event, fields).at(-1)!
    },
    async decisions(recipient, count = 1) {
      await log.until(
        () => find('decision', { recipient }).length >= count,
        `${count} decisions about ${recipient}`,
      )
      return find('decision', { recipient })
    },
    signal: (name) => void child.kill(name),
    ended: () => end,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await end
    },
  }
}

interface FollowedLog {
  readonly lines: LogLine[]
  until(isThere: (lines: readonly LogLine[]) => boolean, what: string): Promise<void>
}

/** Gathers the lines of standard output, and wakes those who wait for one. */
function followLog(child: ChildProcess): FollowedLog {
  const lines: LogLine[] = []
  const waiting = new Set<() => void>()
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const wake = () => {
    for (const check of waiting) check()
  }
  createInterface({ input: child.stdout! })
    .on('line', (text) => {
      lines.push(parseLogLine(text))
      wake()
    })
    .on('close', wake)
  return {
    lines,
    until: (isThere, what) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void) => {
          waiting.delete(check)
          clearTimeout(timer)
          act()
        }
        const fail = (why: string) => () =>
          reject(
            new Error(
              `${why} without ${what}; its log:\n${lines.map(({ text }) => text).join('\n')}\n${said}`,
            ),
          )
        const check = () => {
          if (isThere(lines)) finish(resolve)
          else if (child.stdout!.closed) finish(fail('the daemon ended'))
        }
        const timer = setTimeout(() => finish(fail(`${patienceMs} ms went by`)), patienceMs)
        waiting.add(check)
        check()
      }),
  }
}

/** Runs the program to its end, for when it should not start at all. */
export async function runToEnd(
  settings: { directory: string; text: string },
  programArguments: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const file = path.join(settings.directory, 'postern.toml')
  writeFileSync(file, settings.text)
  const child = spawn(process.execPath, [programOf('policyd'), '--config', file, ...programArguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}
