// From one key to the next in the files that name it: a row of the key table, or two lines of [signing]. All else in them stays
// byte for byte.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { loadSettings } from '@postern/settings'
import { parseKeyTable } from '@postern/signing'
import type { RotatedKey } from './dkim-rotation.ts'
import { replaceFile } from './dkim-rotation-file.ts'

/** What is written in place of what. */
export interface KeyChange {
  readonly from: RotatedKey
  readonly to: RotatedKey
}

/** The text with the key changed; undefined when it does not have that key just once, or in a form that is not known here. */
export type EditText = (text: string) => string | undefined

/** `name domain:selector:path`, of which selector and path change. */
export function editKeyTable(text: string, name: string, { from, to }: KeyChange): string | undefined {
  const row = parseKeyTable(text).rows.find((each) => each.name === name)
  if (row?.key.kind !== 'file' || row.selector.toLowerCase() !== from.selector) return undefined
  const lines = text.split('\n')
  const edited = lines[row.line - 1]?.replace(
    /^(\s*\S+\s+[^:#]*:\s*)[^:#]*?(\s*:\s*)[^#]*?(\s*(?:#.*)?)$/s,
    (_line, head: string, colon: string, tail: string) =>
      `${head}${to.selector}${colon}${inTheStyleOf(row.key.kind === 'file' ? row.key.path : '', to.file)}${tail}`,
  )
  if (edited === undefined) return undefined
  lines[row.line - 1] = edited
  const result = lines.join('\n')
  const changed = parseKeyTable(result).rows.find((each) => each.name === name)
  return changed?.selector === to.selector ? result : undefined
}

/** The lines of [signing] that name a key and its selector. */
export function editSettings(
  text: string,
  pair: 'key_file' | 'ed25519_key_file',
  { from, to }: KeyChange,
): string | undefined {
  const before = loadSettings(text)
  if (!before.ok) return undefined
  const { signing } = before.settings
  const selectorName = pair === 'key_file' ? 'selector' : 'ed25519_selector'
  if (signing[selectorName].toLowerCase() !== from.selector) return undefined
  const keyFile = inTheStyleOf(signing[pair], to.file)
  const withSelector = replaceValue(text, selectorName, to.selector)
  const result = withSelector === undefined ? undefined : replaceValue(withSelector, pair, keyFile)
  if (result === undefined) return undefined
  // Lines can look like a setting and be none, within a text of several lines for one.
  const after = loadSettings(result)
  const wanted = {
    ...before.settings,
    signing: { ...signing, [selectorName]: to.selector, [pair]: keyFile },
  }
  return after.ok && isDeepStrictEqual(after.settings, wanted) ? result : undefined
}

/** A path as the old one was written: from the root, or from the settings' directory. */
const inTheStyleOf = (old: string, file: string): string =>
  path.isAbsolute(old) ? path.join(path.dirname(old), path.basename(file)) : relativeLike(old, file)

/** path.join drops a leading `./`, without which a key table takes the path for the key itself. */
function relativeLike(old: string, file: string): string {
  const directory = old.slice(0, old.lastIndexOf('/') + 1)
  return `${directory}${path.basename(file)}`
}

/** One setting of [signing]: the only line of it in that table, with a text in quotes. */
function replaceValue(text: string, name: string, value: string): string | undefined {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^\s*\[\s*signing\s*\]/.test(line))
  if (start < 0) return undefined
  const length = lines.slice(start + 1).findIndex((line) => /^\s*\[/.test(line))
  const end = length < 0 ? lines.length : start + 1 + length
  const pattern = new RegExp(`^(\\s*${name}\\s*=\\s*)(?:"(?:[^"\\\\]|\\\\.)*"|'[^']*')(\\s*(?:#.*)?)$`, 's')
  const at = lines.findIndex((line, i) => i > start && i < end && pattern.test(line))
  if (at < 0) return undefined
  lines[at] = lines[at]!.replace(
    pattern,
    (_line, head: string, tail: string) => `${head}${JSON.stringify(value)}${tail}`,
  )
  return lines.join('\n')
}

export type Switched =
  | { readonly ok: true }
  /** `isByHand`: the file is fine, and only a person can change it. */
  | { readonly ok: false; readonly message: string; readonly isByHand: boolean }

/** Edits a file in one step, with its owner and mode as they were. */
export function editFile(file: string, edit: EditText): Switched {
  try {
    const real = realpathSync(file)
    const { mode, uid, gid } = statSync(real)
    const text = readFileSync(real, 'utf8')
    const edited = edit(text)
    if (edited === undefined)
      return {
        ok: false,
        isByHand: true,
        message: `the key is not in ${file} in a form that can be changed here`,
      }
    const isOurs = uid === process.geteuid?.() && gid === process.getegid?.()
    replaceFile(real, edited, { mode: mode & 0o7777, owner: isOurs ? undefined : { uid, gid } })
    return { ok: true }
  } catch (error) {
    return { ok: false, isByHand: false, message: `${file} cannot be changed: ${(error as Error).message}` }
  }
}
