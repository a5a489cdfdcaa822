// The server under measurement: built code, a synchronous handler that reads six attributes. Prints its port.
import { createPolicyServer } from '../dist/server.js'

const dunno = { kind: 'dunno' }
const server = createPolicyServer({
  handle(request) {
    const seen =
      request.get('client_address') +
      request.get('sender') +
      request.get('recipient') +
      request.get('helo_name') +
      request.get('instance') +
      request.get('client_name')
    return seen === '' ? { kind: 'ok' } : dunno
  },
})
const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: Number(process.argv[2] ?? 0) })
if (!listened.ok) throw new Error(listened.error.message)
console.log(listened.value.port)
process.on('SIGTERM', () => server.close({ graceMs: 0 }).then(() => process.exit()))
