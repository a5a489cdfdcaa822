// dkimpy (Debian's python3-dkim), the other peer of DKIM: its keys come from a table, not from the DNS.

import { spawnSync } from 'node:child_process'

/** TXT records by their names. */
export type Records = Readonly<Record<string, string>>

const python = '/usr/bin/python3'

function run<T>(script: string, input: unknown): T {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    encoding: 'utf8',
    input: JSON.stringify(input),
    timeout: 60_000,
    maxBuffer: 1 << 28,
  })
  if (status !== 0)
    throw new Error(`dkimpy failed (apt-get install python3-dkim python3-nacl): ${stderr || status}`)
  return JSON.parse(stdout) as T
}

const verifying = `
import base64, dkim, json, sys
asked = json.load(sys.stdin)
records = {name: text.encode() for name, text in asked['records'].items()}
def lookup(name, timeout=5):
    return records.get((name.decode() if isinstance(name, bytes) else name).rstrip('.'))
def results(message):
    d = dkim.DKIM(message)
    count = sum(1 for name, value in d.headers if name.lower() == b'dkim-signature')
    for index in range(count):
        try:
            yield 'pass' if d.verify(idx=index, dnsfunc=lookup) else 'fail'
        except Exception as error:
            yield f'{type(error).__name__}: {error}'
print(json.dumps([list(results(base64.b64decode(message))) for message in asked['messages']]))
`

/** The results of the signatures of each message, from the top: `pass`, `fail`, or its complaint. */
export const verifyWithDkimpy = (
  messages: readonly Buffer[],
  records: Records,
): readonly (readonly string[])[] =>
  run(verifying, { messages: messages.map((message) => message.toString('base64')), records })

export interface DkimpySignature {
  readonly domain: string
  readonly selector: string
  /** PEM for RSA; for Ed25519 the 32 bytes of the seed in base64. */
  readonly key: string
  /** rsa-sha256 by default. */
  readonly algorithm?: 'rsa-sha256' | 'ed25519-sha256' | 'rsa-sha1'
  /** relaxed/relaxed by default. */
  readonly canonicalization?: string
  /** Adds l=. */
  readonly length?: boolean
  readonly identity?: string
}

const signing = `
import base64, dkim, json, sys
asked = json.load(sys.stdin)
def signature(message, how):
    identity = how.get('identity')
    field = dkim.sign(
        message, how['selector'].encode(), how['domain'].encode(), how['key'].encode(),
        identity=identity.encode() if identity else None,
        canonicalize=tuple(part.encode() for part in how.get('canonicalization', 'relaxed/relaxed').split('/')),
        signature_algorithm=how.get('algorithm', 'rsa-sha256').encode(),
        length=how.get('length', False))
    return field.decode('latin1')
print(json.dumps([signature(base64.b64decode(message), how) for message, how in asked]))
`

/** The whole DKIM-Signature field with its last CRLF, for each message (a byte string with CRLF). */
export const signWithDkimpy = (
  requests: readonly (readonly [message: string, how: DkimpySignature])[],
): readonly string[] =>
  run(
    signing,
    requests.map(([message, how]) => [Buffer.from(message, 'latin1').toString('base64'), how]),
  )
