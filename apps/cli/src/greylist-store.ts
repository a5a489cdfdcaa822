// The daemon's greylist, opened beside the running daemon.

import path from 'node:path'
import type { Greylist, GreylistStore } from '@postern/greylist'
import { createConfiguredGreylist, stateDirectory } from '@postern/policyd'
import type { Settings } from '@postern/settings'
import { findSettings } from '@postern/settings/file'
import { openLmdbStore } from '@postern/store-lmdb'
import { complain, type ExitStatus, exit } from './command.ts'
import type { CliIo } from './io.ts'
import { isMissing } from './missing-file.ts'
import { readOnly } from './read-only-store.ts'

/** What a greylist command works on. */
export interface OpenGreylist {
  readonly settings: Settings
  readonly directory: string
  readonly store: GreylistStore
  /** Under the settings in force, with their lists. */
  readonly greylist: Greylist
  readonly now: number
}

export interface OpenOptions {
  readonly config?: string | undefined
  /** Decisions are made and nothing is written. */
  readonly isReadOnly?: boolean
}

/** Opens the store, calls `use`, closes the store; complains when it cannot be opened. */
export async function withGreylist(
  { config, isReadOnly = false }: OpenOptions,
  io: CliIo,
  use: (open: OpenGreylist) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const found = findSettings(config, io.cwd)
  if (!found.ok) {
    for (const message of found.messages) complain(io, message)
    return exit.usage
  }
  const { settings } = found
  const source = found.path ?? 'the built-in defaults'
  if (settings.store.kind === 'memory')
    return complain(io, `[store] kind is "memory" in ${source}: the daemon alone knows its greylist`)
  const directory = stateDirectory(settings.store.directory, found.path)
  // A store made here would belong to whoever runs this command, and the daemon could not write to it.
  if (isMissing(path.join(directory, 'data.mdb'))) {
    const advice = `start the daemon first, or name its settings with --config (these were ${source})`
    return complain(io, `there is no store in ${directory}: ${advice}`, exit.failed)
  }
  const opened = openLmdbStore({ directory })
  if (!opened.ok) {
    const { code, cause } = opened.error
    const why =
      code === 'no-permission' ? 'may not be opened by this user' : `cannot be opened: ${cause.message}`
    return complain(io, `the store in ${directory} ${why}`, exit.failed)
  }
  if (opened.setAside !== undefined)
    complain(io, `the database was damaged and has been set aside as ${opened.setAside}`)
  try {
    const store = isReadOnly ? readOnly(opened.store) : opened.store
    const greylist = createConfiguredGreylist({ settings, store, directory, log: warningsTo(io) })
    return await use({ settings, directory, store, greylist, now: io.now() })
  } finally {
    await opened.store.close()
  }
}

/** What reading the lists has to say, on standard error. */
function warningsTo(io: CliIo): Parameters<typeof createConfiguredGreylist>[0]['log'] {
  return {
    isOn: (level) => level === 'error' || level === 'warn',
    write(level, event, fields = []) {
      if (level !== 'error' && level !== 'warn') return
      // Names and values in turn.
      const pairs: string[] = []
      for (let i = 0; i + 1 < fields.length; i += 2)
        if (fields[i + 1] !== undefined) pairs.push(`${fields[i]}=${fields[i + 1]}`)
      complain(io, `${event}: ${pairs.join(' ')}`)
    },
    reopen() {},
    async close() {},
  }
}
