// Checks every package as npm would publish it: publint (exports, files, fields), are-the-types-wrong (what TypeScript
// sees of it) on the packed tarball, and that each entry can also be had with require().
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const bin = (name) => path.join(root, 'node_modules', '.bin', name)
const work = mkdtempSync(path.join(os.tmpdir(), 'postern-pack-'))
let failures = 0

for (const folder of ['packages', 'apps'].flatMap((kind) =>
  readdirSync(path.join(root, kind)).map((name) => path.join(root, kind, name)),
)) {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  if (manifest.private) continue
  execFileSync(bin('pnpm'), ['pack', '--pack-destination', work], { cwd: folder, stdio: 'pipe' })
  const tarball = path.join(
    work,
    `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`,
  )
  check(manifest.name, 'publint', bin('publint'), [tarball, '--strict'])
  // ESM only by choice: require() works through Node's require(esm), so the CommonJS rows say nothing new.
  for (const entry of Object.keys(manifest.exports)) {
    const name = path.posix.join(manifest.name, entry)
    if (!name.endsWith('package.json'))
      check(name, 'require', process.execPath, ['-e', `require(${JSON.stringify(name)})`], folder)
  }
  if (manifest.exports['.']) check(manifest.name, 'attw', bin('attw'), [tarball, '--profile', 'esm-only'])
}
rmSync(work, { recursive: true })
process.exit(failures === 0 ? 0 : 1)

function check(name, tool, command, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${tool} ${name}`)
  if (status === 0) return
  failures++
  console.log(stdout, stderr)
}
