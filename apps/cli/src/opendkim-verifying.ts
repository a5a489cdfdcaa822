// The part of an import that is about the socket, and about mail that comes in: [milter], [dkim], [dns].
import { parseHostname, parseIp } from '@postern/addr'
import { parseHostList } from '@postern/signing'
import type { OpendkimValues } from './opendkim-values.ts'

type Action = 'accept' | 'tempfail' | 'reject' | 'discard' | 'quarantine'

/** What dkimpy-milter does where opendkim has another default. */
export interface Dialect {
  readonly name: 'opendkim' | 'dkimpy-milter'
  readonly canonicalization: string
  readonly umask?: number
  readonly internalHosts: readonly string[]
  /** Fields that cannot be added once more. */
  readonly oversigned: readonly string[]
  /** Of On-DNSError and On-InternalError. */
  readonly onTrouble: Action
}

export function importSocket(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  const written = values.text('Socket')
  const socket = written === undefined ? undefined : listenAddress(written)
  if (written === undefined) draft.lose('Socket: the file has none, so the milter listens at its own place')
  else if (socket === undefined) values.lose('Socket', `"${written}" is no place to listen at`)
  else {
    draft.set('milter', { key: 'listen', value: [socket] })
    if (/^(0\.0\.0\.0|\[::\]):/.test(socket))
      draft.note(
        `Socket: ${socket} is open to every host that can reach it, and all of them can have mail signed.`,
      )
  }
  const mask = values.integer('UMask') ?? dialect.umask
  if (mask !== undefined && socket?.startsWith('unix:')) {
    const because = values.has('UMask') ? `UMask ${values.text('UMask')}` : `${dialect.name}'s default UMask`
    draft.set('milter', {
      key: 'socket_mode',
      value: `0${(0o666 & ~mask).toString(8).padStart(3, '0')}`,
      because,
    })
  }
  const user = values.text('UserID')
  if (user !== undefined)
    draft.note(
      `UserID ${user}: let the milter run as this user (systemd: User=), or give its user the key files.`,
    )
}

/** `inet:8891@localhost` as `localhost:8891`, `local:/path` as `unix:/path`. Without a host: all interfaces. */
function listenAddress(text: string): string | undefined {
  const [, kind = '', rest = text] = /^(inet6?|local|unix):(.*)$/i.exec(text) ?? []
  if (!kind.toLowerCase().startsWith('inet')) return rest.startsWith('/') ? `unix:${rest}` : undefined
  const [, port, host] = /^(\d{1,5})(?:@(.+))?$/.exec(rest) ?? []
  if (port === undefined) return undefined
  if (host === undefined) return kind.toLowerCase() === 'inet6' ? `[::]:${port}` : `0.0.0.0:${port}`
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const ip = parseIp(bare)
  if (ip.ok) return ip.value.version === 6 ? `[${bare}]:${port}` : `${bare}:${port}`
  return parseHostname(bare).ok ? `${bare}:${port}` : undefined
}

export function importResults(values: OpendkimValues): void {
  const { draft } = values
  const id = values.text('AuthservID')
  if (id !== undefined && id !== 'HOSTNAME') draft.set('milter', { key: 'authserv_id', value: id })
  const removed = values.entries('RemoveARFrom')?.map(({ key }) => key)
  if (removed !== undefined) draft.set('milter', { key: 'remove_authentication_results_of', value: removed })
  const peers = values.entries('PeerList')?.map(({ key }) => key)
  if (peers !== undefined)
    draft.set('milter', { key: 'skip_hosts', value: usableHosts('PeerList', peers, values) })
  const servers =
    values
      .text('Nameservers')
      ?.split(/[\s,]+/)
      .filter(Boolean) ?? []
  const known = servers.filter((server) => parseIp(server).ok)
  for (const server of servers)
    if (!known.includes(server)) values.lose('Nameservers', `"${server}" is no address`)
  if (known.length > 0) draft.set('dns', { key: 'servers', value: known })
}

/** Entries that can match here; the others are told. */
export function usableHosts(option: string, entries: readonly string[], values: OpendkimValues): string[] {
  const isPattern = values.dataSet(option)?.kind === 'pattern'
  return entries.filter((entry) => {
    const [problem] = parseHostList([entry]).problems
    if (problem === undefined) return true
    // opendkim asks for !name before name: a pattern that begins with * always says no, others do match.
    if (isPattern && problem.code === 'wildcard' && !entry.startsWith('*'))
      values.lose(
        option,
        `"${entry}" is a pattern: write a network, or ".domain" for the names below a domain`,
      )
    else values.draft.note(hostNote(option, entry, problem.code))
    return false
  })
}

