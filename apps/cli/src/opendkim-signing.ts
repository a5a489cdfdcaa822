// The part of an import that is about mail of our own: [signing].
import { parseHostname } from '@postern/addr'
import {
  findUnknownKeys,
  type KeyTable,
  parseHostList,
  parseKeyTable,
  parseSigningTable,
  type SigningTable,
} from '@postern/signing'
import type { DataSet } from './opendkim-data-set.ts'
import type { OpendkimValues } from './opendkim-values.ts'
import { type Dialect, hostNote, usableHosts } from './opendkim-verifying.ts'

export function importSigning(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  if (!/s/.test(values.text('Mode') ?? 'sv')) {
    draft.set('signing', { key: 'enabled', value: false, because: 'Mode' })
    return
  }
  if (values.has('KeyTable') || values.has('SigningTable')) importTables(values)
  else importDomainKeys(values)
  importOrigins(values, dialect)
  importForm(values, dialect)
}

function importDomainKeys(values: OpendkimValues): void {
  const { draft } = values
  const domains: string[] = []
  for (const { key } of values.entries('Domain') ?? []) {
    const name = parseHostname(key, { underscore: true, trailingDot: true })
    if (name.ok) domains.push(name.value)
    else if (key === '*')
      values.lose(
        'Domain',
        '"*", all domains, is said with a signing table: "*" and a key whose domain is "%"',
      )
    else values.lose('Domain', `"${key}" is no domain name`)
  }
  if (domains.length > 0) draft.set('signing', { key: 'domains', value: domains })
  for (const [key, option] of [
    ['selector', 'Selector'],
    ['key_file', 'KeyFile'],
    ['ed25519_selector', 'SelectorEd25519'],
    ['ed25519_key_file', 'KeyFileEd25519'],
  ] as const) {
    const value = values.text(option)
    if (value !== undefined)
      draft.set('signing', { key, value: option.startsWith('Key') ? inBase(values, value) : value })
  }
  if (values.boolean('SubDomains')) draft.set('signing', { key: 'subdomains', value: true })
}

/** BaseDirectory is where opendkim's relative paths count from. */
function inBase(values: OpendkimValues, path: string): string {
  if (path.startsWith('/')) return path
  const base = values.text('BaseDirectory')
  if (base !== undefined) return `${base.replace(/\/+$/, '')}/${path.replace(/^\.\//, '')}`
  values.draft.note(`"${path}" is a relative path: here it counts from the directory of postern.toml.`)
  return path
}

function importTables(values: OpendkimValues): void {
  const { draft } = values
  if (values.has('Domain') || values.has('KeyFile') || values.has('Selector'))
    draft.note('Domain, KeyFile and Selector say nothing beside KeyTable and SigningTable, and are left out.')
  const keys = tableOf(values, 'KeyTable')
  const senders = tableOf(values, 'SigningTable')
  if (keys !== undefined) draft.set('signing', { key: 'key_table', value: keys.setting })
  if (senders !== undefined) draft.set('signing', { key: 'signing_table', value: senders.setting })
  if (values.boolean('MultipleSignatures')) draft.set('signing', { key: 'multiple_signatures', value: true })
  const keyTable = keys && parseKeyTable(keys.text)
  const signingTable = senders && parseSigningTable(senders.text, senders.form)
  if (keyTable) tellKeyTable(values, keyTable, keys.setting)
  if (signingTable) tellSigningTable(values, signingTable, senders.setting)
  if (keyTable && signingTable)
    for (const { line, key } of findUnknownKeys(signingTable, keyTable))
      values.lose('SigningTable', `line ${line} names the key "${key}", which the KeyTable does not have`)
}

interface Table {
  /** The value of key_table or signing_table. */
  readonly setting: string
  readonly text: string
  readonly form: 'file' | 'refile'
}

/** A table that our settings can name: a file in its place, or one made of the list in the configuration. */
function tableOf(values: OpendkimValues, option: 'KeyTable' | 'SigningTable'): Table | undefined {
  const set = values.dataSet(option)
  if (set === undefined) {
    values.draft.lose(`${option}: the file has none, although it has the other table`)
    return undefined
  }
  if (set.kind === 'foreign') {
    values.lose(option, `a data set of type ${set.type} is not read: write its rows into a file`)
    return undefined
  }
  if (set.kind === 'list') return madeTable(values, option, set)
  if (set.kind === 'pattern' && option === 'KeyTable') {
    values.lose(option, 'a KeyTable cannot be a refile')
    return undefined
  }
  const path = inBase(values, set.path)
  const form = set.kind === 'pattern' ? 'refile' : 'file'
  const read = values.readText(path)
  if (!read.ok) values.lose(option, read.problem)
  return { setting: form === 'refile' ? `refile:${path}` : path, text: read.ok ? read.text : '', form }
}

