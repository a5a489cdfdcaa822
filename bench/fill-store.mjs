// Fills a store with triplets, in random order as they come in life: node fill-store.mjs DIRECTORY COUNT
// Straight into LMDB and not synced, as ten million updates through the daemon would take the afternoon.
import { createRequire } from 'node:module'
import { entryKey, hostGroupOf, normalizeSender } from '../packages/greylist/dist/index.js'
import { triplet } from './load.mjs'

const { open } = createRequire(new URL('../packages/store-lmdb/package.json', import.meta.url))('lmdb')
const [directory, text] = process.argv.slice(2)
const count = Number(text)
const database = open({
  path: directory,
  encoding: 'binary',
  pageSize: 4096,
  noSubdir: false,
  noSync: true,
  overlappingSync: false,
})
const now = Math.floor(Date.now() / 1000)

for (let from = 0; from < count; from += 20_000)
  database.transactionSync(() => {
    for (let i = from; i < Math.min(count, from + 20_000); i++) {
      const { name, sender, recipient } = triplet(i)
      const value = Buffer.alloc(12)
      const seen = now - (i % 100_000)
      value.writeUInt32LE(seen, 0)
      value.writeUInt32LE(seen, 4)
      value.writeUInt32LE(i % 3 === 0 ? 1 : 0, 8)
      database.put(
        entryKey('triplet', `.${hostGroupOf(name)}\n${normalizeSender(sender)}\n${recipient}`.toLowerCase()),
        value,
      )
    }
  })
console.log(JSON.stringify({ entries: database.getStats().entryCount }))
await database.close()
