import { parseHostname, parseIp, unmapIp } from '@postern/addr'
import { findSettings } from '@postern/settings/file'
import { suggestRecords } from '@postern/spf'
import { complain, configOption, defineCommand, dnsOption, exit, jsonOption, printJson } from '../command.ts'
import { openDnsAt } from '../dns-access.ts'
import type { CliIo } from '../io.ts'
import { domainOfHost, findFacts, publicAddresses, type SuggestSubject } from '../spf-facts.ts'
import { formatSuggestions, jsonOfSuggestions } from '../spf-suggest-answer.ts'

export const spfSuggest = defineCommand({
  arguments: ['[DOMAIN]'],
  options: {
    ip: {
      type: 'string',
      value: 'IP,...',
      summary: 'addresses that the mail is sent from; else the mail servers',
    },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Suggests SPF records for DOMAIN as lines for its zone, from its mail servers, its addresses and its present record in the DNS: the one
that most likely is right first, each with when it is. Includes of the present record are kept. Without DOMAIN it is that of this
host, which then is taken for a sender with its public addresses. Nothing is changed anywhere.
Exit status: 0 done, 1 there is no such domain, 3 the DNS did not answer.`,
  examples: ['spf suggest example.org', 'spf suggest example.org --ip 192.0.2.7,2001:db8::7', 'spf suggest'],
  async run({ options, args: [domain] }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const read = readSubject(domain, options.ip, { io, hostName: found.settings.policy.host_name })
    if (!read.ok) return complain(io, read.message)
    const opened = openDnsAt(found.settings, options.dns)
    if (!opened.ok) return complain(io, opened.message)
    try {
      const { subject } = read
      const facts = await findFacts(subject, opened.dns)
      if (!facts.ok && facts.kind === 'trouble') {
        const { type, name, reason } = facts
        return complain(io, `${type} of ${name} could not be looked up (${reason})`, exit.temporary)
      }
      if (!facts.ok) return complain(io, `there is no domain ${subject.domain} in the DNS`, exit.failed)
      const suggestions = suggestRecords(facts.facts)
      if (options.json) await printJson(io, jsonOfSuggestions(facts.facts, suggestions))
      else await io.stdout.write(formatSuggestions(facts.facts, suggestions))
      if (facts.note !== undefined) complain(io, facts.note)
      return exit.ok
    } finally {
      opened.dns.close()
    }
  },
})

type ReadSubject =
  | { readonly ok: true; readonly subject: SuggestSubject }
  | { readonly ok: false; readonly message: string }

interface Surroundings {
  readonly io: CliIo
  readonly hostName: string | undefined
}

function readSubject(
  text: string | undefined,
  ips: string | undefined,
  { io, hostName }: Surroundings,
): ReadSubject {
  const senders = readAddresses(ips)
  if (typeof senders === 'string') return { ok: false, message: senders }
  if (text !== undefined) {
    const parsed = parseHostname(text, { underscore: true, trailingDot: true })
    if (!parsed.ok) return { ok: false, message: `"${text}" is no domain name` }
    return { ok: true, subject: { domain: parsed.value, senders, hosts: [] } }
  }
  const host = io.host()
  const name = hostName ?? host.name
  const domain = domainOfHost(name)
  if (domain === undefined)
    return { ok: false, message: `the name of this host, "${name}", has no domain: say which DOMAIN` }
  const own = publicAddresses(host.addresses)
  const hosts = [name.toLowerCase().replace(/\.$/, '')]
  return { ok: true, subject: { domain, senders: senders ?? (own.length > 0 ? own : undefined), hosts } }
}

/** Undefined when none are given; a message when one is none. */
function readAddresses(text: string | undefined): readonly string[] | string | undefined {
  if (text === undefined) return undefined
  const addresses: string[] = []
  for (const part of text.split(/[\s,]+/).filter((word) => word !== '')) {
    const parsed = parseIp(part)
    if (!parsed.ok) return `--ip is one or more IP addresses with commas between them, not "${part}"`
    addresses.push(unmapIp(parsed.value).text)
  }
  return addresses.length === 0 ? '--ip wants an address' : addresses
}
