// A filter for measuring: takes every step and accepts everything.
//   node --conditions=@postern/source bench/server.mjs [--listen 127.0.0.1:10024] [--hash] [--decide]
// --hash: SHA-256 over the body, the least that a DKIM verifier does. --decide: answers every step instead of observing it.
import { createHash } from 'node:crypto'
import { parseListenAddress } from '@postern/listener'
import { createMilterServer } from '@postern/milter/server'

const has = (name) => process.argv.includes(name)
const at = process.argv.indexOf('--listen')
const address = parseListenAddress(at < 0 ? '127.0.0.1:10024' : process.argv[at + 1])

let headers = 0
let bytes = 0
const steps = {
  connect() {},
  helo() {},
  mail() {},
  recipient() {},
  data() {},
  header(_message, name, value) {
    headers += name.length + value.length
  },
  endOfHeader() {},
  body: has('--hash')
    ? (message, chunk) => {
        message.state.hash.update(chunk)
      }
    : (_message, chunk) => {
        bytes += chunk.length
      },
}
const endOfMessage = (message) => {
  message.state?.hash.digest()
}
const server = createMilterServer({
  leadingSpace: true,
  createState: has('--hash') ? () => ({ hash: createHash('sha256') }) : undefined,
  ...(has('--decide')
    ? { decide: { ...steps, endOfMessage } }
    : { observe: steps, decide: { endOfMessage } }),
  onHandlerError: (error) => console.error(error),
  onProtocolError: (error) => console.error(error),
})
const listened = await server.listen(address.value)
if (!listened.ok) throw new Error(listened.error.message)
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ ...server.stats, headers, bytes }))
  process.exit(0)
})
