// Makes a checkout ready with nothing but Node and npm: installs the dependencies when they are missing or the
// lockfile has changed, and with --build builds what is out of date. Every root script starts here.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19))
  fail(`Postern needs Node 20.19 or newer; this is ${process.versions.node}.`)

const stamp = path.join(root, 'node_modules', '.postern-setup')
const wanted = fingerprint()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('postern: installing dependencies (first run, or the lockfile changed)')
  const frozen = existsSync(path.join(root, 'pnpm-lock.yaml')) ? ['--frozen-lockfile'] : []
  run('npm', ['exec', '--yes', `--package=${manifest.packageManager}`, '--', 'pnpm', 'install', ...frozen])
  writeFileSync(stamp, fingerprint())
}

if (process.argv.includes('--build')) {
  const args = ['run', 'build', '--output-logs=errors-only', '--log-order=grouped']
  run(path.join(root, 'node_modules', '.bin', 'turbo'), args)
}

/** Hash of everything that decides what node_modules holds. */
function fingerprint() {
  const hash = createHash('sha256')
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
  for (const folder of ['packages', 'apps'])
    for (const name of readdirSync(path.join(root, folder)).sort())
      files.push(path.join(folder, name, 'package.json'))
  for (const file of files)
    if (existsSync(path.join(root, file))) hash.update(file).update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

function run(command, args) {
  const bin = path.join(root, 'node_modules', '.bin')
  const env = {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    CI: process.env.CI ?? 'true', // pnpm must not ask questions
  }
  // Their progress goes to stderr, so that a command's stdout stays its own.
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (error) fail(`could not run ${command}: ${error.message}`)
  if (status !== 0) fail(`${command} ${args.join(' ')} failed (exit ${status})`)
}

function fail(message) {
  console.error(`postern: ${message}`)
  process.exit(1)
}
