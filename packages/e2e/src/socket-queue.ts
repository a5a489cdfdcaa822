import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const patienceMs = 10_000

/** Resolves when bytes have come to a port of 127.0.0.1 that its process, stopped say, has not read. */
export async function untilUnread(port: number): Promise<void> {
  for (const deadline = performance.now() + patienceMs; !hasUnread(port); await sleep(10))
    if (performance.now() > deadline) throw new Error(`nothing came to port ${port}`)
}

/** /proc/net/tcp: number, local and remote address, state, lengths of the queues. */
function hasUnread(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, from, , state, queues]) => from === local && state === '01' && !queues?.endsWith(':00000000'))
}
