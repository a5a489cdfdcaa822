// One daemon as several processes on the same sockets (node:cluster), for machines with cores to spare: each connection is
// handed to one of them, and they share the store. This process then only watches over them.

import cluster from 'node:cluster'
import type { Settings } from '@postern/settings'

/** How long a process that died is waited for before its place is filled, so that one that dies at once does not take a core. */
const restartMs = 1000

/** The sentence for the administrator when these settings cannot be served by several processes. */
export function processesProblem({ policy, store }: Pick<Settings, 'policy' | 'store'>): string | undefined {
  return policy.processes > 1 && store.kind === 'memory'
    ? '[policy] processes: with [store] kind = "memory" each process would keep a greylist of its own; 1 is all there can be'
    : undefined
}

/**
 * Runs `serve` here, or, when the settings want several processes, runs this same program in each of them, where `serve` is
 * run. Gives the exit status of `serve`; of several processes, that of the first when it could not start, else 0.
 */
export async function inProcesses(
  { policy }: Pick<Settings, 'policy'>,
  serve: () => Promise<number>,
): Promise<number> {
  if (cluster.isPrimary) return policy.processes > 1 ? supervise(policy.processes) : serve()
  const status = await serve()
  // The channel to the watching process would keep this one alive.
  cluster.worker?.disconnect()
  return status
}

function supervise(count: number): Promise<number> {
  cluster.setupPrimary({ exec: process.argv[1]!, args: process.argv.slice(2) })
  let hasStarted = false
  let isStopping = false
  let status = 0
  const running = () => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  const tellAll = (signal: NodeJS.Signals) => {
    for (const worker of running()) worker.process.kill(signal)
  }
  return new Promise((resolve) => {
    const stop = () => {
      isStopping = true
      tellAll('SIGTERM')
      if (running().length === 0) resolve(status)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    process.on('SIGHUP', () => tellAll('SIGHUP'))
    // The others when the first one listens, so that what keeps it from that is said once.
    cluster.once('listening', () => {
      hasStarted = true
      for (let i = 1; i < count && !isStopping; i++) cluster.fork()
    })
    cluster.on('exit', (worker, code, signal) => {
      if (isStopping) {
        if (running().length === 0) resolve(status)
      } else if (hasStarted) {
        process.stderr.write(
          `postern: process ${worker.process.pid} ended (${signal ?? `status ${code}`}), another takes its place\n`,
        )
        setTimeout(() => isStopping || cluster.fork(), restartMs)
      } else {
        status = code || 1
        stop()
      }
    })
    cluster.fork()
  })
}
