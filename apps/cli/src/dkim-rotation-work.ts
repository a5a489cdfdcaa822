// The world that a rotation acts on: key files, the settings' files, the DNS, the milter.

import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { generateKey, keyRecordName, type SigningKey } from '@postern/dkim'
import { readKeyFile, writeKeyFile } from './dkim-key-file.ts'
import { enter, nameSelector, QUEUE_DAYS, type RotatedKey, type Rotation } from './dkim-rotation.ts'
import type { Done, NameSeen, RotationWorld } from './dkim-rotation-advance.ts'
import { saveRotation } from './dkim-rotation-file.ts'
import { type LookOptions, lookForKey, lookForNoKey } from './dkim-rotation-look.ts'
import { nextKeyFile, type RotationUnit } from './dkim-rotation-unit.ts'

export interface WorkOptions {
  readonly now: number
  /** Undefined: as it was, or 5 days. */
  readonly graceDays: number | undefined
  readonly look: LookOptions
  /** Runs when the settings name the new key. */
  readonly reloadCommand: string | undefined
  /** Somebody has had the milter read its settings. */
  readonly isReloaded: boolean
  /** Nothing is written, and nothing run. */
  readonly isDry: boolean
  /** Of a new RSA key; else as many as the present one has, 2048 at least. */
  readonly bits: number | undefined
  /** Of the new key; else the month. */
  readonly selector: string | undefined
  /** Selectors in use, which a new key does not take. */
  readonly selectors: ReadonlySet<string>
}

export type Started =
  | { readonly ok: true; readonly rotation: Rotation; readonly bits: number }
  | { readonly ok: false; readonly message: string }

/** Makes the next key of a unit. */
export async function startRotation(unit: RotationUnit, options: WorkOptions): Promise<Started> {
  const present = readKeyFile(unit.file)
  if (!present.ok) return present
  const { algorithm } = present.key
  const isTaken = (selector: string) =>
    options.selectors.has(selector) || existsSync(nextKeyFile(unit, selector))
  const selector = options.selector ?? nameSelector(options.now, { algorithm, isTaken })
  if (isTaken(selector))
    return { ok: false, message: `the selector ${selector} is taken already: say another with --selector` }
  const bits = algorithm === 'ed25519' ? 256 : (options.bits ?? Math.max(2048, present.key.bits))
  const { privateKeyPem, record } = await generateKey({ algorithm, bits })
  const file = nextKeyFile(unit, selector)
  if (!options.isDry) {
    const { uid, gid, mode } = statSync(unit.file)
    // A group that was given the old key has to read the new one; one that everybody could read was given to nobody.
    const access = { uid, gid, mode: mode & 0o004 ? 0o600 : mode & 0o640 }
    const written = writeKeyFile(file, privateKeyPem, access)
    if (!written.ok) return written
  }
  const draft: Rotation = {
    id: unit.id,
    domains: unit.domains,
    algorithm,
    state: 'generated',
    old: { selector: unit.selector, file: unit.file },
    new: { selector, file, record },
    since: {},
    oldTtl: 0,
    isOldServed: true,
    graceDays: options.graceDays ?? QUEUE_DAYS,
  }
  const rotation = enter(draft, 'generated', options.now)
  if (!options.isDry) saveRotation(unit.stateFile, unit.id, rotation)
  return { ok: true, rotation, bits }
}

/** The world of one unit for one run. */
export function worldOf(unit: RotationUnit, options: WorkOptions): RotationWorld {
  const { now, look, isDry } = options
  const looks = new Map<string, Promise<readonly NameSeen[]>>()
  const once = (what: string, run: () => Promise<readonly NameSeen[]>) => {
    const known = looks.get(what) ?? run()
    looks.set(what, known)
    return known
  }
  return {
    now,
    lookForNew: ({ new: key, domains }) => once('new', () => lookAt(key, domains, look)),
    lookForOld: ({ old: key, domains }) => once('old', () => lookAt(key, domains, look)),
    lookForRevoked: ({ old: { selector }, domains }) =>
      once('revoked', () => Promise.all(domains.map((domain) => lookForNoKey({ selector, domain }, look)))),
    isSwitched: ({ new: { selector } }) => unit.selector === selector,
    switchTo: (rotation) => (isDry ? { ok: true } : unit.switchTo(rotation)),
    reload: async () => reload(options),
    save: (rotation) => {
      if (!isDry) saveRotation(unit.stateFile, unit.id, rotation)
    },
  }
}

async function lookAt(
  { selector, file }: RotatedKey,
  domains: readonly string[],
  options: LookOptions,
): Promise<readonly NameSeen[]> {
  const read = readKeyFile(file)
  const names = domains.map((domain) => ({ selector, domain }))
  if (read.ok)
    return Promise.all(names.map((name) => lookForKey(name, read.key satisfies SigningKey, options)))
  const troubles = [`${read.message}.`]
  return names.map(({ domain }) => ({
    name: keyRecordName(selector, domain),
    isSeen: false,
    serving: 0,
    asked: 0,
    troubles,
    ttl: 0,
  }))
}

/** A milter rereads its settings within seconds. */
const RELOAD_MS = 60_000

const run = promisify(execFile)

async function reload({ reloadCommand, isReloaded, isDry }: WorkOptions): Promise<Done | undefined> {
  if (reloadCommand === undefined) return isReloaded ? { ok: true } : undefined
  if (isDry) return { ok: true }
  try {
    await run('/bin/sh', ['-c', reloadCommand], { timeout: RELOAD_MS })
    return { ok: true }
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    return { ok: false, message: stderr.trim().split('\n').at(-1) || message.trim() }
  }
}
