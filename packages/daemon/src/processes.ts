// Daemons as several processes on the same sockets (node:cluster), for machines with cores to spare: each connection is
// handed to one of them. This process then only watches over them.

import cluster from 'node:cluster'

/** How long a process that died is waited for before its place is filled, so that one that dies at once does not take a core. */
const restartMs = 1000

/** Tells a process which of them it is. */
const placeVariable = 'POSTERN_PROCESS'

/**
 * Runs `serve` here, or, when there shall be several processes, runs this same program in each of them, where `serve` is
 * run with its place from 0. Gives the exit status of `serve`; of several processes, that of the first when it could not start,
 * else 0.
 */
export async function inProcesses(count: number, serve: (place: number) => Promise<number>): Promise<number> {
  if (cluster.isPrimary) return count > 1 ? supervise(count) : serve(0)
  const status = await serve(Number(process.env[placeVariable]))
  // The channel to the watching process would keep this one alive.
  cluster.worker?.disconnect()
  return status
}

function supervise(count: number): Promise<number> {
  cluster.setupPrimary({ exec: process.argv[1]!, args: process.argv.slice(2) })
  let hasStarted = false
  let isStopping = false
  let status = 0
  const places = new Map<number, number>()
  const running = () => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  const tellAll = (signal: NodeJS.Signals) => {
    for (const worker of running()) worker.process.kill(signal)
  }
  const fill = (place: number) => {
    places.set(cluster.fork({ [placeVariable]: String(place) }).id, place)
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
      for (let place = 1; place < count && !isStopping; place++) fill(place)
    })
    cluster.on('exit', (worker, code, signal) => {
      const place = places.get(worker.id) ?? 0
      places.delete(worker.id)
      if (isStopping) {
        if (running().length === 0) resolve(status)
      } else if (hasStarted) {
        process.stderr.write(
          `postern: process ${worker.process.pid} ended (${signal ?? `status ${code}`}), another takes its place\n`,
        )
        setTimeout(() => isStopping || fill(place), restartMs)
      } else {
        status = code || 1
        stop()
      }
    })
    fill(0)
  })
}
