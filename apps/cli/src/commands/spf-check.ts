import type { Dns } from '@postern/daemon'
import { spfLimits } from '@postern/pipeline'
import { findSettings } from '@postern/settings/file'
import { checkHost, defaultLimits, type SpfLimits, type SpfResultWord } from '@postern/spf'
import {
  complain,
  configOption,
  defineCommand,
  dnsOption,
  type ExitStatus,
  jsonOption,
  printJson,
} from '../command.ts'
import { openDnsAt } from '../dns-access.ts'
import type { CliIo } from '../io.ts'
import { formatSpfAnswer, jsonOfSpfAnswer, type SpfAnswer } from '../spf-answer.ts'
import { type IdentityInput, publishing, readSpfCheck, spfCheckOptions } from '../spf-request.ts'

/** As the old spfquery has them, so that its users find what they know. */
const statuses: Record<SpfResultWord, ExitStatus> = {
  pass: 0,
  fail: 1,
  softfail: 2,
  neutral: 3,
  permerror: 4,
  temperror: 5,
  none: 6,
}

/** EX_USAGE of sysexits, as 2 is an answer. */
const usageStatus: ExitStatus = 64

export const spfCheck = defineCommand({
  arguments: [],
  options: { ...spfCheckOptions, ...dnsOption, ...jsonOption, ...configOption },
  usageStatus,
  details: `
Evaluates SPF (RFC 7208) for a client: the result, why, and the way to it as a tree: each record, its terms up to the one that
decided, each question to the DNS with its answer. Of HELO and sender what is given is checked, HELO first; for "<>" as
sender that is the HELO name. --record puts a record in place of the one that the sender's domain publishes (the HELO
name's, when that alone is checked).
Exit status, that of the sender where both are checked: 0 pass, 1 fail, 2 softfail, 3 neutral, 4 permerror, 5 temperror, 6 none;
64 a mistake on the command line or in the settings.`,
  examples: [
    'spf check --ip 192.0.2.7 --sender ann@example.org --helo mx.example.org',
    'spf check --ip 2001:db8::7 --helo mx.example.org --dns 127.0.0.1:5353 --json',
    "spf check --ip 192.0.2.7 --sender ann@example.org --record 'v=spf1 mx -all'",
  ],
  async run({ options }, io) {
    const read = readSpfCheck(options)
    if (!read.ok) return complain(io, read.message, usageStatus)
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return usageStatus
    }
    const { settings } = found
    const opened = openDnsAt(settings, options.dns)
    if (!opened.ok) return complain(io, opened.message, usageStatus)
    // As the daemon counts, which an administrator may have told to count further for a domain.
    const limitsOf = spfLimits(settings.spf)
    const receiver = settings.policy.host_name ?? io.host().name
    try {
      const answers: SpfAnswer[] = []
      for (const [i, identity] of read.identities.entries()) {
        const record = i === read.identities.length - 1 ? options.record : undefined
        answers.push(await check(identity, { dns: opened.dns, record, receiver, limitsOf, io }))
      }
      const status = statuses[answers.at(-1)!.result.result]
      if (options.json) await printJson(io, { status, results: answers.map(jsonOfSpfAnswer) })
      else await io.stdout.write(answers.map(formatSpfAnswer).join('\n'))
      return status
    } finally {
      opened.dns.close()
    }
  },
})

interface Means {
  readonly dns: Dns
  readonly record: string | undefined
  readonly receiver: string
  readonly limitsOf: (domain: string) => Partial<SpfLimits> | undefined
  readonly io: CliIo
}

async function check(identity: IdentityInput, means: Means): Promise<SpfAnswer> {
  const { dns, record, receiver, limitsOf, io } = means
  const { input } = identity
  const resolver = record === undefined ? dns.resolver : publishing(dns.resolver, record)
  const domain = input.sender === '' ? input.helo : input.sender.slice(input.sender.lastIndexOf('@') + 1)
  const limits = { ...defaultLimits, ...limitsOf(domain) }
  const ports = { resolver, receiver, limits, budget: dns.newBudget(), now: io.now() }
  return { ...identity, limits, result: await checkHost(input, ports) }
}
