// opendkim's KeyTable: which keys there are. One row names a key: `name domain:selector:key`. The domain may be `%`,
// the domain of the sender; the key is a path (beginning with /, ./ or ../, and there `%` is the sender's domain too)
// or the key itself in base64 or PEM.
import { parseHostname } from '@postern/addr'
import { readTableRows, type TableProblem } from './table-rows.ts'

/** Where the private key is. The text of an inline key is secret: keep it out of logs. */
export type KeyReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly text: string }

export interface KeyRow {
  readonly name: string
  /** A name in A-labels, or `%`. */
  readonly domain: string
  readonly selector: string
  readonly key: KeyReference
  readonly line: number
}

export type KeyTableProblemCode =
  | 'missing-value'
  | 'missing-selector'
  | 'missing-key'
  | 'bad-domain'
  | 'bad-selector'
  | 'duplicate-name'

export interface KeyTable {
  readonly rows: readonly KeyRow[]
  /** `text` of these problems ends before the key, which is secret. */
  readonly problems: readonly TableProblem<KeyTableProblemCode>[]
}

/** Reads a KeyTable. Of two rows with one name the first is in force, as in opendkim; `Key` and `key` are two names. */
export function parseKeyTable(text: string): KeyTable {
  const rows: KeyRow[] = []
  const problems: TableProblem<KeyTableProblemCode>[] = []
  const names = new Set<string>()
  for (const { line, key: name, value } of readTableRows(text)) {
    const row = readKey(value)
    const code = typeof row === 'string' ? row : names.has(name) ? 'duplicate-name' : undefined
    if (typeof row === 'string' || code !== undefined) {
      problems.push({ line, code: code as KeyTableProblemCode, text: publicPart(name, value) })
      continue
    }
    names.add(name)
    rows.push({ name, ...row, line })
  }
  return { rows, problems }
}

/** As much of a row as is surely no key, wherever its author has put that. */
function publicPart(name: string, value: string): string {
  const [domain = '', selector, key] = value.split(':').map((field) => field.trim())
  if (selector === undefined || domain.length > 60) return name
  return key === undefined || selector.length > 60 ? `${name} ${domain}` : `${name} ${domain}:${selector}`
}

function readKey(value: string): Omit<KeyRow, 'name' | 'line'> | KeyTableProblemCode {
  if (value === '') return 'missing-value'
  const first = value.indexOf(':')
  if (first < 0) return 'missing-selector'
  const second = value.indexOf(':', first + 1)
  if (second < 0) return 'missing-key'
  const domain = readDomain(value.slice(0, first).trim())
  if (domain === undefined) return 'bad-domain'
  const selector = value.slice(first + 1, second).trim()
  if (!isSelector(selector)) return 'bad-selector'
  const key = value.slice(second + 1).trim()
  return key === '' ? 'missing-key' : { domain, selector, key: readKeyReference(key) }
}

/** A path or an inline key, told apart as opendkim does. */
export const readKeyReference = (text: string): KeyReference =>
  /^(?:\/|\.\.?\/)/.test(text) ? { kind: 'file', path: text } : { kind: 'inline', text }

function readDomain(text: string): string | undefined {
  if (text === '%') return text
  const name = parseHostname(text, { underscore: true, trailingDot: true })
  return name.ok ? name.value : undefined
}

/** RFC 6376 §3.1: selector = sub-domain *( "." sub-domain ). Underscores are in use. */
export const isSelector = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(text)
