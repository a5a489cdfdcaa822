// What a command sees of the process it runs in; tests hand in their own.

import os from 'node:os'

/** A stream to write to. */
export interface Output {
  /** Resolves when more may be written. Bytes go out as they are. */
  write(data: string | Uint8Array): void | Promise<void>
  /** Nobody reads any more (`| head`): stop. */
  readonly isClosed: boolean
  /** Set for a terminal: somebody is looking. */
  readonly columns?: number | undefined
}

export interface CliIo {
  readonly stdout: Output
  readonly stderr: Output
  /** What is piped in; looked at only when it is read. */
  readonly stdin: AsyncIterable<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Whole seconds since 1970. */
  now(): number
  /** This machine, as its own system knows it. */
  host(): { readonly name: string; readonly addresses: readonly string[] }
  /** Calls the handler at each such signal. */
  onSignal(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', handler: () => void): void
}

/** The streams, environment, clock and signals of this process. */
export function processIo(): CliIo {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    // A getter: to touch the stream is to keep the process waiting for it.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => Math.floor(Date.now() / 1000),
    host: () => ({ name: os.hostname(), addresses: ownAddresses() }),
    onSignal: (signal, handler) => void process.on(signal, handler),
  }
}

const ownAddresses = (): string[] =>
  Object.values(os.networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address))

/** The stream as an Output; its errors end it, and are no failure of ours. */
export function outputTo(stream: NodeJS.WritableStream): Output {
  let isClosed = false
  let goOn = () => {}
  stream.on('error', () => {
    // EPIPE most of all; whatever it is, nothing can be said there any more.
    isClosed = true
    goOn()
  })
  stream.on('drain', () => goOn())
  return {
    write(data) {
      if (isClosed || stream.write(data)) return undefined
      return new Promise((resolve) => {
        goOn = resolve
      })
    },
    get isClosed() {
      return isClosed
    },
    get columns() {
      const { isTTY, columns = 80 } = stream as Partial<NodeJS.WriteStream>
      return isTTY ? columns : undefined
    },
  }
}