function madeTable(
  values: OpendkimValues,
  option: 'KeyTable' | 'SigningTable',
  { entries }: Extract<DataSet, { kind: 'list' }>,
): Table {
  const name = option === 'KeyTable' ? 'key-table' : 'signing-table'
  const text = entries.map(({ key, value }) => `${key} ${value}\n`).join('')
  values.draft.file({ name, text })
  return { setting: name, text, form: 'file' }
}

function tellKeyTable(values: OpendkimValues, { rows, problems }: KeyTable, file: string): void {
  for (const { line, code, text } of problems)
    values.lose('KeyTable', `${file}:${line}: "${text}" is not in force: ${code.replaceAll('-', ' ')}`)
  if (rows.some(({ key }) => key.kind === 'file' && !key.path.startsWith('/')))
    values.draft.note(`${file} has relative paths: here they count from the directory of postern.toml.`)
}

/** Rows that opendkim passes over in silence are a note; they were not in force before. */
function tellSigningTable(values: OpendkimValues, { problems }: SigningTable, file: string): void {
  for (const { line, code, text } of problems) {
    const about = `${file}:${line}: "${text}" is not in force`
    if (code === 'wildcard-needs-refile')
      values.draft.note(
        `SigningTable: ${about}, nor is it in opendkim: for patterns the table must be "refile:".`,
      )
    else if (code === 'missing-key') values.lose('SigningTable', `${about}: it names no key`)
    else values.draft.note(`SigningTable: ${about}, nor is it in opendkim: ${code.replaceAll('-', ' ')}.`)
  }
}

function importOrigins(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  if (!values.has('InternalHosts'))
    draft.set('signing', {
      key: 'internal_hosts',
      value: dialect.internalHosts,
      because: `${dialect.name}'s default`,
      isImplied: true,
    })
  else importHosts(values, { option: 'InternalHosts', key: 'internal_hosts', dialect })
  if (values.has('ExternalIgnoreList'))
    importHosts(values, { option: 'ExternalIgnoreList', key: 'external_ignore_hosts', dialect })
  const macros = [
    ...(values.entries('MTA') ?? []).map(({ key }) => `{daemon_name}=${key}`),
    ...(values.entries('MacroList') ?? []).map(
      ({ key, value }) => `{${key.replace(/^\{(.*)\}$/, '$1')}}${value === '' ? '' : `=${value}`}`,
    ),
  ]
  const usable = macros.filter((macro) => /^\{\w+\}(=.+)?$/.test(macro))
  for (const macro of macros) if (!usable.includes(macro)) draft.lose(`MacroList: "${macro}" is no macro`)
  if (usable.length > 0) draft.set('signing', { key: 'sign_macros', value: usable })
}

interface HostSetting {
  readonly option: string
  readonly key: 'internal_hosts' | 'external_ignore_hosts'
  readonly dialect: Dialect
}

/** A file of hosts is named where it lies; patterns and lists are written out. */
function importHosts(values: OpendkimValues, { option, key, dialect }: HostSetting): void {
  const { draft } = values
  const set = values.dataSet(option)!
  const entries = values.entries(option)?.map((entry) => entry.key)
  // Nothing is ours until somebody says so: better than the default where the list is lost.
  if (entries === undefined) {
    draft.set('signing', { key, value: [], because: `${option} could not be read` })
    return
  }
  const { problems } = parseHostList(entries)
  if (set.kind === 'file' && dialect.name === 'opendkim') {
    if (key === 'internal_hosts')
      draft.set('signing', { key, value: [], because: 'all of them are in the file' })
    draft.set('signing', { key: `${key}_file`, value: set.path })
    for (const { text, code } of problems) draft.note(hostNote(option, text, code))
    return
  }
  // dkimpy-milter takes 192.0.2.1/24 for 192.0.2.0/24.
  if (dialect.name !== 'opendkim')
    for (const { text, code } of problems)
      if (code === 'host-bits-set') values.lose(option, `"${text}" is no network: write its first address`)
  const usable =
    dialect.name === 'opendkim'
      ? usableHosts(option, entries, values)
      : entries.filter((entry) => !problems.some(({ text }) => text === entry))
  draft.set('signing', { key, value: usable })
}

