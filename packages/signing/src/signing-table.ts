// opendkim's SigningTable: which sender is signed with which keys. A row is `sender key[:identity]`. In the `file`
// form a sender is looked up by its address and the names above it, the most precise first; in the `refile` form rows
// are patterns, tried from the top.
import { parseHostname } from '@postern/addr'
import type { HeaderMailbox } from './header-mailbox.ts'
import { readTableRows, type TableProblem } from './table-rows.ts'
import { matchesWildcard } from './wildcard.ts'

export type SigningTableForm = 'file' | 'refile'

export interface SigningRow {
  /** In lower case: what is looked up, or the pattern. */
  readonly sender: string
  /** The name of a row in the KeyTable, or `%`: the row that is named as the sender's domain. */
  readonly key: string
  /** The template of i=, in which `%` is the sender's domain. */
  readonly identity?: string
  readonly line: number
}

export type SigningTableProblemCode =
  | 'missing-key'
  | 'bad-sender'
  | 'duplicate-sender'
  | 'wildcard-needs-refile'

export interface SigningTable {
  readonly form: SigningTableForm
  readonly rows: readonly SigningRow[]
  readonly problems: readonly TableProblem<SigningTableProblemCode>[]
  /** The rows for a sender, the one that counts first. `all`: MultipleSignatures; else one at most. */
  match(sender: HeaderMailbox, all: boolean): readonly SigningRow[]
}

/** Reads a SigningTable. Letters match in either case. */
export function parseSigningTable(text: string, form: SigningTableForm): SigningTable {
  const rows: SigningRow[] = []
  const problems: TableProblem<SigningTableProblemCode>[] = []
  const senders = new Set<string>()
  for (const { line, key: written, value, text: content } of readTableRows(text)) {
    const [key = '', identity] = splitOnce(value)
    const sender = normalizeSender(written)
    // Of equal rows a lookup finds the first. In a refile each row is one more pattern.
    const code =
      key === ''
        ? 'missing-key'
        : form === 'file'
          ? (checkFileSender(sender) ?? (senders.has(sender) ? 'duplicate-sender' : undefined))
          : undefined
    if (code !== undefined) {
      problems.push({ line, code, text: content })
      continue
    }
    senders.add(sender)
    rows.push({ sender, key, ...(identity ? { identity } : {}), line })
  }
  return { form, rows, problems, match: form === 'file' ? fileLookup(rows) : patternLookup(rows) }
}

function splitOnce(value: string): [string, string?] {
  const colon = value.indexOf(':')
  return colon < 0 ? [value] : [value.slice(0, colon).trim(), value.slice(colon + 1).trim()]
}

/** What a `file` lookup can never ask for is a mistake: it is told instead of lying in the table unseen. */
function checkFileSender(sender: string): SigningTableProblemCode | undefined {
  if (sender === '*') return undefined
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  if (domain === '' || domain.length === sender.length - 1) return 'bad-sender'
  if (domain === '*' && !sender.slice(0, -2).includes('*')) return undefined
  return sender.includes('*') ? 'wildcard-needs-refile' : undefined
}

/** Lower case, and A-labels where the part behind the `@` is a name: senders come in A-labels. */
function normalizeSender(written: string): string {
  const lower = written.toLowerCase()
  const sign = lower.lastIndexOf('@')
  const host = lower.slice(sign + 1)
  const dot = host.startsWith('.') ? 1 : 0
  const name = parseHostname(host.slice(dot), { underscore: true })
  return name.ok ? lower.slice(0, sign + 1 + dot) + name.value : lower
}

/** opendkim.conf(5), SigningTable: user@host, host, then user@.parent and .parent upwards, user@*, *. */
function fileLookup(rows: readonly SigningRow[]): SigningTable['match'] {
  const bySender = new Map(rows.map((row) => [row.sender, row]))
  return ({ localPart, domain }, all) => {
    const user = localPart.toLowerCase()
    const found: SigningRow[] = []
    const isEnough = (sender: string): boolean => {
      const row = bySender.get(sender)
      if (row) found.push(row)
      return row !== undefined && !all
    }
    if (isEnough(`${user}@${domain}`) || isEnough(domain)) return found
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      const parent = domain.slice(dot)
      if (isEnough(`${user}@${parent}`) || isEnough(parent)) return found
    }
    if (!isEnough(`${user}@*`)) isEnough('*')
    return found
  }
}

/**
 * Rows in order. The usual patterns, `*@domain` and whole addresses, are found by one look each, however many rows
 * there are; the others are tried one by one.
 */
function patternLookup(rows: readonly SigningRow[]): SigningTable['match'] {
  const byAddress = new Map<string, number[]>()
  const byDomain = new Map<string, number[]>()
  const others: number[] = []
  rows.forEach(({ sender }, index) => {
    const domain = sender.startsWith('*@') ? sender.slice(2) : undefined
    if (!sender.includes('*')) addTo(byAddress, sender, index)
    else if (domain !== undefined && !/[*@]/.test(domain)) addTo(byDomain, domain, index)
    else others.push(index)
  })
  return ({ localPart, domain }, all) => {
    const address = `${localPart.toLowerCase()}@${domain}`
    const found = [...(byAddress.get(address) ?? []), ...(byDomain.get(domain) ?? [])].sort((a, b) => a - b)
    for (const index of others) {
      if (!all && found.length > 0 && found[0]! < index) break
      if (matchesWildcard(rows[index]!.sender, address)) found.push(index)
    }
    found.sort((a, b) => a - b)
    return (all ? found : found.slice(0, 1)).map((index) => rows[index]!)
  }
}

function addTo(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key)
  if (list) list.push(index)
  else map.set(key, [index])
}
