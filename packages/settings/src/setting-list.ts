// The schema as plain data, for everything that tells people about it: error messages, reference, sample.

import { z } from 'zod'
import { tables } from './settings.ts'

/** A value that TOML can hold, dates aside. */
export type TomlValue = string | number | boolean | readonly TomlValue[]

/** What one key takes. */
export interface Setting {
  readonly key: string
  readonly takes: Takes
  /** Undefined: nothing is set unless somebody sets it. */
  readonly defaultValue?: TomlValue | undefined
  /** A value to show where there is no default. */
  readonly example?: TomlValue | undefined
  readonly description: string
}

export type Takes =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text'; readonly maxLength?: number | undefined }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | {
      readonly kind: 'number'
      readonly isWhole: boolean
      readonly min?: number | undefined
      /** Greater than this; not beside `min`. */
      readonly above?: number | undefined
      readonly max?: number | undefined
    }
  | { readonly kind: 'list'; readonly of: Takes; readonly isEmptyAllowed: boolean }
  | { readonly kind: 'table'; readonly settings: readonly Setting[] }

export interface SettingsTable {
  readonly name: string
  readonly description: string
  readonly settings: readonly Setting[]
}

type JsonSchema = z.core.JSONSchema.JSONSchema

/** Every table with its settings, in the order of the reference and the sample. */
export const settingsTables: readonly SettingsTable[] = [...tables].map(([name, table]) => {
  const schema = z.toJSONSchema(table, { io: 'input' })
  return { name, description: schema.description ?? '', settings: settingsOf(schema) }
})

function settingsOf({ properties = {} }: JsonSchema): Setting[] {
  return Object.entries(properties).map(([key, schema]) => settingOf(key, schema as JsonSchema))
}

/** The table of this name. */
export function findTable(name: string): SettingsTable | undefined {
  return settingsTables.find((table) => table.name === name)
}

/** The setting under this table and key. */
export function findSetting(table: string, key: string): Setting | undefined {
  return findTable(table)?.settings.find((setting) => setting.key === key)
}

function settingOf(key: string, schema: JsonSchema): Setting {
  return {
    key,
    takes: takesOf(key, schema),
    defaultValue: schema.default as TomlValue | undefined,
    example: schema.examples?.[0] as TomlValue | undefined,
    description: schema.description ?? '',
  }
}

function takesOf(key: string, schema: JsonSchema): Takes {
  if (schema.enum) return { kind: 'choice', choices: schema.enum.map(String) }
  switch (schema.type) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'string':
      return { kind: 'text', maxLength: schema.maxLength }
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        isWhole: schema.type === 'integer',
        min: bound(schema.minimum),
        above: bound(schema.exclusiveMinimum),
        max: bound(schema.maximum),
      }
    case 'array':
      return {
        kind: 'list',
        of: takesOf(key, schema.items as JsonSchema),
        isEmptyAllowed: !schema.minItems,
      }
    case 'object':
      return { kind: 'table', settings: settingsOf(schema) }
    default:
      // A setting of a shape that this page and its messages have no words for is our own mistake.
      throw new TypeError(`setting ${key} has a schema of an unknown kind: ${JSON.stringify(schema)}`)
  }
}

/** Zod writes the largest safe integers where there is no bound. */
function bound(value: number | boolean | undefined): number | undefined {
  return typeof value !== 'number' || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}

/** The settings of each table, when a setting takes a list of tables. */
export const tableOf = ({ takes }: Setting): readonly Setting[] | undefined =>
  takes.kind === 'list' && takes.of.kind === 'table' ? takes.of.settings : undefined

/** What a setting takes, in words: `a whole number from 0 to 86400`. */
export function formatTakes(takes: Takes): string {
  switch (takes.kind) {
    case 'boolean':
      return 'true or false'
    case 'text': {
      const length = takes.maxLength === undefined ? '' : ` of at most ${takes.maxLength} characters`
      return `text in quotes${length}`
    }
    case 'choice':
      return alternatives(takes.choices.map((choice) => JSON.stringify(choice)))
    case 'number':
      return (takes.isWhole ? 'a whole number' : 'a number') + formatRange(takes)
    case 'table':
      return `a table with the keys ${takes.settings.map(({ key }) => key).join(', ')}`
    case 'list': {
      if (takes.of.kind === 'table') return 'a list of tables'
      const elements = takes.of.kind === 'text' ? 'texts in quotes' : `values, each ${formatTakes(takes.of)}`
      return `a list of ${elements}${takes.isEmptyAllowed ? '' : ', at least one'}`
    }
  }
}

function formatRange({ min, above, max }: Extract<Takes, { kind: 'number' }>): string {
  if (above !== undefined) return ` above ${above}${max === undefined ? '' : `, at most ${max}`}`
  if (min !== undefined) return max === undefined ? `, ${min} or more` : ` from ${min} to ${max}`
  return max === undefined ? '' : `, at most ${max}`
}

/** `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** A value as TOML writes it. */
export function formatTomlValue(value: TomlValue): string {
  if (typeof value !== 'object') return JSON.stringify(value).replaceAll('\x7f', '\\u007F')
  return `[${value.map(formatTomlValue).join(', ')}]`
}
