// What can be told of a pair of tables before any mail comes.
import type { KeyTable } from './key-table.ts'
import type { SigningTable } from './signing-table.ts'

/** A row of the signing table whose key the key table does not have. opendkim refuses to start because of it. */
export interface UnknownKey {
  readonly line: number
  readonly sender: string
  readonly key: string
}

/** Rows whose keys are missing. A row with `%` as its key depends on the sender and is not checked. */
export function findUnknownKeys(signingTable: SigningTable, keyTable: KeyTable): readonly UnknownKey[] {
  const names = new Set(keyTable.rows.map(({ name }) => name))
  return signingTable.rows
    .filter(({ key }) => key !== '%' && !names.has(key))
    .map(({ line, sender, key }) => ({ line, sender, key }))
}
