import { readFileSync } from 'node:fs'

/** This package's version, from its own package.json beside src and dist. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
