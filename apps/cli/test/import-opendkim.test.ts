import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { loadSettings, type Settings } from '@postern/settings'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOpendkimConf } from '../src/opendkim-conf.ts'
import { importOpendkim } from '../src/opendkim-import.ts'
import { opendkimOptions } from '../src/opendkim-options.ts'
import { Desk } from './harness.ts'

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

/** Imports a configuration; the settings are those that Postern reads in what was printed. */
async function importConf(text: string, name = 'opendkim.conf') {
  const file = desk.write(name, text)
  const { status, out, err } = await desk.run('import', 'opendkim', file)
  return { status, out, lost: lostOf(err), settings: settingsOf(out) }
}

function settingsOf(toml: string): Settings {
  const loaded = loadSettings(toml)
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
  return loaded.settings
}

const lostOf = (err: string): string[] =>
  err
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace('postern: not carried over: ', '').replaceAll(desk.directory, ''))

const socket = 'Socket inet:8891@localhost\n'

describe("Debian's file as it is shipped", () => {
  it('is carried over whole', async () => {
    const { status, lost, settings, out } = await importConf(`
# This is a basic configuration for signing and verifying.
Syslog			yes
SyslogSuccess		yes
#LogWhy			no
Canonicalization	relaxed/simple
#Mode			sv
OversignHeaders		From
#Domain			example.com
UserID			opendkim
UMask			007
Socket			local:/run/opendkim/opendkim.sock
PidFile			/run/opendkim/opendkim.pid
#InternalHosts		192.168.0.0/16, 10.0.0.0/8, 172.16.0.0/12
TrustAnchorFile		/usr/share/dns/root.key
`)
    expect({ status, lost }).toEqual({ status: 0, lost: [] })
    expect(settings.milter).toMatchObject({
      listen: ['unix:/run/opendkim/opendkim.sock'],
      socket_mode: '0660',
      on_error: 'tempfail',
    })
    expect(settings.dkim).toMatchObject({
      enabled: true,
      max_signatures: 3,
      body_length: 'accept',
      on_bad_signature: 'accept',
      on_dns_error: 'tempfail',
    })
    expect(settings.signing).toMatchObject({
      enabled: true,
      canonicalization: 'relaxed/simple',
      oversign_headers: ['From'],
      on_missing_key: 'tempfail',
      internal_hosts: ['127.0.0.1', '::1'],
      headers: expect.arrayContaining(['From', 'List-Archive']),
    })
    expect(out).toContain('# - Syslog, SyslogSuccess: see [log]')
    expect(out).toContain('# - UserID opendkim: let the milter run as this user')
  })
})

