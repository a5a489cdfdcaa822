// Writes what is derived from code: the reference of the settings and the commented sample. Run by `npm run gen`, after a
// build; tests fail when these files are not what the code says.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatReference, formatSample } from '../packages/settings/dist/index.js'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const files = {
  'docs/operating/settings.md': formatReference(),
  'postern.sample.toml': formatSample(),
}

for (const [name, text] of Object.entries(files)) {
  const file = path.join(root, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(`wrote ${name}`)
}
