// The daemon's log: a line for each decision, and a line for each thing an administrator should know. As key=value text,
// which people grep, or as JSON. Lines are gathered and written in one go, off the path of the answers.

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createRequire } from 'node:module'
import type Pino from 'pino'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
/** Names and values in turn; a value that is undefined is left out. A list, as a line is written for each recipient. */
export type LogFields = readonly (string | number | undefined)[]

export interface Log {
  /** Whether lines of a level are wanted; ask before building costly fields. */
  isOn(level: LogLevel): boolean
  write(level: LogLevel, event: string, fields?: LogFields): void
  /** Opens the file again, after logrotate has moved it away. */
  reopen(): void
  /** Writes what is gathered, and ends. */
  close(): Promise<void>
}

export interface LogOptions {
  readonly format: 'text' | 'json'
  readonly level: LogLevel
  /** `stdout`, `stderr`, `syslog` (through logger(1), as Node has no socket type for syslog), or a file's path. */
  readonly destination: string
}

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** Opens the log; a file that cannot be opened is replaced by standard error, which says so. */
export function openLog(options: LogOptions): Log {
  const sink = openSink(options.destination)
  const wanted = levels.indexOf(options.level)
  const isOn = (level: LogLevel) => levels.indexOf(level) <= wanted
  const write = options.format === 'json' ? jsonWriter(sink, options.level) : textWriter(sink, options)
  let lost = 0
  return {
    isOn,
    write(level, event, fields = []) {
      if (!isOn(level)) return
      if (!sink.hasRoom()) {
        lost++
        return
      }
      if (lost > 0) write('warn', 'log-lost', ['lines', lost])
      lost = 0
      write(level, event, fields)
    },
    reopen: () => sink.reopen(),
    close: () => sink.close(),
  }
}

interface Sink {
  /** False while the reader hangs or the disk is full: lines are then dropped and counted, memory is not filled. */
  hasRoom(): boolean
  write(line: string): void
  reopen(): void
  close(): Promise<void>
}

type Writer = (level: LogLevel, event: string, fields: LogFields) => void

function jsonWriter(sink: Sink, level: LogLevel): Writer {
  // Loaded only here: a text log need not wait for it at the start.
  const pino = createRequire(import.meta.url)('pino') as typeof Pino
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' },
    sink,
  )
  return (lineLevel, event, fields) => {
    const object: Record<string, string | number | undefined> = {}
    for (let i = 0; i < fields.length; i += 2) object[fields[i] as string] = fields[i + 1]
    logger[lineLevel](object, event)
  }
}

function textWriter(sink: Sink, { destination }: LogOptions): Writer {
  // journald and syslog put the time themselves.
  const hasTime = destination === 'syslog' || process.env.JOURNAL_STREAM !== undefined
  return (level, event, fields) => {
    let line = hasTime ? event : isoTime() + ' ' + event
    if (level === 'error' || level === 'warn') line += ' level=' + level
    for (let i = 0; i < fields.length; i += 2) {
      const value = fields[i + 1]
      if (value !== undefined)
        line += ' ' + fields[i] + '=' + (typeof value === 'number' ? value : quoted(value))
    }
    sink.write(line + '\n')
  }
}

let lastSecond = 0
let lastTime = ''

/** The time to the second; made once a second. */
function isoTime(): string {
  const now = Math.floor(Date.now() / 1000)
  if (now !== lastSecond) {
    lastSecond = now
    lastTime = `${new Date(now * 1000).toISOString().slice(0, 19)}Z`
  }
  return lastTime
}

const plainValue = /^[\x21\x23-\x7e]+$/
const safeInQuotes = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** A value that would be misread is written as a JSON string: nothing from outside can forge a key or a line. */
function quoted(value: string): string {
  if (plainValue.test(value)) return value
  if (safeInQuotes.test(value)) return `"${value}"`
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f\u2028\u2029]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function openSink(destination: string): Sink {
  if (destination === 'syslog') return syslogSink()
  if (destination === 'stdout') return gatheringSink(() => createWriteStream('', { fd: 1, autoClose: false }))
  if (destination === 'stderr') return gatheringSink(() => createWriteStream('', { fd: 2, autoClose: false }))
  return gatheringSink(() => createWriteStream(destination, { flags: 'a', mode: 0o640 }))
}

/** Lines wait so long to be written together. */
const gatherMs = 50
const gatherBytes = 64 * 1024
const closeMs = 2000
const maxWaitingBytes = 8 * 1024 * 1024

/**
 * Gathers lines for one write, which libuv's threads do. As bytes, at once: a line left as a string for 50 ms is a tree of
 * its parts that the garbage collector moves about (measured: a third of the cost of a line).
 */
function gatheringSink(open: () => WriteStream): Sink {
  let stream = watched(open())
  let buffer = Buffer.allocUnsafeSlow(gatherBytes)
  let length = 0
  let isEnded = false
  let timer: NodeJS.Timeout | undefined
  const hand = () => {
    clearTimeout(timer)
    timer = undefined
    if (length === 0) return
    stream.write(buffer.subarray(0, length))
    buffer = Buffer.allocUnsafeSlow(gatherBytes)
    length = 0
  }
  const gather = (line: string) => {
    if (isEnded) return
    // Three bytes are the most that a UTF-16 unit becomes.
    if (length + line.length * 3 > gatherBytes) hand()
    if (line.length * 3 > gatherBytes) stream.write(line)
    else length += buffer.write(line, length)
    timer ??= setTimeout(hand, gatherMs)
  }
  return {
    hasRoom: () => stream.writableLength <= maxWaitingBytes,
    write: gather,
    reopen() {
      hand()
      const old = stream
      stream = watched(open())
      old.end()
    },
    async close() {
      hand()
      isEnded = true
      // A reader that hangs must not keep the daemon from ending.
      const ended = new Promise((resolve) => stream.end(resolve))
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, closeMs).unref())])
    },
  }
}

/** A log that cannot be written must not end the daemon; standard error may still be read by somebody. */
function watched(stream: WriteStream): WriteStream {
  return stream.once('error', (error) => {
    stream.on('error', () => {})
    process.stderr.write(`postern: the log cannot be written: ${error.message}\n`, () => {})
  })
}

/** Hands lines to logger(1), which ends with us; they go to the mail facility, as Postfix's own do. */
function syslogSink(): Sink {
  const start = (): ChildProcess => {
    const child = spawn('logger', ['-t', 'postern', '-p', 'mail.info'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.on('error', () => {}) // No logger(1) here: the log is lost, mail is not.
    child.stdin?.on('error', () => {})
    child.unref()
    return child
  }
  let child = start()
  return {
    hasRoom: () => (child.stdin?.writableLength ?? 0) <= maxWaitingBytes,
    write(line) {
      if (child.exitCode !== null || child.signalCode !== null) child = start()
      if (child.stdin?.writable) child.stdin.write(line)
    },
    reopen() {},
    async close() {
      child.stdin?.end()
    },
  }
}
