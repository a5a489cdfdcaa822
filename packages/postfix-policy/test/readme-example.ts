import { createPolicyClient } from '../src/client.ts'
import { createPolicyServer } from '../src/server.ts'

const server = createPolicyServer({
  handle(request) {
    if (request.get('protocol_state') !== 'RCPT') return { kind: 'dunno' }
    if (request.get('helo_name') === 'localhost')
      return { kind: 'reject', code: 550, enhanced: '5.7.1', text: 'localhost is not your name' }
    return { kind: 'prepend', header: `X-Client: ${request.get('client_address')}` }
  },
})
const listened = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })
if (!listened.ok) throw new Error(listened.error.message)

const client = createPolicyClient(listened.value)
const asked = await client.ask({ protocol_state: 'RCPT', helo_name: 'localhost' })
console.log(asked.ok ? asked.text : asked.error.message) // 550 5.7.1 localhost is not your name
await client.close()
await server.close()