/** How signatures look. */
function importForm(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  const written = values.text('Canonicalization')?.toLowerCase()
  const [header = '', body = 'simple'] = (written ?? dialect.canonicalization).split('/')
  const value = `${header}/${dialect.name === 'opendkim' || written?.includes('/') !== false ? body : header}`
  if (/^(simple|relaxed)\/(simple|relaxed)$/.test(value))
    draft.set('signing', {
      key: 'canonicalization',
      value,
      ...(written === undefined && { because: `${dialect.name}'s default`, isImplied: true }),
    })
  else values.lose('Canonicalization', `"${written}" is none`)
  importFieldLists(values, dialect)
  const seconds = values.integer('SignatureTTL') ?? 0
  if (seconds > 31_536_000) values.lose('SignatureTTL', 'a year is the most')
  if (seconds > 0) draft.set('signing', { key: 'lifetime_seconds', value: Math.min(seconds, 31_536_000) })
  // opendkim puts off mail whose keys it does not find or cannot read, whatever On-SignatureError says.
  if (dialect.name === 'opendkim') {
    const because = "opendkim's way with keys that are not there or not safe"
    draft.set('signing', { key: 'on_missing_key', value: 'tempfail', because })
  }
  const isSafe = values.boolean('RequireSafeKeys')
  if (isSafe !== undefined) draft.set('signing', { key: 'require_safe_keys', value: isSafe })
}

function importFieldLists(values: OpendkimValues, dialect: Dialect): void {
  const { draft } = values
  const signed = deltaList(values, 'SignHeaders', defaultSigned)
  if (signed !== undefined) draft.set('signing', { key: 'headers', value: signed })
  else if (dialect.name === 'opendkim') {
    const because = "opendkim's default; Postern's has Message-ID and the MIME fields as well"
    draft.set('signing', { key: 'headers', value: defaultSigned, because })
  }
  // "." or "-", any name that no field has, is how opendkim is told to omit nothing.
  const omitted = deltaList(values, 'OmitHeaders', defaultOmitted)?.filter((name) => /[A-Za-z0-9]/.test(name))
  if (omitted !== undefined) draft.set('signing', { key: 'omit_headers', value: omitted })
  const oversigned = values.entries('OversignHeaders')?.map(({ key }) => key)
  draft.set('signing', {
    key: 'oversign_headers',
    value: oversigned ?? dialect.oversigned,
    ...(oversigned === undefined && { because: `${dialect.name}'s default`, isImplied: true }),
  })
}

/** What opendkim 2.11 signs of a message that has every field. RFC 6376 §5.4.1 and RFC 4871 §5.5. */
const defaultSigned = [
  ...['From', 'Reply-To', 'Subject', 'Date', 'To', 'Cc'],
  ...['Resent-Date', 'Resent-From', 'Resent-Sender', 'Resent-To', 'Resent-Cc', 'In-Reply-To', 'References'],
  ...[
    'List-Id',
    'List-Help',
    'List-Unsubscribe',
    'List-Subscribe',
    'List-Post',
    'List-Owner',
    'List-Archive',
  ],
]
/** opendkim.conf(5), OmitHeaders. */
const defaultOmitted = 'Return-Path Received Comments Keywords Bcc Resent-Bcc DKIM-Signature'.split(' ')

/** `*,+foo,-bar`: a change to the default list; else the list itself. */
function deltaList(
  values: OpendkimValues,
  option: string,
  standard: readonly string[],
): string[] | undefined {
  const names = values.entries(option)?.map(({ key }) => key)
  if (names === undefined || !names.includes('*')) return names && [...names]
  const list = new Map(standard.map((name) => [name.toLowerCase(), name]))
  for (const name of names) {
    if (name.startsWith('+')) list.set(name.slice(1).toLowerCase(), name.slice(1))
    else if (name.startsWith('-')) list.delete(name.slice(1).toLowerCase())
  }
  return [...list.values()]
}