describe('tables as the tutorials have them', () => {
  const conf = (rest = '') => `${socket}
AutoRestart             Yes
UMask                   002
Mode                    sv
ExternalIgnoreList      refile:${desk.directory}/TrustedHosts
InternalHosts           ${desk.directory}/TrustedHosts
KeyTable                ${desk.directory}/KeyTable
SigningTable            refile:${desk.directory}/SigningTable
SignatureAlgorithm      rsa-sha256
${rest}`
  beforeEach(() => {
    desk.write('TrustedHosts', '127.0.0.1\nlocalhost\n192.168.0.1/24\n*.example.com\n!10.0.0.1\n')
    desk.write('KeyTable', 'mail._domainkey.example.com example.com:mail:/etc/opendkim/mail.private\n')
    desk.write('SigningTable', '*@example.com mail._domainkey.example.com\n')
  })

  it('are named where they lie', async () => {
    const { status, lost, settings, out } = await importConf(conf())
    expect({ status, lost }).toEqual({ status: 0, lost: [] })
    expect(settings.milter.listen).toEqual(['localhost:8891'])
    expect(settings.signing).toMatchObject({
      key_table: `${desk.directory}/KeyTable`,
      signing_table: `refile:${desk.directory}/SigningTable`,
      internal_hosts: [],
      internal_hosts_file: `${desk.directory}/TrustedHosts`,
      external_ignore_hosts: ['127.0.0.1', 'localhost', '!10.0.0.1'],
      canonicalization: 'simple/simple',
      oversign_headers: [],
    })
    // What opendkim passes over in silence is told.
    const comments = out.replace(/\n# {3}/g, ' ')
    expect(comments).toContain('InternalHosts: "192.168.0.1/24" never matches in opendkim')
    expect(comments).toContain('ExternalIgnoreList: "*.example.com" never matches in opendkim')
  })

  it('patterns of hosts that opendkim finds are told', async () => {
    const hosts = desk.write('hosts', '10.1.*\n*.internal.test\n!*.guest.test\n192.0.2.1\n')
    const { status, lost, settings } = await importConf(`${socket}PeerList refile:${hosts}\n`)
    expect(status).toBe(1)
    expect(lost).toEqual([
      expect.stringContaining('PeerList (/opendkim.conf:2): "10.1.*" is a pattern'),
      expect.stringContaining('PeerList (/opendkim.conf:2): "!*.guest.test" is a pattern'),
    ])
    expect(settings.milter.skip_hosts).toEqual(['192.0.2.1'])
  })

  it('with mistakes in them: each is told, the key not', async () => {
    desk.write('KeyTable', 'a example.com:SECRET\nb example.com:mail:/key\nc %%:x:SECRET')
    desk.write('SigningTable', '*@example.com gone\n*@example.net b\nexample.org\n')
    const { status, lost } = await importConf(conf('MultipleSignatures yes\n'))
    expect(status).toBe(1)
    expect(lost).toEqual([
      'KeyTable (/opendkim.conf:8): /KeyTable:1: "a example.com" is not in force: missing key',
      'KeyTable (/opendkim.conf:8): /KeyTable:3: "c %%:x" is not in force: bad domain',
      'SigningTable (/opendkim.conf:9): refile:/SigningTable:3: "example.org" is not in force: it names no key',
      'SigningTable (/opendkim.conf:9): line 1 names the key "gone", which the KeyTable does not have',
    ])
  })

  it('a file-form table with patterns was never in force', async () => {
    const text = conf().replace('refile:', '').replace('SigningTable            refile:', 'SigningTable ')
    const { status, out, settings } = await importConf(text)
    expect(status).toBe(0)
    expect(settings.signing.signing_table).toBe(`${desk.directory}/SigningTable`)
    expect(out.replace(/\n# {3}/g, ' ')).toContain('for patterns the table must be "refile:"')
  })

  it('that cannot be read are told', async () => {
    const { status, lost, settings } = await importConf(
      `${socket}KeyTable /nowhere/keys\nSigningTable dsn:mysql://u:p@h/d\nInternalHosts /nowhere/hosts\nExternalIgnoreList lua:/x.lua\nKeyTable ${desk.directory}\n`,
    )
    expect(status).toBe(1)
    expect(lost).toEqual([
      'KeyTable (/opendkim.conf:6):  is a directory',
      'SigningTable (/opendkim.conf:3): a data set of type dsn is not read: write its rows into a file',
      'InternalHosts (/opendkim.conf:4): there is no /nowhere/hosts',
      'ExternalIgnoreList (/opendkim.conf:5): a data set of type lua is not read',
    ])
    expect(settings.signing.internal_hosts).toEqual([])
  })
})

describe('tables within the configuration', () => {
  const conf = `${socket}
KeyTable csl:k1=example.com:s1:/keys/1, k2=%:s2:MIIEvQIBADANBgkqhkiG
SigningTable example.com=k1,.example.net=k2`

  it('are written beside the settings', async () => {
    const file = desk.write('opendkim.conf', conf)
    mkdirSync(`${desk.directory}/postern`)
    const output = `${desk.directory}/postern/postern.toml`
    const ran = await desk.run('import', 'opendkim', file, '--output', 'postern/postern.toml')
    expect(ran).toEqual({ status: 0, out: '', err: '' })
    const { signing } = settingsOf(readFileSync(output, 'utf8'))
    expect(signing).toMatchObject({ key_table: 'key-table', signing_table: 'signing-table' })
    const keyTable = `${desk.directory}/postern/key-table`
    expect(readFileSync(keyTable, 'utf8')).toBe('k1 example.com:s1:/keys/1\nk2 %:s2:MIIEvQIBADANBgkqhkiG\n')
    expect(statSync(keyTable).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${desk.directory}/postern/signing-table`, 'utf8')).toBe(
      'example.com k1\n.example.net k2\n',
    )
    expect(readFileSync(output, 'utf8')).not.toContain('MIIEvQ')

    // Nothing is overwritten.
    const again = await desk.run('import', 'opendkim', file, '--output', output)
    expect(again).toEqual({ status: 2, out: '', err: `postern: ${output} is there already\n` })
  })

  it('or stand in comments when only printed', async () => {
    const { out, settings } = await importConf(conf)
    expect(out).toContain('# The file "signing-table", to be put beside this one:\n#   example.com k1\n')
    expect(settings.signing.key_table).toBe('key-table')
  })
})

describe("dkimpy-milter's file", () => {
  it('has its own defaults and a second key', async () => {
    const { status, lost, settings } = await importConf(
      `Syslog yes
UMask 007
Domain example.com, example.net
KeyFile /etc/dkimkeys/rsa.key
Selector rsa2026
KeyFileEd25519 /etc/dkimkeys/ed.key
SelectorEd25519 ed2026
Mode sv
Socket local:/run/dkimpy-milter/dkimpy-milter.sock
PidFile /run/dkimpy-milter/dkimpy-milter.pid
UserID dkimpy-milter
InternalHosts 192.168.1.5/24, 10.0.0.0/8
MacroList daemon_name|ORIGINATING
MacroListVerify daemon_name|VERIFYING
MinimumKeyBits 0
`,
      'dkimpy-milter.conf',
    )
    expect(status).toBe(1)
    expect(lost).toEqual([
      expect.stringContaining('MacroListVerify (/dkimpy-milter.conf:14): '),
      'InternalHosts (/dkimpy-milter.conf:12): "192.168.1.5/24" is no network: write its first address',
      'MacroList: "{daemon_name|ORIGINATING}" is no macro',
    ])
    expect(settings.signing).toMatchObject({
      domains: ['example.com', 'example.net'],
      selector: 'rsa2026',
      key_file: '/etc/dkimkeys/rsa.key',
      ed25519_selector: 'ed2026',
      ed25519_key_file: '/etc/dkimkeys/ed.key',
      internal_hosts: ['10.0.0.0/8'],
      canonicalization: 'relaxed/simple',
      oversign_headers: ['From'],
    })
    expect(settings.dkim).toMatchObject({ on_dns_error: 'accept', max_signatures: 8, min_rsa_bits: 1024 })
  })
})

describe('one option after the other', () => {
  it.each<[string, string, unknown]>([
    ['Socket inet:8891', 'milter.listen', ['0.0.0.0:8891']],
    ['Socket inet6:8891', 'milter.listen', ['[::]:8891']],
    ['Socket inet:8891@[127.0.0.1]', 'milter.listen', ['127.0.0.1:8891']],
    ['Socket inet6:8891@[::1]', 'milter.listen', ['[::1]:8891']],
    ['Socket inet:8891@mx.example.org', 'milter.listen', ['mx.example.org:8891']],
    ['Socket /run/x.sock', 'milter.listen', ['unix:/run/x.sock']],
    ['Socket unix:/run/x.sock\nUMask 0117', 'milter.socket_mode', '0660'],
    ['Socket unix:/run/x.sock\nUMask 2', 'milter.socket_mode', '0664'],
    ['AuthservID mx.example.org', 'milter.authserv_id', 'mx.example.org'],
    ['AuthservID HOSTNAME', 'milter.authserv_id', ''],
    [
      'RemoveARFrom a.example, .b.example',
      'milter.remove_authentication_results_of',
      ['a.example', '.b.example'],
    ],
    [
      'PeerList csl:10.0.0.1,!10.0.0.2,.example.org',
      'milter.skip_hosts',
      ['10.0.0.1', '!10.0.0.2', '.example.org'],
    ],
    ['Nameservers 192.0.2.53,192.0.2.54', 'dns.servers', ['192.0.2.53', '192.0.2.54']],
    ['Mode v', 'signing.enabled', false],
    ['mode s', 'dkim.enabled', false],
    ['MaximumSignaturesToVerify 20', 'dkim.max_signatures', 20],
    ['MinimumKeyBits 2048', 'dkim.min_rsa_bits', 2048],
    ['ClockDrift 60', 'dkim.clock_drift_seconds', 60],
    ['MustBeSigned Subject', 'dkim.required_headers', ['From', 'Subject']],
    ['Minimum 100%', 'dkim.body_length', 'refuse'],
    ['On-BadSignature r', 'dkim.on_bad_signature', 'reject'],
    ['On-BadSignature r', 'dkim.on_security', 'reject'],
    ['On-Default t\nOn-KeyNotFound q', 'dkim.on_no_signature', 'tempfail'],
    ['On-Default t\nOn-NoSignature a', 'dkim.on_no_signature', 'accept'],
    ['On-DNSError accept', 'dkim.on_dns_error', 'accept'],
    ['On-InternalError accept', 'milter.on_error', 'accept'],
    ['On-KeyNotFound d', 'dkim.on_key_not_found', 'discard'],
    ['Quarantine yes', 'dkim.on_bad_signature', 'quarantine'],
    ['Domain example.org\nSelector s1\nKeyFile /k', 'signing.selector', 's1'],
    ['Domain .\nDomain example.org', 'signing.domains', ['example.org']],
    ['Domain example.org\nSubDomains Y', 'signing.subdomains', true],
    ['BaseDirectory /var/lib/dkim/\nKeyFile ./k.pem', 'signing.key_file', '/var/lib/dkim/k.pem'],
    ['InternalHosts 127.0.0.1, ::1', 'signing.internal_hosts', ['127.0.0.1', '::1']],
    ['MTA MSA,submission', 'signing.sign_macros', ['{daemon_name}=MSA', '{daemon_name}=submission']],
    ['MacroList {auth_ssf},x=1|2', 'signing.sign_macros', ['{auth_ssf}', '{x}=1|2']],
    ['Canonicalization relaxed', 'signing.canonicalization', 'relaxed/simple'],
    ['canonicalization Simple/Relaxed', 'signing.canonicalization', 'simple/relaxed'],
    ['SignHeaders From,Subject', 'signing.headers', ['From', 'Subject']],
    [
      'OmitHeaders *,+X-Foo,-bcc',
      'signing.omit_headers',
      ['Return-Path', 'Received', 'Comments', 'Keywords', 'Resent-Bcc', 'DKIM-Signature', 'X-Foo'],
    ],
    ['OmitHeaders .', 'signing.omit_headers', []],
    ['OversignHeaders From,To', 'signing.oversign_headers', ['From', 'To']],
    ['SignatureTTL 604800', 'signing.lifetime_seconds', 604_800],
    ['RequireSafeKeys No', 'signing.require_safe_keys', false],
  ])('%j: %s', async (line, path, expected) => {
    const isSocket = line.startsWith('Socket')
    const { status, lost, settings } = await importConf(isSocket ? line : `${socket}${line}\n`)
    const [table = '', key = ''] = path.split('.')
    expect((settings[table as 'milter'] as Record<string, unknown>)[key]).toEqual(expected)
    expect({ status, lost }).toEqual({ status: 0, lost: [] })
  })

  it.each<[string, string]>([
    ['BodyLengthDB /etc/l', 'BodyLengthDB (/opendkim.conf:2): signatures never carry l='],
    ['SetupPolicyScript /x.lua', 'SetupPolicyScript (/opendkim.conf:2): Lua scripts are not run'],
    ['SoftwareHeader yes', 'SoftwareHeader (/opendkim.conf:2): no DKIM-Filter field'],
    ['SenderHeaders Sender,From', 'SenderHeaders (/opendkim.conf:2): the sender is who From names'],
    ['Colour blue', 'Colour (/opendkim.conf:2): it is not known to opendkim either'],
    ['ClockDrift soon', 'ClockDrift (/opendkim.conf:2): "soon" is no value for it'],
    ['SubDomains perhaps\nDomain a.example', 'SubDomains (/opendkim.conf:2): "perhaps" is no value for it'],
    ['Selector', '/opendkim.conf:2: Selector has no value'],
    ['Include /nowhere', '/opendkim.conf:2: Include: there is no /nowhere'],
    ['On-BadSignature bounce', 'On-BadSignature (/opendkim.conf:2): "bounce" is no action'],
    [
      'On-InternalError discard',
      'On-InternalError (/opendkim.conf:2): on_error of [milter] knows no "discard"',
    ],
    ['On-Default reject', 'On-Default (/opendkim.conf:2): on_error of [milter] knows no "reject"'],
    ['Minimum 50%', 'Minimum (/opendkim.conf:2): "50%" is taken for 100%'],
    ['MinimumKeyBits 0', 'MinimumKeyBits (/opendkim.conf:2): keys with fewer than 512 bits'],
    ['Domain *', 'Domain (/opendkim.conf:2): "*", all domains'],
    ['Domain a b', 'Domain (/opendkim.conf:2): "a b" is no domain name'],
    ['Canonicalization strict', 'Canonicalization (/opendkim.conf:2): "strict" is none'],
    ['SigningTable example.org=k', 'KeyTable: the file has none'],
    [
      'KeyTable refile:/x\nSigningTable example.org=k',
      'KeyTable (/opendkim.conf:2): a KeyTable cannot be a refile',
    ],
    ['Nameservers ns.example', 'Nameservers (/opendkim.conf:2): "ns.example" is no address'],
    ['SignatureTTL 99999999', 'SignatureTTL (/opendkim.conf:2): a year is the most'],
    ['Selector exa mple', 'the settings do not take what comes of it: selector must be'],
    ['PeerList db:/x', 'PeerList (/opendkim.conf:2): a data set of type db is not read'],
    ['PeerList /etc/peers.db', 'PeerList (/opendkim.conf:2): a data set of type db is not read'],
  ])('%j is told', async (line, expected) => {
    const file = desk.write('opendkim.conf', `${socket}${line}\n`)
    const { status, out, err } = await desk.run('import', 'opendkim', file)
    expect(status).toBe(1)
    expect(lostOf(err)).toContainEqual(expect.stringContaining(expected))
    expect(out).toContain('# Not carried over:')
  })

  it('what is only about signing is left out of a verifier', async () => {
    const { status, out } = await importConf(`${socket}Mode v\nDomain example.org\n`)
    expect(status).toBe(0)
    expect(out).toMatch(/\[signing\]\nenabled = false # Mode\n$/)
  })

  it.each(['BogusKey fail', 'SenderHeaders From', 'KeepAuthResults no', 'X-Header n', 'DNSTimeout 5'])(
    '%j loses nothing',
    async (line) => {
      expect(await importConf(`${socket}${line}\n`)).toMatchObject({ status: 0, lost: [] })
    },
  )

  it.each(['Socket inet:milter@localhost', 'Socket local:relative', 'Socket inet:8891@-x', ''])(
    'no place to listen at: %j',
    async (line) => {
      const { status, lost, settings } = await importConf(line)
      expect(status).toBe(1)
      expect(lost).toEqual([expect.stringContaining('Socket')])
      expect(settings.milter.listen).toEqual(['127.0.0.1:10024'])
    },
  )
})

describe('the file itself', () => {
  it('that cannot be read ends with 2', async () => {
    expect(await desk.run('import', 'opendkim', 'gone.conf')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('there is no '),
    })
  })

  it('is read as opendkim reads it: comments, any case, the last setting, Include in its place', async () => {
    desk.write('more.conf', 'selector later # comment\r\nClockDrift 010\n')
    const { settings } = await importConf(
      `${socket}SELECTOR first\nClockDrift 5\nInclude ${desk.directory}/more.conf\nMinimumKeyBits 0x800\n`,
    )
    expect(settings.signing.selector).toBe('later')
    expect(settings.dkim).toMatchObject({ clock_drift_seconds: 8, min_rsa_bits: 2048 })
  })

  it('that includes itself has an end', async () => {
    const { lost } = await importConf(`${socket}Include ${desk.directory}/opendkim.conf\n`)
    expect(lost).toEqual([expect.stringContaining('more than 5 levels deep')])
  })
})

describe('whatever the file says', () => {
  it('the settings that come of it can be read, and no value leaves its place', () => {
    const names = [...opendkimOptions.values()].map(({ name }) => name)
    const value = fc.oneof(
      fc.constantFrom('yes', 'no', '/x', 'csl:a=b', 'refile:/x', '*', 'db:x', '5', '100%', 'inet:1@h', 'r'),
      fc.string({ unit: fc.constantFrom(...'ab1.@:=,*|!/"\\[]{}#\t \x7f\u0085ü'), maxLength: 20 }),
    )
    const line = fc.tuple(fc.constantFrom(...names), value).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), value, (lines, table) => {
        const readText = (file: string) =>
          ({ ok: true, text: file === 'c' ? lines.join('\n') : table }) as const
        const read = readOpendkimConf('c', readText)
        if (!read.ok) throw new Error(read.problem)
        const imported = importOpendkim(read.conf, readText)
        const loaded = loadSettings(imported.format(true))
        // A value that the settings do not take is told; what is no TOML must not come out.
        if (!loaded.ok) {
          expect(loaded.problems.filter(({ code }) => code === 'syntax')).toEqual([])
          expect(imported.lost.join('\n')).toContain('the settings do not take what comes of it')
        }
      }),
      { numRuns: 1000 },
    )
  })
})

/** Names of options in opendkim.conf(5) of release 2.11, but for Include. */
const manualOptions = `
  AllowSHA1Only AlwaysAddARHeader AuthservID AuthservIDWithJobID AutoRestart AutoRestartCount
  AutoRestartRate Background BaseDirectory BodyLengthDB BogusKey Canonicalization
  CaptureUnknownErrors ChangeRootDirectory ClockDrift DiagnosticDirectory Diagnostics
  DisableCryptoInit DNSConnect DNSTimeout Domain DomainKeysCompat DontSignMailTo EnableCoredumps
  ExemptDomains ExternalIgnoreList FinalPolicyScript FixCRLF IdentityHeader IdentityHeaderRemove
  IgnoreMalformedMail InternalHosts KeepAuthResults KeepTemporaryFiles KeyFile KeyTable
  LDAPAuthMechanism LDAPAuthName LDAPAuthRealm LDAPAuthUser LDAPBindPassword LDAPBindUser
  LDAPDisableCache LDAPKeepaliveIdle LDAPKeepaliveInterval LDAPKeepaliveProbes LDAPTimeout
  LDAPUseTLS LogResults LogWhy MacroList MaximumHeaders MaximumSignaturesToVerify
  MaximumSignedBytes MilterDebug Minimum MinimumKeyBits Mode MTA MTACommand MultipleSignatures
  MustBeSigned Nameservers NoHeaderB OmitHeaders On-BadSignature On-Default On-DNSError
  On-InternalError On-KeyNotFound On-NoSignature On-Security On-SignatureError OversignHeaders
  PeerList PidFile POPDBFile Quarantine QueryCache RedirectFailuresTo RemoveARAll RemoveARFrom
  RemoveOldSignatures ReplaceHeaders ReplaceRules ReportAddress ReportBccAddress RequestReports
  RequiredHeaders RequireSafeKeys ResignAll ResignMailTo ResolverConfiguration ResolverTracing
  ScreenPolicyScript SelectCanonicalizationHeader Selector SenderHeaders SenderMacro SendReports
  SetupPolicyScript SignatureAlgorithm SignatureTTL SignHeaders SigningTable SMTPURI Socket
  SoftStart SoftwareHeader Statistics StatisticsName StatisticsPolicyScript StatisticsPrefix
  StrictHeaders StrictTestMode SubDomains Syslog SyslogFacility SyslogName SyslogSuccess
  TemporaryDirectory TestDNSData TestPublicKeys TrustAnchorFile TrustSignaturesFrom UMask
  UnprotectedKey UserID VBR-Certifiers VBR-PurgeFields VBR-TrustedCertifiers
  VBR-TrustedCertifiersOnly VBR-Type WeakSyntaxChecks
`
  .trim()
  .split(/\s+/)

it('every option of opendkim.conf(5) is known, and explained to people', () => {
  const page = readFileSync(new URL('../../../docs/operating/from-opendkim.md', import.meta.url), 'utf8')
  expect(manualOptions.filter((name) => !opendkimOptions.has(name.toLowerCase()))).toEqual([])
  for (const { name } of opendkimOptions.values()) expect(page).toMatch(new RegExp(`\`${name}\``, 'i'))
})
