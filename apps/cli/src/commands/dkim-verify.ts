import { canonicalInputs, type Verification, verify } from '@postern/dkim'
import { findSettings } from '@postern/settings/file'
import {
  complain,
  configOption,
  defineCommand,
  dnsOption,
  type ExitStatus,
  exit,
  jsonOption,
  printJson,
} from '../command.ts'
import { readMessage } from '../dkim-message.ts'
import { formatVerification, jsonOfVerification } from '../dkim-verify-answer.ts'
import { openDnsAt } from '../dns-access.ts'

/** Octets of a body that are shown. */
const SHOWN_BYTES = 4096

export const dkimVerify = defineCommand({
  arguments: ['[MESSAGE]'],
  options: {
    explain: {
      type: 'boolean',
      summary: 'show what each signature was made over, with white space to be seen',
    },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Verifies the DKIM signatures of a message in the file MESSAGE, or on standard input, by the rules that the milter has ([dkim]), and says
for each what came of it and why, what it covers, and what is known of its key. Lines may end with CRLF, or with LF as in files
of a Unix system.
Exit status: 0 a signature passes, 1 none does or there is none, 2 a mistake on the command line or in the settings, 3 none
passes and the DNS did not answer.`,
  examples: [
    'dkim verify message.eml',
    'dkim verify --explain < message.eml',
    'dkim verify --dns 127.0.0.1:5353 --json message.eml',
  ],
  async run({ options, args: [named] }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const read = await readMessage(named, io)
    if (!read.ok) return complain(io, read.message, exit.failed)
    const { message } = read
    const opened = openDnsAt(found.settings, options.dns)
    if (!opened.ok) return complain(io, opened.message)
    const { resolver, newBudget, close } = opened.dns
    const { dkim } = found.settings
    try {
      const verification = await verify(message, {
        resolver,
        budget: newBudget(),
        now: io.now(),
        limits: { signatures: dkim.max_signatures },
        rules: {
          minRsaBits: dkim.min_rsa_bits,
          bodyLength: dkim.body_length,
          clockDriftSeconds: dkim.clock_drift_seconds,
          requiredFields: dkim.required_headers.map((name) => name.toLowerCase()),
        },
      })
      const inputs = options.explain ? await canonicalInputs(message, { bodyBytes: SHOWN_BYTES }) : undefined
      const answer = { verification, inputs }
      const status = statusOf(verification)
      if (options.json) await printJson(io, { status, ...jsonOfVerification(answer) })
      else await io.stdout.write(formatVerification(answer))
      return status
    } finally {
      close()
    }
  },
})

function statusOf({ signatures }: Verification): ExitStatus {
  const results = signatures.map(({ result }) => result)
  if (results.includes('pass')) return exit.ok
  return results.includes('temperror') ? exit.temporary : exit.failed
}
