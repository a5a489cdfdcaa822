// Where rotations are remembered: a JSON file beside the keys, written whole or not at all, by one process at a time.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { type Rotation, type RotationState, rotationStates } from './dkim-rotation.ts'

export const STATE_FILE = 'dkim-rotation.json'

export type LoadedRotations =
  | { readonly ok: true; readonly rotations: readonly Rotation[] }
  | { readonly ok: false; readonly message: string }

/** What is remembered; nothing where there is no file. */
export function loadRotations(file: string): LoadedRotations {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { ok: true, rotations: [] }
    return { ok: false, message: `${file} cannot be read: ${message}` }
  }
  const rotations = parseRotations(text)
  if (rotations !== undefined) return { ok: true, rotations }
  return {
    ok: false,
    message: `${file} is damaged: put it right, or remove it to forget the rotations in it`,
  }
}

export function parseRotations(text: string): readonly Rotation[] | undefined {
  try {
    const data: unknown = JSON.parse(text)
    if (!isObject(data) || data.version !== 1 || !Array.isArray(data.rotations)) return undefined
    return data.rotations.every(isRotation) ? data.rotations : undefined
  } catch {
    return undefined
  }
}

export const formatRotations = (rotations: readonly Rotation[]): string =>
  `${JSON.stringify({ version: 1, rotations }, null, 2)}\n`

const isObject = (data: unknown): data is Record<string, unknown> => typeof data === 'object' && data !== null

const isText = (data: unknown): data is string => typeof data === 'string' && data !== ''

const isKey = (data: unknown): boolean => isObject(data) && isText(data.selector) && isText(data.file)

function isRotation(data: unknown): data is Rotation {
  if (!isObject(data)) return false
  const { id, domains, algorithm, state, since, oldTtl, graceDays } = data
  return (
    isText(id) &&
    Array.isArray(domains) &&
    domains.every(isText) &&
    (algorithm === 'rsa' || algorithm === 'ed25519') &&
    rotationStates.includes(state as RotationState) &&
    isKey(data.old) &&
    isKey(data.new) &&
    isText((data.new as Record<string, unknown>).record) &&
    isObject(since) &&
    Object.values(since).every(Number.isFinite) &&
    Number.isFinite(oldTtl) &&
    typeof data.isOldServed === 'boolean' &&
    Number.isFinite(graceDays)
  )
}

/** Puts a rotation in the place of the one with its id, or takes that out. Throws what the system throws. */
export function saveRotation(file: string, id: string, rotation: Rotation | undefined): void {
  const loaded = loadRotations(file)
  if (!loaded.ok) throw new Error(loaded.message)
  const others = loaded.rotations.filter((each) => each.id !== id)
  const text = formatRotations(rotation === undefined ? others : [...others, rotation])
  replaceFile(file, text, { mode: 0o600 })
}

/** Another text in the place of a file's: readers see the old or the new one, also after a power cut. */
export function replaceFile(file: string, text: string, { mode, owner }: ReplaceOptions): void {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`)
  const handle = openSync(draft, 'w', mode)
  try {
    fchmodSync(handle, mode)
    if (owner !== undefined) fchownSync(handle, owner.uid, owner.gid)
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, file)
}

interface ReplaceOptions {
  readonly mode: number
  /** Default: who runs this. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

export type Locked = { readonly ok: true; release(): void } | { readonly ok: false; readonly message: string }

/** Keeps other runs from the state. The lock of a process that has died is taken over. */
export function lockRotations(file: string): Locked {
  const lock = `${file}.lock`
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      return { ok: true, release: () => unlinkSync(lock) }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST') return { ok: false, message: `${lock} cannot be written: ${message}` }
    }
    const holder = holderOf(lock)
    if (holder !== undefined)
      return { ok: false, message: `another run is at it (process ${holder}, ${lock})` }
    unlinkSync(lock)
  }
  return { ok: false, message: `another run is at it (${lock})` }
}

/** The process that holds a lock; undefined when there is none any more. */
function holderOf(lock: string): number | undefined {
  let pid = 0
  try {
    pid = Number(readFileSync(lock, 'utf8'))
    if (!(pid > 0)) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // It lives, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined
  }
}
