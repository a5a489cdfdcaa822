// What can be rotated: the keys of the settings that stand in files of their own.

import path from 'node:path'
import { keyFileName } from './dkim-key-file.ts'
import type { Rotation } from './dkim-rotation.ts'
import { STATE_FILE } from './dkim-rotation-file.ts'
import { editFile, editKeyTable, editSettings, type Switched } from './dkim-rotation-switch.ts'
import type { SettingsKey } from './dkim-settings-keys.ts'

/** A key of the settings, as something that is rotated. */
export interface RotationUnit {
  readonly id: string
  readonly domains: readonly string[]
  /** What the settings name now. */
  readonly selector: string
  readonly file: string
  /** Where its rotation is remembered. */
  readonly stateFile: string
  /** What names it: a path for people. */
  readonly namedIn: string
  /** Makes the settings name the new key. */
  switchTo(rotation: Rotation): Switched
  /** What a person has to write where we cannot. */
  linesFor(rotation: Rotation): readonly string[]
}

/** The keys of the settings as units; those that stand in the key table themselves are none. */
export function rotationUnits(
  keys: readonly SettingsKey[],
  settingsFile: string | undefined,
): RotationUnit[] {
  return keys.flatMap((key) => {
    const { file, source } = key
    if (file === undefined || key.domains.length === 0) return []
    const shared = {
      domains: key.domains,
      selector: key.selector,
      file,
      stateFile: path.join(path.dirname(file), STATE_FILE),
    }
    if (source.kind === 'settings')
      return settingsFile === undefined ? [] : [{ ...shared, ...ofSettings(source.pair, settingsFile) }]
    return [{ ...shared, ...ofTable(source.row, source.table) }]
  })
}

type Naming = Pick<RotationUnit, 'id' | 'namedIn' | 'switchTo' | 'linesFor'>

function ofSettings(pair: 'key_file' | 'ed25519_key_file', settingsFile: string): Naming {
  const selectorName = pair === 'key_file' ? 'selector' : 'ed25519_selector'
  return {
    id: pair,
    namedIn: settingsFile,
    switchTo: ({ old: from, new: to }) =>
      editFile(settingsFile, (text) => editSettings(text, pair, { from, to })),
    linesFor: ({ new: to }) => [
      '[signing]',
      `${selectorName} = ${JSON.stringify(to.selector)}`,
      `${pair} = ${JSON.stringify(to.file)}`,
    ],
  }
}

function ofTable(
  { name, domain }: { readonly name: string; readonly domain: string },
  table: string,
): Naming {
  return {
    id: name,
    namedIn: table,
    switchTo: ({ old: from, new: to }) => editFile(table, (text) => editKeyTable(text, name, { from, to })),
    linesFor: ({ new: to }) => [`${name} ${domain}:${to.selector}:${to.file}`],
  }
}

/** Where a unit's next key is put: beside the present one. */
export const nextKeyFile = ({ file, domains }: RotationUnit, selector: string): string =>
  path.join(path.dirname(file), keyFileName(domains[0]!, selector))
