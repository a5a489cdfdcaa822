import type { MaybeAsync } from '@postern/dns'
import {
  defaultGreylistHeader,
  defaultGreylistText,
  formatGreylistHeader,
  formatGreylistText,
  type GreylistDecision,
} from '@postern/greylist'
import { z } from 'zod'
import { defineCheck } from '../check.ts'
import type { Derived } from '../derived.ts'
import type { MessageHeader } from '../header.ts'
import type { Subject } from '../subject.ts'
import { noVerdict, type Verdict } from '../verdict.ts'

const settings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Delay senders that are not known yet.'),
    mode: z
      .enum(['enforce', 'observe'])
      .default('enforce')
      .describe('"observe" never delays anything: it keeps its records and logs what it would have done.'),
    delay_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(180)
      .describe(
        'How long a new sender waits. Many servers first retry after 200 to 300 s, then hours later: stay below 200.',
      ),
    retry_window_hours: z
      .number()
      .positive()
      .max(720)
      .default(48)
      .describe('A first retry later than this counts as a new attempt.'),
    max_age_days: z
      .number()
      .positive()
      .max(3650)
      .default(35)
      .describe('Senders not seen for this long are forgotten.'),
    auto_allow_passes: z
      .int()
      .min(0)
      .max(1000)
      .default(5)
      .describe(
        'A client whose mail has passed this often (counted once an hour at most) is delayed no more; 0: never.',
      ),
    identity: z
      .enum(['name', 'network'])
      .default('name')
      .describe(
        'What stands for the sending side. "name": the confirmed host name without its first label, so that a pool of servers is one sender, else the network. "network": always the network, as postgrey does.',
      ),
    ipv4_prefix: z
      .int()
      .min(0)
      .max(32)
      .default(24)
      .describe('Length of the IPv4 network that counts as one client.'),
    ipv6_prefix: z
      .int()
      .min(0)
      .max(128)
      .default(64)
      .describe('Length of the IPv6 network that counts as one client.'),
    spf_identity: z
      .boolean()
      .default(true)
      .describe(
        'With identity = "name": where SPF confirms the client, the domain of the sender stands for the sending side, so that all servers of a domain are one sender.',
      ),
    skip_spf_pass: z
      .boolean()
      .default(false)
      .describe(
        'Do not delay mail that SPF confirms. Spammers publish SPF records too: this lets in what the delay would have kept out.',
      ),
    known_senders: z
      .boolean()
      .default(true)
      .describe(
        'When our logged-in users write to somebody, the answers pass at once. Postfix must ask us about outgoing mail too.',
      ),
    clients_files: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Clients never delayed, in postgrey's format, e.g. /etc/postgrey/whitelist_clients. A missing *.local file is no mistake.",
      ),
    recipients_files: z
      .array(z.string().min(1))
      .default([])
      .describe("Recipients never delayed for, in postgrey's format."),
    senders_files: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Senders never delayed, in the same format as recipients. Anybody can write a sender address: prefer clients.',
      ),
    text: z
      .string()
      .min(1)
      .max(400)
      .default(defaultGreylistText)
      .describe("What the sending server is told; %s: seconds left, %r: the recipient's domain."),
    header: z
      .string()
      .regex(/^([!-9;-~]+: .+)?$/, 'must be a header field, "Name: text", or empty')
      .max(400)
      .default(defaultGreylistHeader)
      .describe(
        'Put on mail that has waited; %t: seconds waited, %v: version, %h: this host, %d: date. Empty: none.',
      ),
    privacy: z
      .boolean()
      .default(false)
      .describe('Keep only keyed hashes of addresses. Lists of the store then show no names.'),
    postgrey_log: z
      .boolean()
      .default(false)
      .describe("Also log postgrey's line for each decision, for tools that read it."),
  })
  .refine(({ delay_seconds, retry_window_hours }) => delay_seconds < retry_window_hours * 3600, {
    path: ['delay_seconds'],
    error: 'must be shorter than retry_window_hours (else no retry ever passes)',
    // Said beside whatever else is wrong in the table, when these two are numbers.
    when: ({ value, issues }) =>
      typeof value === 'object' &&
      !issues.some(({ path }) => path?.[0] === 'delay_seconds' || path?.[0] === 'retry_window_hours'),
  })
  .describe(
    'Greylisting: mail from a sender not seen before is put off for some minutes, which real mail servers wait out and most spammers do not.',
  )

