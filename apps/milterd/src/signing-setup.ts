// From [signing] to what decides and signs: tables and host lists read, keys found.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { SignatureRequest } from '@postern/dkim'
import type { Settings } from '@postern/settings'
import {
  createSigningPolicy,
  type DomainKey,
  findUnknownKeys,
  type HostList,
  type KeyReference,
  type KeyTable,
  type MacroRule,
  parseHostList,
  parseKeyTable,
  parseMacroRule,
  parseSigningTable,
  type SigningKeyChoice,
  type SigningPolicy,
  type SigningTable,
  type SigningTableForm,
} from '@postern/signing'
import { createKeyRing, type FoundKey } from './keys.ts'

/** Something about the tables or keys that the administrator should know; the rest is in force all the same. */
export interface SigningWarning {
  readonly file: string
  readonly line?: number
  readonly problem: string
}

export interface SigningSetup {
  readonly policy: SigningPolicy
  /** The key of a choice, or why it cannot be used. */
  keyOf(choice: SigningKeyChoice): FoundKey
  /** What the signer is asked for. */
  requestFor(choice: SigningKeyChoice, key: Extract<FoundKey, { ok: true }>['key']): SignatureRequest
  readonly warnings: readonly SigningWarning[]
  /** How many keys could be read. */
  readonly keys: number
}

export interface SigningSetupOptions {
  readonly settings: Pick<Settings, 'signing' | 'milter'>
  /** Relative paths count from here: the directory of the settings file. */
  readonly directory: string
}

export function createSigningSetup({ settings, directory }: SigningSetupOptions): SigningSetup {
  const { signing, milter } = settings
  const files = new SigningFiles(directory)
  const who = signing.require_safe_keys ? { uid: process.geteuid!(), gid: process.getegid!() } : undefined
  const ring = createKeyRing({ directory, who })
  const keyTable = signing.key_table === '' ? undefined : files.keyTable(signing.key_table)
  const signingTable = signing.signing_table === '' ? undefined : files.signingTable(signing.signing_table)
  if (signingTable && keyTable) files.checkNames(signingTable, keyTable, signing)
  const domainKeys = domainKeysOf(signing)
  const references = [
    ...domainKeys.map(({ key }) => key),
    ...(keyTable?.rows ?? []).map(({ key }) => key).filter(isWhole),
  ]
  const policy = createSigningPolicy({
    domains: signing.domains,
    domainKeys,
    subdomains: signing.subdomains,
    ...(signingTable && { signingTable, keyTable: keyTable ?? parseKeyTable('') }),
    multipleSignatures: signing.multiple_signatures,
    internalHosts: files.hosts('internal_hosts', signing.internal_hosts, signing.internal_hosts_file),
    externalIgnoreHosts: files.hosts(
      'external_ignore_hosts',
      signing.external_ignore_hosts,
      signing.external_ignore_hosts_file,
    ),
    skipHosts: files.hosts('skip_hosts', milter.skip_hosts, ''),
    signAuthenticated: signing.sign_authenticated,
    signMacros: signing.sign_macros
      .map(parseMacroRule)
      .filter((rule): rule is MacroRule => rule !== undefined),
    algorithmOf: (reference) => {
      const found = ring.find(reference)
      return found.ok ? found.key.algorithm : undefined
    },
  })
  const found = references.map((reference) => ring.find(reference))
  for (const key of found) if (!key.ok) files.warnings.push({ file: 'key', problem: key.problem })
  return {
    policy,
    keyOf: ({ key }) => ring.find(key),
    requestFor: requestMaker(signing),
    warnings: files.warnings,
    keys: found.filter(({ ok }) => ok).length,
  }
}

/** A path without the domain of a sender in it. */
const isWhole = (reference: KeyReference): boolean =>
  reference.kind === 'inline' || !reference.path.includes('%')

/** KeyFile, Domain and Selector: RSA first. */
function domainKeysOf(signing: Settings['signing']): DomainKey[] {
  const pairs = [
    [signing.selector, signing.key_file],
    [signing.ed25519_selector, signing.ed25519_key_file],
  ] as const
  return pairs.flatMap(([selector, file]) =>
    selector === '' || file === '' ? [] : [{ selector, key: { kind: 'file' as const, path: file } }],
  )
}

function requestMaker(signing: Settings['signing']): SigningSetup['requestFor'] {
  const shared = {
    canonicalization: signing.canonicalization,
    ...(signing.headers.length > 0 && { fields: signing.headers }),
    omitFields: signing.omit_headers,
    oversignFields: signing.oversign_headers,
    ...(signing.lifetime_seconds > 0 && { lifetimeSeconds: signing.lifetime_seconds }),
  }
  return ({ domain, selector, identity }, key) => ({
    domain,
    selector,
    key,
    ...shared,
    ...(identity !== undefined && { identity }),
  })
}

/** Reads the files of the settings and gathers what is wrong with them. */
class SigningFiles {
  readonly warnings: SigningWarning[] = []
  readonly #directory: string
  constructor(directory: string) {
    this.#directory = directory
  }

  keyTable(setting: string): KeyTable {
    const file = this.#resolve(setting.replace(/^(re)?file:/, ''))
    const table = parseKeyTable(this.#read(file))
    for (const { line, code, text } of table.problems)
      this.warnings.push({ file, line, problem: `${code}: ${text}` })
    return table
  }

  signingTable(setting: string): SigningTable {
    const { form, file } = this.#formOf(setting)
    const table = parseSigningTable(this.#read(file), form)
    for (const { line, code, text } of table.problems)
      this.warnings.push({ file, line, problem: `${code}: ${text}` })
    return table
  }

  checkNames(signingTable: SigningTable, keyTable: KeyTable, { signing_table }: Settings['signing']): void {
    const { file } = this.#formOf(signing_table)
    for (const { line, key } of findUnknownKeys(signingTable, keyTable))
      this.warnings.push({ file, line, problem: `the key table has no key "${key}"` })
  }

  hosts(setting: string, entries: readonly string[], fileSetting: string): HostList {
    const file = fileSetting === '' ? undefined : this.#resolve(fileSetting)
    const lines = file === undefined ? [] : this.#read(file).split('\n')
    const inSettings = parseHostList(entries)
    for (const { code, text } of inSettings.problems)
      this.warnings.push({ file: setting, problem: `${code}: ${text}` })
    if (file === undefined) return inSettings
    for (const { line, code, text } of parseHostList(lines).problems)
      this.warnings.push({ file, line, problem: `${code}: ${text}` })
    return parseHostList([...entries, ...lines])
  }

  #formOf(setting: string): { form: SigningTableForm; file: string } {
    const [, kind, file = ''] = /^(?:(file|refile):)?(.*)$/s.exec(setting) ?? []
    return { form: kind === 'refile' ? 'refile' : 'file', file: this.#resolve(file) }
  }

  #resolve(file: string): string {
    return path.resolve(this.#directory, file)
  }

  #read(file: string): string {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      this.warnings.push({ file, problem: (error as Error).message })
      return ''
    }
  }
}
