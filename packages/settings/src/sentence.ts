// What is wrong with a value, in words for an administrator. The schema's own messages are not used, except those that
// a table gives to its own rules ("must be a host name such as …").

import type { z } from 'zod'
import type { Path, Spot } from './document.ts'
import type { SettingsProblem } from './problem.ts'
import type { RepairedDocument } from './repair.ts'
import {
  alternatives,
  findSetting,
  findTable,
  formatTakes,
  settingsTables,
  type Takes,
} from './setting-list.ts'
import { isSameWord, suggest } from './suggestion.ts'

/** A place in the settings: the table's right name, and the path as the file has it. */
export interface Subject {
  readonly table: string
  readonly path: Path
}

type Issue = z.core.$ZodIssue

/** A value that its setting does not take. */
export function explainIssue(
  issue: Issue,
  { table, path }: Subject,
  document: RepairedDocument,
): SettingsProblem {
  const spot = nearestSpot(path, document)
  const [, key, ...rest] = path
  const place = { ...spot.value, path: pathIn(document, path) }
  if (key === undefined) return { ...place, ...explainTableIssue(issue, { table, spot }) }
  let takes = findSetting(table, String(key))?.takes
  let name = String(key)
  for (const step of rest) {
    if (takes?.kind === 'list') takes = takes.of
    else if (takes?.kind === 'table') takes = takes.settings.find((setting) => setting.key === step)?.takes
    name = typeof step === 'number' ? `element ${step + 1} of ${name}` : `${step} in ${name}`
  }
  const raw = document.spotOf(path) && written(spot)
  return { ...place, ...explainValue(issue, { name, takes, raw }) }
}

type Explained = Pick<SettingsProblem, 'code' | 'message'>

function explainTableIssue(issue: Issue, { table, spot }: { table: string; spot: Spot }): Explained {
  if (issue.code !== 'invalid_type') return { code: 'bad-value', message: issue.message }
  const isMadeOfLines = spot.source === undefined
  const message = isMadeOfLines
    ? `there is one table of this name, not a list of them: write [${table}] for [[${table}]]`
    : `this is a table: write [${table}] on a line of its own, and its settings on the lines below`
  return { code: 'wrong-type', message }
}

interface Value {
  readonly name: string
  readonly takes: Takes | undefined
  /** As it is written in the file; undefined when it is not there. */
  readonly raw: string | undefined
}

