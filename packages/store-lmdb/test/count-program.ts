// Opens a store and says how many entries it has: node count-program.mjs DIRECTORY
import { openLmdbStore } from '../src/index.ts'

const opened = openLmdbStore({ directory: process.argv[2] ?? '' })
if (!opened.ok) throw opened.error.cause
console.log(JSON.stringify({ count: await opened.store.count(), recovered: opened.recovered }))
await opened.store.close()
