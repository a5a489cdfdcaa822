// The tables of the milter: [milter], [dkim] (verifying), [signing].

import { hostNameSetting } from '@postern/pipeline'
import { z } from 'zod'
import { connectionSettings, listenSetting, socketSettings } from './socket-settings.ts'

const host = z
  .string()
  .regex(
    /^!?[^\s!,]+$/,
    'must be an address, a network, a host name or ".domain"; "!" in front makes an exception',
  )

const fieldName = z
  .string()
  .max(200)
  .regex(/^[!-9;-~]+$/, 'must be the name of a header field such as "List-Id"')

const path = z.string().max(4096)
const list = <T extends z.ZodType>(of: T) => z.array(of).default([])

export const milter = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Run the milter.'),
    listen: listenSetting(10_024, 'Anybody who can connect can have mail signed'),
    processes: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('Processes that share the sockets. One verifies some 3,000 small messages a second.'),
    ...socketSettings,
    on_error: z
      .enum(['accept', 'tempfail'])
      .default('tempfail')
      .describe(
        'What becomes of a message when something of ours breaks (a bug): "tempfail" asks the sender to try again later, "accept" lets the message pass as it is, unsigned and with what it claims about itself.',
      ),
    idle_timeout_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(7210)
      .describe(
        'A connection on which nothing comes for so long is closed; 0: never. Postfix keeps one for each SMTP session, and is silent for as long as its client is.',
      ),
    ...connectionSettings,
    authserv_id: z
      .string()
      .max(200)
      .regex(/^[!-:<-~]*$/, 'must be a name without blanks and semicolons, or empty')
      .default('')
      .describe(
        'Who says so in Authentication-Results. Fields of others that carry this name are removed. Empty: the name of this host ([policy] host_name).',
      ),
    remove_authentication_results_of: list(
      z.string().regex(/^(\*|\.?[!-:<-~]+)$/, 'must be a name, ".domain", or "*" for all'),
    ).describe(
      'Further names whose Authentication-Results are removed from incoming mail: "mx2.example.org", ".example.org" for all names below, "*" for all.',
    ),
    skip_hosts: list(host).describe(
      'Clients whose mail is neither signed nor verified and keeps its headers, e.g. a filter that hands mail back: addresses, networks, host names, ".domain".',
    ),
    spf: z
      .boolean()
      .default(true)
      .describe(
        'Tell the result of SPF in Authentication-Results, for the HELO name and the sender. Clients exempt in [spf] are not checked.',
      ),
    iprev: z
      .boolean()
      .default(true)
      .describe(
        "Tell in Authentication-Results whether the client's name and address confirm each other (RFC 8601 §2.7.3), as Postfix has found.",
      ),
  })
  .describe(
    'The milter: signs mail that is ours, verifies the rest, and writes Authentication-Results (smtpd_milters, non_smtpd_milters).',
  )

const action = (said: string) =>
  z.enum(['accept', 'tempfail', 'reject', 'discard', 'quarantine']).default('accept').describe(said)

export const dkim = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Verify the DKIM signatures of mail that is not ours.'),
    max_signatures: z
      .int()
      .min(1)
      .max(100)
      .default(8)
      .describe('Signatures verified on one message, from the top; further ones are only counted.'),
    min_rsa_bits: z
      .int()
      .min(512)
      .max(16_384)
      .default(1024)
      .describe('RSA keys with fewer bits do not count (RFC 8301 §3.2 says 1024).'),
    clock_drift_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(300)
      .describe("How far a signer's clock may be off."),
    body_length: z
      .enum(['refuse', 'accept'])
      .default('refuse')
      .describe(
        'Signatures that cover only the first part of the body (l=), to which anybody can add text: "refuse" does not let them pass.',
      ),
    required_headers: z
      .array(fieldName)
      .default(['From'])
      .describe('Header fields that a signature must cover to pass. From is always among them.'),
    on_bad_signature: action(
      'Mail of which a signature is broken and none is good: "accept", "tempfail" (try again later), "reject", "discard" (takes it and throws it away), "quarantine" (Postfix\'s hold queue).',
    ),
    on_no_signature: action('Mail without a signature.'),
    on_dns_error: action('Mail whose keys cannot be looked up now, and none of whose signatures is good.'),
    on_key_not_found: action('Mail whose keys are not in the DNS, and none of whose signatures is good.'),
    on_signature_error: action('Mail of which no signature can be read, or no key.'),
    on_security: action(
      'Mail of which no signature counts by our rules: a short key, a forbidden algorithm, a body covered in part only.',
    ),
  })
  .describe('DKIM: what is done with the signatures of mail that comes in (RFC 6376).')

