import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Command } from '../src/command.ts'
import type { CliIo } from '../src/io.ts'
import { runCli, runCommand } from '../src/run-cli.ts'

/** The clock of all tests. */
export const now = 1_780_000_000

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** A directory of its own in which to run command lines. */
export class Desk {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), 'postern-cli-'))
  now = now
  host: { name: string; addresses: readonly string[] } = { name: 'localhost', addresses: ['127.0.0.1'] }
  /** What is piped into the next command. */
  stdin: string | Uint8Array = ''
  /** What the last command has written until now. */
  out = ''
  err = ''
  readonly #handlers = new Map<string, () => void>()

  /** Runs `postern ARGV` in this process. */
  run(...argv: string[]): Promise<Ran> {
    return this.#watch((io) => runCli(argv, io))
  }

  /** Runs a command that is made for the test, with these words behind its name. */
  runCommand(words: string, command: Command, ...argv: string[]): Promise<Ran> {
    return this.#watch((io) => runCommand({ words, summary: words, load: async () => command }, argv, io))
  }

  async #watch(run: (io: CliIo) => Promise<number>): Promise<Ran> {
    this.out = ''
    this.err = ''
    const io: CliIo = {
      stdout: {
        write: (data) => {
          this.out += textOf(data)
        },
        isClosed: false,
      },
      stderr: {
        write: (data) => {
          this.err += textOf(data)
        },
        isClosed: false,
      },
      stdin: chunksOf(this.stdin),
      env: {},
      cwd: this.directory,
      now: () => this.now,
      host: () => this.host,
      onSignal: (signal, handler) => void this.#handlers.set(signal, handler),
    }
    const status = await run(io)
    return { status, out: this.out, err: this.err }
  }

  /** Writes postern.toml. */
  settings(text: string): void {
    this.write('postern.toml', text)
  }

  /** Writes a file, and makes the folders around it. */
  write(name: string, text: string | Uint8Array): string {
    const file = path.join(this.directory, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  signal(name: string): void {
    this.#handlers.get(name)?.()
  }

  clear(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Bytes as a byte string: a character for each. */
const textOf = (data: string | Uint8Array): string =>
  typeof data === 'string' ? data : Buffer.from(data).toString('latin1')

async function* chunksOf(data: string | Uint8Array): AsyncIterable<Uint8Array> {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}
