// opendkim(8), DATA SETS: a value that is a list, or names a file or a database that holds one.
import type { ReadText } from './opendkim-conf.ts'

export interface DataEntry {
  readonly key: string
  /** Empty where there is only a key. */
  readonly value: string
}

export type DataSet =
  | { readonly kind: 'list'; readonly entries: readonly DataEntry[] }
  /** `pattern`: the keys are patterns with `*` (refile). */
  | { readonly kind: 'file' | 'pattern'; readonly path: string }
  /** A kind that is not read here, by opendkim's name of it. */
  | { readonly kind: 'foreign'; readonly type: string }

const foreignTypes = new Set('db dsn ldap ldaps ldapi lua memcache mdb erlang socket repute'.split(' '))

/** The kind of data set, found as opendkim finds it. */
export function parseDataSet(text: string): DataSet {
  const colon = text.indexOf(':')
  const comma = text.indexOf(',')
  const isTyped = colon >= 0 && (comma < 0 || colon < comma)
  const type = isTyped ? text.slice(0, colon).toLowerCase() : ''
  const rest = text.slice(colon + 1)
  if (type === 'file') return { kind: 'file', path: rest }
  if (type === 'refile') return { kind: 'pattern', path: rest }
  if (type === 'csl') return { kind: 'list', entries: listEntries(rest) }
  if (foreignTypes.has(type)) return { kind: 'foreign', type }
  if (!isTyped && text.endsWith('.db')) return { kind: 'foreign', type: 'db' }
  if (!isTyped && text.startsWith('/')) return { kind: 'file', path: text }
  return { kind: 'list', entries: listEntries(text) }
}

function listEntries(text: string): DataEntry[] {
  return text
    .split(',')
    .map((item): DataEntry => {
      const equals = item.indexOf('=')
      if (equals < 0) return { key: item.trim(), value: '' }
      return { key: item.slice(0, equals).trim(), value: item.slice(equals + 1).trim() }
    })
    .filter(({ key }) => key !== '')
}

/** What is in the set, or why that cannot be told. */
export function readDataSet(
  set: DataSet,
  readText: ReadText,
):
  | { readonly ok: true; readonly entries: readonly DataEntry[] }
  | { readonly ok: false; readonly problem: string } {
  if (set.kind === 'list') return { ok: true, entries: set.entries }
  if (set.kind === 'foreign') return { ok: false, problem: `a data set of type ${set.type} is not read` }
  const read = readText(set.path)
  if (!read.ok) return read
  return { ok: true, entries: fileEntries(read.text) }
}

function fileEntries(text: string): DataEntry[] {
  return text
    .split('\n')
    .map((raw): DataEntry => {
      const [, key = '', value = ''] = /^(\S+)\s*(.*)$/s.exec(raw.replace(/#.*$/s, '').trim()) ?? []
      return { key, value }
    })
    .filter(({ key }) => key !== '')
}