/** What is wrong with an entry that opendkim passes over in silence. */
export function hostNote(option: string, entry: string, code: string): string {
  switch (code) {
    case 'host-bits-set':
      return `${option}: "${entry}" never matches in opendkim, since the address has bits beyond the prefix; write the network's first address.`
    case 'wildcard':
      return `${option}: "${entry}" never matches in opendkim; ".example.org" stands for all names below example.org.`
    default:
      return `${option}: "${entry}" is no address, network or host name and never matches.`
  }
}

const actionWords: Readonly<Record<string, Action>> = {
  a: 'accept',
  d: 'discard',
  q: 'quarantine',
  r: 'reject',
  t: 'tempfail',
}

/** The value of an On-... option, in full or by its first letter. */
function action(name: string, values: OpendkimValues): Action | undefined {
  const word = values.text(name)?.toLowerCase()
  if (word === undefined) return undefined
  const found = Object.values(actionWords).find((one) => one === word) ?? actionWords[word]
  if (found === undefined) values.lose(name, `"${word}" is no action`)
  return found
}

export function importActions(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  const general = action('On-Default', values)
  const state = (key: string, name: string, fallback: Action): Action => {
    const own = action(name, values)
    const value = own ?? general ?? fallback
    const isImplied = own === undefined && general === undefined
    draft.set('dkim', { key, value, because: isImplied ? `${dialect.name}'s default` : name, isImplied })
    return value
  }
  const bad = state('on_bad_signature', 'On-BadSignature', 'accept')
  if (bad === 'accept' && values.boolean('Quarantine') === true)
    draft.set('dkim', { key: 'on_bad_signature', value: 'quarantine', because: 'Quarantine' })
  // To opendkim a short key, a forbidden algorithm and a signature that cannot be read are bad signatures.
  for (const key of ['on_security', 'on_signature_error'])
    draft.set('dkim', { key, value: bad, because: 'as On-BadSignature', isImplied: true })
  state('on_no_signature', 'On-NoSignature', 'accept')
  state('on_key_not_found', 'On-KeyNotFound', 'accept')
  state('on_dns_error', 'On-DNSError', dialect.onTrouble)
  const internal = action('On-InternalError', values) ?? general
  const isImplied = internal === undefined
  const because = isImplied ? `${dialect.name}'s default` : 'On-InternalError'
  const onError = (internal ?? dialect.onTrouble) === 'accept' ? 'accept' : 'tempfail'
  draft.set('milter', { key: 'on_error', value: onError, because, isImplied })
  if (internal !== undefined && internal !== onError)
    values.lose(
      values.has('On-InternalError') ? 'On-InternalError' : 'On-Default',
      `on_error of [milter] knows no "${internal}": it is "${onError}"`,
    )
}

export function importVerifying(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  if (!/v/.test(values.text('Mode') ?? 'sv'))
    draft.set('dkim', { key: 'enabled', value: false, because: 'Mode' })
  const limit = values.integer('MaximumSignaturesToVerify')
  if (dialect.name === 'opendkim' || limit !== undefined)
    draft.set('dkim', {
      key: 'max_signatures',
      value: Math.min(Math.max(limit ?? 3, 1), 100),
      ...(limit === undefined && { because: "opendkim's default" }),
    })
  const bits = values.integer('MinimumKeyBits')
  if (bits !== undefined) {
    if (bits < 512 && dialect.name === 'opendkim')
      values.lose('MinimumKeyBits', 'keys with fewer than 512 bits never count')
    draft.set('dkim', {
      key: 'min_rsa_bits',
      value: bits === 0 && dialect.name !== 'opendkim' ? 1024 : Math.max(bits, 512),
    })
  }
  const drift = values.integer('ClockDrift')
  if (drift !== undefined)
    draft.set('dkim', { key: 'clock_drift_seconds', value: Math.min(Math.max(drift, 0), 86_400) })
  const covered = values.entries('MustBeSigned')?.map(({ key }) => key)
  if (covered !== undefined)
    draft.set('dkim', { key: 'required_headers', value: [...new Set(['From', ...covered])] })
  importBodyLength(values, dialect)
}

/** Minimum: `n`, `n%` or `n+`. What leaves nothing uncovered is "refuse". */
function importBodyLength(values: OpendkimValues, dialect: Dialect): void {
  const minimum = values.text('Minimum')
  if (minimum === undefined) {
    const because = `${dialect.name}'s default; "refuse" is safer, since anybody can add text to such mail`
    values.draft.set('dkim', { key: 'body_length', value: 'accept', because })
    return
  }
  values.draft.set('dkim', { key: 'body_length', value: 'refuse', because: `Minimum ${minimum}` })
  if (minimum !== '100%' && minimum !== '0+')
    values.lose('Minimum', `"${minimum}" is taken for 100%: signatures must cover the whole body`)
}
