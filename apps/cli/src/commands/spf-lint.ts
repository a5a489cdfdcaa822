import { parseHostname } from '@postern/addr'
import { findSettings } from '@postern/settings/file'
import { lintDomain, lintRecord } from '@postern/spf'
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
import { openDnsAt } from '../dns-access.ts'
import { formatLintReport, jsonOfLintReport } from '../spf-lint-answer.ts'

export const spfLint = defineCommand({
  arguments: ['DOMAIN|RECORD'],
  options: {
    domain: {
      type: 'string',
      value: 'NAME',
      summary: 'whose record RECORD is to be, for "a", "mx" and %{d}',
    },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Examines the SPF record that DOMAIN publishes, or the text RECORD before it is published: every mistake in it with its place and
what would mend it, what is unwise, who spends the 10 lookups (all terms counted, as for a client that matches none), and the
sizes. Records that it includes are followed. Signs below the record: ^ errors, ~ warnings, . advice.
Exit status: 0 no errors, 1 errors, 3 the DNS did not answer for DOMAIN.`,
  examples: [
    'spf lint example.org',
    "spf lint 'v=spf1 ipv4:192.0.2.1 -all'",
    "spf lint 'v=spf1 mx include:_spf.example.net -all' --domain example.org --dns 127.0.0.1:5353",
  ],
  async run({ options, args: [subject = ''] }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { domain } = options
    if (domain !== undefined && !isDomain(domain))
      return complain(io, `--domain is a domain name, not "${domain}"`)
    const opened = openDnsAt(found.settings, options.dns)
    if (!opened.ok) return complain(io, opened.message)
    const { resolver, newBudget, close } = opened.dns
    try {
      const ports = { resolver, budget: newBudget(), domain }
      if (isDomain(subject) && domain !== undefined)
        return complain(io, '--domain is for a RECORD that is not published yet')
      const report = await (isDomain(subject) ? lintDomain(subject, ports) : lintRecord(subject, ports))
      if (options.json) await printJson(io, jsonOfLintReport(report))
      else await io.stdout.write(formatLintReport(report))
      return statusOf(report.problems)
    } finally {
      close()
    }
  },
})

/** A record has an equals sign or blanks; a domain has neither. */
const isDomain = (text: string): boolean => parseHostname(text, { underscore: true, trailingDot: true }).ok

function statusOf(problems: Awaited<ReturnType<typeof lintDomain>>['problems']): ExitStatus {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return exit.ok
  return errors.every(({ code }) => code === 'not-looked-up') ? exit.temporary : exit.failed
}
