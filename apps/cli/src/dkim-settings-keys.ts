// The keys that the milter signs with under the settings: [signing] key_file and ed25519_key_file, and the rows of the key table.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Settings } from '@postern/settings'
import { type KeyReference, type KeyRow, parseKeyTable } from '@postern/signing'

/** One key of the settings. */
export interface SettingsKey {
  readonly selector: string
  /** Those that it signs for. */
  readonly domains: readonly string[]
  readonly key: KeyReference
  /** From the root; undefined for a key that stands in the table itself. */
  readonly file: string | undefined
  readonly source: KeySource
}

/** Where the settings say so. */
export type KeySource =
  | { readonly kind: 'settings'; readonly pair: 'key_file' | 'ed25519_key_file' }
  | { readonly kind: 'table'; readonly table: string; readonly row: KeyRow }

export type SettingsKeys =
  | {
      readonly ok: true
      readonly keys: readonly SettingsKey[]
      /** What could not be read, or not be tested without a message, as sentences. */
      readonly notes: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

/** Finds the keys; paths count from the directory of the settings' file. */
export function keysOfSettings({ signing }: Pick<Settings, 'signing'>, directory: string): SettingsKeys {
  const own = (['key_file', 'ed25519_key_file'] as const).flatMap((pair) => pairOf(signing, pair, directory))
  if (signing.key_table === '') return { ok: true, keys: own, notes: [] }
  const table = keyTablePath(signing.key_table, directory)
  const read = readTable(table)
  if (!read.ok) return read
  const { rows, problems } = parseKeyTable(read.text)
  const isWhole = ({ domain, key }: KeyRow) =>
    domain !== '%' && !(key.kind === 'file' && key.path.includes('%'))
  const keys = rows.filter(isWhole).map((row): SettingsKey => {
    const file = row.key.kind === 'file' ? path.resolve(directory, row.key.path) : undefined
    return {
      selector: row.selector.toLowerCase(),
      domains: [row.domain],
      key: row.key,
      file,
      source: { kind: 'table', table, row },
    }
  })
  const notes = [
    ...problems.map(({ line, code, text }) => `${table}:${line}: ${code}: ${text}`),
    ...rows
      .filter((row) => !isWhole(row))
      .map(
        ({ line, name }) =>
          `${table}:${line}: ${name} is for any domain (%): give one with --domain, --selector and --key`,
      ),
  ]
  return { ok: true, keys: [...own, ...keys], notes }
}

/** The file behind `key_table`, whose kind may be said as opendkim does. */
export const keyTablePath = (setting: string, directory: string): string =>
  path.resolve(directory, setting.replace(/^(re)?file:/, ''))

function pairOf(
  signing: Settings['signing'],
  pair: 'key_file' | 'ed25519_key_file',
  directory: string,
): SettingsKey[] {
  const named = signing[pair]
  const selector = pair === 'key_file' ? signing.selector : signing.ed25519_selector
  if (named === '' || selector === '') return []
  return [
    {
      selector: selector.toLowerCase(),
      domains: signing.domains,
      key: { kind: 'file', path: named },
      file: path.resolve(directory, named),
      source: { kind: 'settings', pair },
    },
  ]
}

function readTable(file: string): { ok: true; text: string } | { ok: false; message: string } {
  try {
    return { ok: true, text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { ok: false, message: `the key table ${file} cannot be read: ${(error as Error).message}` }
  }
}