export const signing = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Sign mail that is ours, if there are keys for it.'),
    domains: list(hostNameSetting).describe(
      'Domains of From that are signed for with the keys below, e.g. "example.org". For more than one key per domain use key_table and signing_table.',
    ),
    selector: z
      .string()
      .max(200)
      .regex(/^([\w-]+(\.[\w-]+)*)?$/, 'must be a selector such as "2026a"')
      .default('')
      .describe('The selector of key_file.'),
    key_file: path
      .default('')
      .describe(
        'The private key (PEM). `postern dkim genkey` makes one. Relative paths count from this file.',
      ),
    ed25519_selector: z
      .string()
      .max(200)
      .regex(/^([\w-]+(\.[\w-]+)*)?$/, 'must be a selector such as "2026b"')
      .default('')
      .describe('The selector of ed25519_key_file.'),
    ed25519_key_file: path
      .default('')
      .describe(
        'A second key, Ed25519, with which the same domains are signed for as well. Large receivers do not know it yet: keep the RSA key.',
      ),
    key_table: path
      .default('')
      .describe("A file of keys, as opendkim's KeyTable: `name domain:selector:/path/to/key` on each line."),
    signing_table: path
      .default('')
      .describe(
        'A file of who is signed with which of these keys, as opendkim\'s SigningTable: "/path" or "file:/path" for exact lookups, "refile:/path" for patterns with *.',
      ),
    internal_hosts: z
      .array(host)
      .default(['127.0.0.1', '::1'])
      .describe(
        'Clients whose mail is ours: addresses, networks, host names, ".domain"; "!" for exceptions.',
      ),
    internal_hosts_file: path.default('').describe('The same in a file, one on each line.'),
    external_ignore_hosts: list(host).describe(
      'Clients that may send as one of our domains without being ours, and are not warned about in the log.',
    ),
    external_ignore_hosts_file: path.default('').describe('The same in a file, one on each line.'),
    sign_authenticated: z
      .boolean()
      .default(true)
      .describe('Mail of users who have logged in (SASL) is ours.'),
    sign_macros: list(
      z.string().regex(/^\{?[\w]+\}?(=.+)?$/, 'must be the name of a macro, or "name=value"'),
    ).describe(
      'Macros of the milter protocol that make mail ours, e.g. "{daemon_name}=ORIGINATING" for a submission service with `-o milter_macro_daemon_name=ORIGINATING`.',
    ),
    subdomains: z
      .boolean()
      .default(false)
      .describe('Sign for the names below `domains` as well, with the key of the domain.'),
    multiple_signatures: z
      .boolean()
      .default(false)
      .describe('Sign with the keys of all rows of signing_table that match, not only the first.'),
    canonicalization: z
      .enum(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'])
      .default('relaxed/relaxed')
      .describe('How much relays may change of header and body: "relaxed" lets them change white space.'),
    headers: list(fieldName).describe(
      'Header fields to sign where present. Empty: ours, which are those that RFC 6376 §5.4.1 recommends. From is always among them.',
    ),
    omit_headers: list(fieldName).describe('Header fields not to sign.'),
    oversign_headers: z
      .array(fieldName)
      .default(['From', 'Subject', 'Date', 'To', 'Message-ID'])
      .describe('Header fields that cannot be added once more without breaking the signature.'),
    lifetime_seconds: z
      .int()
      .min(0)
      .max(31_536_000)
      .default(0)
      .describe('Signatures expire after so long (x=); 0: never. Mail may be on its way for five days.'),
    require_safe_keys: z
      .boolean()
      .default(true)
      .describe(
        'Do not use key files that others may read or change: their owner must be root or the user of the daemon, with no rights for others, nor may their directories be writable for others.',
      ),
    on_missing_key: z
      .enum(['accept', 'tempfail'])
      .default('accept')
      .describe(
        'Mail that is ours to sign when no key for it can be used: "accept" lets it go unsigned and logs why, "tempfail" asks the sender to try again later.',
      ),
    require_published: z
      .boolean()
      .default(false)
      .describe(
        'Do not sign with a key that the DNS does not serve (looked up when first needed, then once an hour). Without an answer of the DNS the key is used.',
      ),
  })
  .describe('DKIM signing: which mail is ours, and with which keys it is signed.')
