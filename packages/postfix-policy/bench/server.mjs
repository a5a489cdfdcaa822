// What is measured: the built server with a synchronous handler that reads six attributes, as a greylist does.
import { createPolicyServer } from '../dist/server.js'
import { report } from './report.mjs'

const names = ['client_address', 'client_name', 'helo_name', 'sender', 'recipient', 'instance']
const dunno = { kind: 'dunno' }
const server = createPolicyServer({
  handle(request) {
    for (const name of names) if (request.get(name) === undefined) throw new Error(`no ${name}`)
    return dunno
  },
})
const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: Number(process.argv[2] ?? 0) })
if (!listened.ok) throw new Error(listened.error.message)
report(listened.value.port)
process.on('SIGTERM', () => server.close({ graceMs: 0 }).then(() => process.exit()))
