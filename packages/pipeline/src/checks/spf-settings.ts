// The table [spf] of postern.toml.

import { parseCidr, parseHostname } from '@postern/addr'
import { parseSpfTemplate } from '@postern/spf'
import { z } from 'zod'
import { hostNameSetting, networkSetting, urlSetting } from '../setting-kinds.ts'

const mailFromPolicies = ['fail', 'softfail', 'not-pass', 'none', 'off'] as const
const heloPolicies = [...mailFromPolicies, 'null-sender'] as const

/** What an identity must not be found to be, or the mail is refused. */
export type IdentityPolicy = (typeof heloPolicies)[number]

/** `example.org 5` */
export function parseVoidLimit(text: string): { name: string; limit: number } | undefined {
  const [, name = '', digits = ''] = /^(\S+) +(\d{1,2})$/.exec(text) ?? []
  return parseHostname(name).ok ? { name, limit: Number(digits) } : undefined
}

const voidLimit = z.string().refine((text) => parseVoidLimit(text) !== undefined, {
  error: 'must be a domain and a number, such as "example.org 5"',
})

const forwarder = z
  .string()
  .refine((text) => parseCidr(text, { hostBits: 'error' }).ok || parseHostname(text).ok, {
    error: 'must be an address, a network or a host name, such as "192.0.2.1" or "forwarder.example.org"',
  })

/** `a@example.org` or `example.org`; Postfix hands recipients on as they came. */
const addressOrDomain = z.string().regex(/^([^\s@]+@)?[^\s@]+$/, 'must be an address or a domain')

const ipAddress = z.string().refine(
  (text) => {
    const parsed = parseCidr(text)
    return parsed.ok && !text.includes('/')
  },
  { error: 'must be an address such as "192.0.2.1"' },
)

/** Names of restriction classes, as Postfix takes them for an action. */
const restriction = z
  .string()
  .max(200)
  .regex(
    /^([A-Za-z][\w-]*([ ,]+[A-Za-z][\w-]*)*)?$/,
    'must be the name of a restriction class of Postfix, or empty',
  )

const list = <T extends z.ZodString>(of: T) => z.array(of).default([])

export const spfSettings = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("Check whether the sender's domain lets the client send its mail (SPF, RFC 7208)."),
    mode: z
      .enum(['enforce', 'observe'])
      .default('enforce')
      .describe(
        '"observe" never refuses anything: it puts its header on mail and logs what it would have done.',
      ),
    helo_reject: z
      .enum(heloPolicies)
      .default('fail')
      .describe(
        'Refuse when SPF of the HELO name gives "fail"; "softfail": softfail too; "not-pass": neutral too; "null-sender": a fail, but only of mail without a sender (bounces); "none": never refuse; "off": do not even check.',
      ),
    mail_from_reject: z
      .enum(mailFromPolicies)
      .default('fail')
      .describe(
        'Refuse when SPF of the sender\'s domain gives "fail"; "softfail": softfail too; "not-pass": neutral too; "none": never refuse; "off": do not even check. RFC 7208 advises against more than "fail".',
      ),
    no_mail: z
      .boolean()
      .default(false)
      .describe(
        'Refuse mail of domains that say they send none (their whole record is "v=spf1 -all"), also where the two settings above are "none".',
      ),
    permerror: z
      .enum(['pass', 'reject'])
      .default('pass')
      .describe(
        'Mail of domains whose SPF record has mistakes. "reject" tells them of the mistake, at the cost of their mail.',
      ),
    temperror: z
      .enum(['pass', 'defer'])
      .default('pass')
      .describe(
        "Mail whose sender's SPF cannot be looked up now: let it pass, or ask the sender to try again later (451).",
      ),
    reject_not_pass_domains: list(hostNameSetting).describe(
      'Senders\' domains, with those below them, from which only mail with an SPF pass is taken, e.g. "example.org".',
    ),
    recipients_not_refused: list(addressOrDomain).describe(
      'Recipients, or their domains, whose mail is never refused here: it only gets the header.',
    ),
    forwarders: list(forwarder).describe(
      "Hosts that forward mail to us: addresses, networks, or names (with those below them) that the client's confirmed name is compared with. SPF is not applied to what they send.",
    ),
    skip_addresses: z
      .array(networkSetting)
      .default(['127.0.0.0/8', '::1'])
      .describe('Clients whose mail is not checked at all and gets no header.'),
    allow_addresses: list(networkSetting).describe(
      'Clients that SPF is not applied to, such as a secondary mail server. Their mail gets a header that says so.',
    ),
    allow_helo_names: list(hostNameSetting).describe(
      'HELO names of clients that SPF is not applied to, if the name has the address of the client.',
    ),
    allow_domains: list(hostNameSetting).describe(
      'SPF is not applied to clients that may send for one of these domains by its own SPF record.',
    ),
    allow_sender_domains: list(hostNameSetting).describe(
      'Domains of senders, with those below them, that SPF is not applied to, such as partners whose record is broken. Anybody can write such a sender address: prefer the settings that name clients.',
    ),
    allow_ptr_domains: list(hostNameSetting).describe(
      'SPF is not applied to clients whose confirmed name is one of these or below it.',
    ),
    void_lookups: z
      .int()
      .min(0)
      .max(100)
      .default(2)
      .describe(
        'How many terms of a record may ask for what is not in the DNS, before the record counts as a mistake. RFC 7208 says 2.',
      ),
    void_lookups_domains: list(voidLimit).describe(
      'The same for single domains, with those below them, e.g. "example.org 5": for partners whose records fail for clients with IPv6.',
    ),
    header: z
      .enum(['received-spf', 'authentication-results', 'none'])
      .default('received-spf')
      .describe('The header field that tells the result, one on each message.'),
    authserv_id: z
      .string()
      .max(200)
      .regex(/^[!-:<-~]*$/, 'must be a name without blanks and semicolons, or empty')
      .default('')
      .describe('Who says so in Authentication-Results. Empty: the name of this host.'),
    hide_receiver: z
      .boolean()
      .default(false)
      .describe('Leave the name of this host out of Received-SPF, where it says "UNKNOWN" then.'),
    helo_pass_restriction: restriction
      .default('')
      .describe(
        'A restriction class of Postfix to hand mail to when SPF of the HELO name gives pass. No later check runs then. Empty: none.',
      ),
    mail_from_pass_restriction: restriction
      .default('')
      .describe("The same when SPF of the sender's domain gives pass."),
    outbound_addresses: list(ipAddress).describe(
      'Addresses of ours that mail goes out from: what our logged-in users send is checked as its receivers will check it. Postfix must ask us about outgoing mail.',
    ),
    outbound_reject: z
      .boolean()
      .default(false)
      .describe(
        'Refuse what our users send when it would fail from one of outbound_addresses, instead of only logging it.',
      ),
    explanation: z
      .boolean()
      .default(true)
      .describe("Quote in refusals what the sender's domain explains its fail with (exp=), as its words."),
    url: urlSetting.default('').describe('A page of yours that refusals refer to.'),
    text: z
      .string()
      .refine((text) => parseSpfTemplate(text).ok, {
        error:
          'must be printable ASCII with no placeholder but {domain}, {client}, {identity}, {sender}, {helo}, {result}, {reason}, {advice}, {explanation} and {url}',
      })
      .default('')
      .describe('Your own words in refusals, e.g. "{reason} {advice} {url}". Empty: ours.'),
  })
  .describe(
    "SPF: whether the domains in HELO and in the sender's address let the client send their mail. The results are told in a header of the message.",
  )

export type SpfSettings = z.output<typeof spfSettings>