function explainValue(issue: Issue, { name, takes, raw }: Value): Explained {
  const not = raw === undefined ? '' : `, not ${raw}`
  const must = `${name} must be ${takes ? formatTakes(takes) : 'something else'}${not}`
  switch (issue.code) {
    case 'invalid_type':
      return raw === undefined
        ? { code: 'missing', message: `${name} must be set: ${takes ? formatTakes(takes) : 'a value'}` }
        : { code: 'wrong-type', message: must + mendingHint(raw, takes) }
    case 'invalid_value': {
      const choices = takes?.kind === 'choice' ? takes.choices : []
      const meant = raw === undefined ? undefined : suggest(raw.replaceAll(/^["']|["']$/g, ''), choices)
      const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`
      const code = raw !== undefined && /^["']/.test(raw) ? 'not-a-choice' : 'wrong-type'
      return { code, message: must + (hint || mendingHint(raw, takes)) }
    }
    case 'too_small':
      if (issue.origin === 'number') return { code: 'out-of-range', message: must }
      return { code: 'out-of-range', message: `${name} may not be empty` }
    case 'too_big': {
      if (issue.origin === 'number') return { code: 'out-of-range', message: must }
      const unit = issue.origin === 'string' ? 'characters' : 'elements'
      return { code: 'out-of-range', message: `${name} may have at most ${issue.maximum} ${unit}` }
    }
    default: {
      const isOwnMessage = !issue.message.startsWith('Invalid')
      return { code: 'bad-value', message: isOwnMessage ? `${name} ${issue.message}${not}` : must }
    }
  }
}

/** How to write what was probably meant. */
function mendingHint(raw: string | undefined, takes: Takes | undefined): string {
  if (raw === undefined || takes === undefined) return ''
  const isText = /^["']/.test(raw)
  const inner = raw.slice(1, -1).trim()
  if (takes.kind === 'list' && takes.of.kind === 'table')
    return raw === 'a table' ? ': its header is in double brackets, [[…]]' : ''
  if (takes.kind === 'list') return isText ? `: write [${raw}]` : ''
  if (/^\[[^,]*\]$/.test(raw)) return ': leave out the brackets'
  if (takes.kind === 'text' || takes.kind === 'choice')
    return /^[\w.+-]+$/.test(raw) ? `: write "${raw}"` : ''
  if (!isText) return ''
  if (takes.kind === 'boolean') return /^(true|false)$/.test(inner) ? ': leave out the quotes' : ''
  return inner !== '' && !Number.isNaN(Number(inner)) ? ': leave out the quotes' : ''
}

/** A key that its table does not have. */
export function explainUnknownKey({ table, path }: Subject, document: RepairedDocument): SettingsProblem {
  const key = String(path.at(-1))
  const keys = keysAt(table, path.slice(1, -1))
  const place = {
    ...nearestSpot(path, document).key,
    path: pathIn(document, path),
    code: 'unknown-key',
  } as const
  const meant = suggest(key, keys)
  if (meant === undefined) {
    const home = homeOf(key)
    if (home !== undefined)
      return { ...place, message: `${key} is no setting here, it belongs below ${home}` }
    if (findTable(key)) return { ...place, message: `${key} is a table: write [${key}] on a line of its own` }
  }
  const hint = meant === undefined ? '.' : `; did you mean ${meant}?`
  return { ...place, message: `${key} is no setting here${hint} It may be one of: ${keys.join(', ')}` }
}

/** The keys of a table, or of a table inside it. */
function keysAt(table: string, path: Path): string[] {
  let settings = findTable(table)?.settings ?? []
  for (const step of path) {
    if (typeof step === 'number') continue
    const takes = settings.find(({ key }) => key === step)?.takes
    const inner = takes?.kind === 'list' ? takes.of : takes
    settings = inner?.kind === 'table' ? inner.settings : []
  }
  return settings.map(({ key }) => key)
}

/** A table that there is none of, or a setting that stands outside of all tables. */
export function explainUnknownTable(name: string, document: RepairedDocument): SettingsProblem {
  const spot = nearestSpot([name], document)
  const place = { ...spot.key, path: formatPath([name]) }
  const names = settingsTables.map((table) => `[${table.name}]`)
  const meant = suggest(
    name,
    settingsTables.map((table) => table.name),
  )
  const isSetting = spot.source !== undefined && !spot.source.startsWith('{')
  if (isSetting) {
    const home = homeOf(name) ?? (meant === undefined ? undefined : `[${meant}]`)
    const hint =
      home === undefined ? `Settings stand below one of: ${names.join(', ')}` : `It belongs below ${home}`
    return {
      ...place,
      path: '',
      code: 'unknown-key',
      message: `${name} stands outside of all tables. ${hint}`,
    }
  }
  const hint = meant === undefined ? '.' : `; did you mean [${meant}]?`
  const message = `there is no such table${hint} It may be one of: ${names.join(', ')}`
  return { ...place, code: 'unknown-table', message }
}

/** A problem of the file as a whole. */
export function placeless(issue: Issue): SettingsProblem {
  return {
    line: 1,
    column: 1,
    path: formatPath(issue.path as Path),
    code: 'bad-value',
    message: issue.message,
  }
}

/** The tables that have a setting of this name. */
function homeOf(key: string): string | undefined {
  const homes = settingsTables.filter(({ settings }) =>
    settings.some((setting) => isSameWord(setting.key, key)),
  )
  return homes.length === 0 ? undefined : alternatives(homes.map(({ name }) => `[${name}]`))
}

const beginning: Spot = { key: { line: 1, column: 1 }, value: { line: 1, column: 1 } }

function nearestSpot(path: Path, document: RepairedDocument): Spot {
  for (let length = path.length; length > 0; length--) {
    const spot = document.spotOf(path.slice(0, length))
    if (spot) return spot
  }
  return beginning
}

/** A value as the file has it, cut short. */
function written({ source }: Spot): string {
  if (source === undefined) return 'a table'
  const line = source.replaceAll(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 57)}…` : line
}

/** The path with the table's name as it is in the file. */
const pathIn = ({ renamed }: RepairedDocument, [table = '', ...rest]: Path): string =>
  formatPath([renamed.get(String(table)) ?? table, ...rest])

/** `policy.listen[1]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`))
    .join('')
}
