// Bundles a benchmark written in TypeScript from the sources, without a build, and runs its main().
// node bench/run.mjs [ARGUMENTS of main.ts]
import { loadSource } from './load-source.mjs'

const { main } = await loadSource(new URL('main.ts', import.meta.url))
await main(process.argv.slice(2), import.meta.dirname)
