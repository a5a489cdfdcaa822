// Every option of opendkim.conf(5), those of Debian's build and of dkimpy-milter.conf(5) among them, and what becomes
// of it. docs/operating/from-opendkim.md has a row for each; a test compares them.
import { type ConfEntry, readBoolean } from './opendkim-conf.ts'

/** What becomes of an option that is set. */
export type OptionFate =
  | { readonly kind: 'carried' }
  /** There is nothing to carry: `why` says what stands in its place. */
  | { readonly kind: 'moot'; readonly why: string }
  /** Lost, unless its value is one that changes nothing. */
  | { readonly kind: 'lost'; readonly why: string; readonly isHarmless?: (value: string) => boolean }

export interface OpendkimOption {
  readonly name: string
  readonly fate: OptionFate
}

const carried: OptionFate = { kind: 'carried' }
const isFalse = (value: string): boolean => readBoolean(value) === false
const is =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value.toLowerCase())

type Group = readonly [names: string, fate: OptionFate]

const moot = (names: string, why: string): Group => [names, { kind: 'moot', why }]
const lost = (names: string, why: string, isHarmless?: (value: string) => boolean): Group => [
  names,
  isHarmless ? { kind: 'lost', why, isHarmless } : { kind: 'lost', why },
]

const groups: readonly Group[] = [
  ['AuthservID BaseDirectory Canonicalization ClockDrift Domain ExternalIgnoreList InternalHosts', carried],
  ['KeyFile KeyFileEd25519 KeyTable MTA MacroList MaximumSignaturesToVerify Minimum MinimumKeyBits', carried],
  ['Mode MultipleSignatures MustBeSigned Nameservers OmitHeaders On-BadSignature On-DNSError', carried],
  ['On-Default On-InternalError On-KeyNotFound On-NoSignature OverSignHeaders PeerList Quarantine', carried],
  ['RemoveARFrom RequireSafeKeys Selector SelectorEd25519 SignHeaders SignatureTTL SigningTable', carried],
  ['Socket SubDomains UMask UserID', carried],

  // Done by others, or always done.
  moot(
    'AutoRestart AutoRestartCount AutoRestartRate Background PidFile EnableCoredumps',
    'starting and watching daemons is the work of systemd',
  ),
  moot(
    'Syslog SyslogFacility SyslogName SyslogSuccess LogResults LogWhy MilterDebug debugLevel',
    'see [log]; results and their reasons are always logged',
  ),
  moot('DNSTimeout', 'see timeout_ms and message_deadline_ms of [dns]'),
  moot('QueryCache', 'see cache_entries of [dns]'),
  moot(
    'DNSConnect ResolverConfiguration ResolverTracing',
    'see [dns]: a resolver on this host does this work',
  ),
  moot('TrustAnchorFile', 'validating DNSSEC is the work of the resolver that [dns] names'),
  moot(
    'DisableCryptoInit KeepTemporaryFiles TemporaryDirectory StrictTestMode',
    'there is nothing of the kind',
  ),
  moot('AllowSHA1Only', 'SHA-256 is always there, and rsa-sha1 never passes (RFC 8301)'),
  moot('AlwaysAddARHeader', 'Authentication-Results is always written'),
  moot('RemoveARAll', 'fields of the names in question are removed whatever they tell of'),
  moot('IgnoreMalformedMail', 'malformed mail passes; Authentication-Results says what was wrong'),
  moot('FixCRLF', 'the milter sees lines as Postfix sends them on'),
  moot('MaximumHeaders', 'the milter has bounds of its own'),
  moot('MTACommand ReportAddress ReportBccAddress SMTPURI', 'no failure reports are sent'),
  moot(
    'LDAPAuthMechanism LDAPAuthName LDAPAuthRealm LDAPAuthUser LDAPBindPassword LDAPBindUser LDAPDisableCache',
    'LDAP is not asked',
  ),
  moot(
    'LDAPKeepaliveIdle LDAPKeepaliveInterval LDAPKeepaliveProbes LDAPTimeout LDAPUseTLS SoftStart',
    'LDAP and SQL are not asked',
  ),
  moot('StatisticsName StatisticsPrefix', 'statistics are not gathered'),
  moot('ReportIntervals', 'no failure reports are sent'),
  moot(
    'On-SignatureError',
    'it is about mail that cannot be signed; here such mail is answered as `on_error` of [milter] says',
  ),
  moot('On-Security', 'it is about headers that are too large; the milter has bounds of its own'),

  // Not done.
  lost('AuthservIDWithJobID', 'the authserv-id does not carry the queue ID', isFalse),
  lost('BodyLengthDB MaximumSignedBytes', 'signatures never carry l=: anybody could add text to the mail'),
  lost(
    'BogusKey',
    'a resolver that validates gives no answer for a bogus key, which is a DNS error',
    is('fail'),
  ),
  lost('UnprotectedKey', 'keys without DNSSEC count as others do', is('none')),
  lost('CaptureUnknownErrors', 'on_error of [milter] knows "accept" and "tempfail"', isFalse),
  lost('ChangeRootDirectory', 'the daemon does not change its root; systemd can (RootDirectory=)'),
  lost(
    'Diagnostics DiagnosticDirectory',
    'z= is neither written nor read; the log says what was wrong',
    isFalse,
  ),
  lost('DomainKeysCompat', 'key records count as RFC 6376 has them', isFalse),
  lost('DontSignMailTo', 'whether mail is signed does not depend on its recipients'),
  lost('ExemptDomains', 'no domain is exempt from verifying'),
  lost(
    'FinalPolicyScript ScreenPolicyScript SetupPolicyScript StatisticsPolicyScript',
    'Lua scripts are not run',
  ),
  lost('IdentityHeader IdentityHeaderRemove', 'i= comes from the signing table', isFalse),
  lost('KeepAuthResults', 'fields that claim to be ours are always removed', isFalse),
  lost(
    'KeyTableEd25519',
    'keys of both kinds stand in one key table, each with a row of its own in the signing table, with multiple_signatures = true',
  ),
  lost(
    'MacroListVerify',
    'a service that is to verify only gets a milter of its own, or no login and no internal host',
  ),
  lost('DNSOverride', 'it is for tests'),
  lost('NoHeaderB', 'header.b is always written', isFalse),
  lost('On-PolicyError', 'ADSP is historic (RFC 5617) and not asked for', is('a', 'accept')),
  lost('POPDBFile', 'POP before SMTP is not known: have users log in'),
  lost('RedirectFailuresTo', 'mail is not redirected; "quarantine" puts it on hold'),
  lost('RemoveOldSignatures', 'signatures that are there are kept', isFalse),
  lost('ReplaceHeaders ReplaceRules', 'header fields are signed as they are'),
  lost('RequestReports SendReports', 'failure reports (RFC 6651) are neither asked for nor sent', isFalse),
  lost(
    'RequiredHeaders StrictHeaders WeakSyntaxChecks',
    'mail is neither refused nor let pass for the fields that RFC 5322 wants',
    isFalse,
  ),
  lost('ResignAll ResignMailTo', 'verified mail is not signed again', isFalse),
  lost(
    'SelectCanonicalizationHeader',
    'no header field chooses the canonicalization',
    is('x-canonicalization'),
  ),
  lost('SenderHeaders SenderMacro', 'the sender is who From names', is('from')),
  lost('SignatureAlgorithm', 'rsa-sha1 is forbidden (RFC 8301)', is('rsa-sha256', 'ed25519-sha256')),
  lost('SoftwareHeader X-Header', 'no DKIM-Filter field is added', isFalse),
  lost('Statistics', 'statistics are not gathered; the log has every result'),
  lost('TestDNSData TestPublicKeys', 'they are for tests'),
  lost(
    'TrustSignaturesFrom',
    'a valid signature passes, whoever the signer is; DMARC says whether it counts for the author',
  ),
  lost(
    'VBR-Certifiers VBR-PurgeFields VBR-TrustedCertifiers VBR-TrustedCertifiersOnly VBR-Type',
    'Vouch By Reference is not asked for',
    isFalse,
  ),
  lost('ATPSDomains ATPSHashAlgorithm', 'Authorized Third-Party Signatures (RFC 6541) are not asked for'),
]

/** By keyword in lower case. Include is not among them: it is no setting. */
export const opendkimOptions: ReadonlyMap<string, OpendkimOption> = new Map(
  groups.flatMap(([names, fate]) =>
    names.split(' ').map((name) => [name.toLowerCase(), { name, fate }] as const),
  ),
)

/** The sentence for an option that was not carried; undefined when nothing is lost. */
export function explainLoss({ name, value, file, line }: ConfEntry): string | undefined {
  const option = opendkimOptions.get(name.toLowerCase())
  const where = `${name} (${file}:${line})`
  if (option === undefined) return `${where}: it is not known to opendkim either`
  const { fate } = option
  if (fate.kind !== 'lost' || fate.isHarmless?.(value)) return undefined
  return `${where}: ${fate.why}`
}
