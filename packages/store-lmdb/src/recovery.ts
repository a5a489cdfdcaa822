import { mergeEntries } from '@postern/greylist'
import { type Database, encoded, read, storedKey } from './database.ts'
import { orphanedRecords } from './journal.ts'

/** Takes over what processes that ended suddenly had answered for. */
export function recoverJournals(database: Database, directory: string): number {
  const { records, discard } = orphanedRecords(directory)
  if (records.length > 0)
    database.transactionSync(() => {
      for (const [key, entry] of records) {
        if (!entry) {
          database.remove(storedKey(key))
          continue
        }
        const old = read(database, key)
        database.put(storedKey(key), encoded(old ? mergeEntries(old, entry) : entry))
      }
    })
  discard()
  return records.length
}