export type GreylistSettings = z.output<typeof settings>

/**
 * What the greylist says. `outgoing`: mail of our own user, whose recipient is a known sender from now on; `spf-pass`: not
 * asked, as SPF confirms the sender (skip_spf_pass).
 */
export type GreylistFinding =
  | GreylistDecision
  | { readonly result: 'outgoing' }
  | { readonly result: 'spf-pass' }

export const greylist = defineCheck({
  name: 'greylist',
  settings,
  runsForAuthenticated: true,
  create(options, { greylist: list, host }) {
    const defer = (missingSeconds: number, { recipient }: { recipient: string }): Verdict => {
      const text = formatGreylistText(options.text, { missingSeconds, recipient })
      // An enhanced code of one's own may lead the text; else 4.2.0, as some servers give up for good on the 4.7.1
      // that Postfix would send.
      return /^\d/.test(text)
        ? { kind: 'defer-if-permit', text }
        : { kind: 'defer-if-permit', enhanced: '4.2.0', text }
    }
    const isSameForAll = !options.text.includes('%r')
    const deferrals = new Map<number, Verdict>()
    /** The same verdict for the same number of seconds: there are few, and each is put into words once. */
    const deferralAfter = (missingSeconds: number): Verdict => {
      let verdict = deferrals.get(missingSeconds)
      if (verdict === undefined) {
        verdict = defer(missingSeconds, { recipient: '' })
        deferrals.set(missingSeconds, verdict)
      }
      return verdict
    }

    const learn = async (subject: Subject): Promise<GreylistFinding> => {
      if (options.known_senders && subject.sender !== '') {
        const pair = { sender: subject.recipient, recipient: subject.sender }
        await list.know(pair, subject.now)
      }
      return { result: 'outgoing' }
    }

    const headerName = options.header.slice(0, options.header.indexOf(':'))

    return {
      run(subject, { authenticatedDomain }: Derived): MaybeAsync<GreylistFinding> {
        if (subject.isAuthenticated) return learn(subject)
        if (authenticatedDomain === undefined) return list.check(subject, subject.now)
        if (options.skip_spf_pass) return skipped
        const { client, sender, recipient } = subject
        const domain = greylistDomain(authenticatedDomain, options)
        return list.check({ client, sender, recipient, authenticatedDomain: domain }, subject.now)
      },
      judge(finding, subject) {
        if (finding.result !== 'defer' || options.mode === 'observe') return noVerdict
        return isSameForAll ? deferralAfter(finding.missingSeconds) : defer(finding.missingSeconds, subject)
      },
      header(finding, { now }): MessageHeader | undefined {
        if (finding.result !== 'pass' || finding.reason !== 'waited' || options.header === '')
          return undefined
        const facts = { waitedSeconds: finding.waitedSeconds, version: host.version, host: host.name, now }
        return { name: headerName, format: () => formatGreylistHeader(options.header, facts) }
      },
      describe(finding) {
        switch (finding.result) {
          case 'outgoing':
          case 'spf-pass':
            return finding.result
          case 'defer': {
            const would = options.mode === 'observe' ? 'would-defer:' : ''
            return `${would}${finding.reason}(${finding.missingSeconds}s)`
          }
          case 'pass':
            return finding.reason === 'waited' ? `waited(${finding.waitedSeconds}s)` : finding.reason
        }
      },
    }
  },
})

/** The domain to greylist by, where SPF has confirmed one: only where names are identities, and where it is wanted. */
export function greylistDomain(
  authenticatedDomain: string | undefined,
  { spf_identity, identity }: Pick<GreylistSettings, 'spf_identity' | 'identity'>,
): string | undefined {
  return spf_identity && identity === 'name' ? authenticatedDomain : undefined
}

const skipped: GreylistFinding = { result: 'spf-pass' }
