// One peer on a pair of streams: stdin and stdout, when Postfix's spawn(8) starts one process for each smtpd.

import type { Readable, Writable } from 'node:stream'
import { Exchange, type PolicyHandlers } from './exchange.ts'
import { defaultLimits } from './limits.ts'

export interface StreamOptions extends PolicyHandlers {
  readonly input: Readable
  readonly output: Writable
  /** Aborting answers what is in flight and ends. */
  readonly signal?: AbortSignal
}

/**
 * Serves until the peer closes or breaks the protocol. Resolves when every answer is handed to the system or the peer is gone;
 * never rejects.
 */
export function serveStream(options: StreamOptions): Promise<void> {
  const { input, output, signal } = options
  return new Promise((resolve) => {
    const finish = () => output.end(done)
    const exchange = new Exchange({
      id: 1,
      peer: 'stdin',
      handlers: options,
      limits: { ...defaultLimits, ...options.limits },
      counters: { requests: 0, protocolErrors: 0, handlerErrors: 0 },
      transport: {
        write: (text) => output.write(text),
        pause: () => input.pause(),
        resume: () => input.resume(),
        finish,
        finishLate: finish,
      },
    })
    const abort = () => exchange.close()
    function done() {
      signal?.removeEventListener('abort', abort)
      exchange.abandon()
      // A paused stdin does not keep the process alive.
      input.pause()
      resolve()
    }
    input.on('data', (bytes: Uint8Array) => exchange.receive(bytes))
    input.on('end', () => exchange.ended())
    input.on('error', () => exchange.ended())
    output.on('drain', () => exchange.drained())
    output.on('error', done)
    output.on('close', done)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
  })
}
