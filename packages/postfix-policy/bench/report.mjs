/** Tells the parent our port, and our CPU time and memory whenever it asks. */
export function report(port) {
  if (process.send === undefined) return
  process.on('message', () => process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
  process.on('disconnect', () => process.exit())
  process.send({ port })
}
