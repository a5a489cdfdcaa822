// node bench/server.mjs: a server whose handler answers at once; tells its port, and its CPU time when asked.
import { createSpamdServer } from '@postern/spamd/server'

const fields = ['X-Spam-Flag: YES', 'X-Spam-Status: Yes, score=15.0 required=5.0 tests=BAYES_99']
const answer = { spam: true, score: 15, threshold: 5, symbols: ['BAYES_99'], report: 'Because.\n', fields }
const server = createSpamdServer({ scan: () => answer })
const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
process.on('message', () => process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
process.send({ port: listened.value.port })
