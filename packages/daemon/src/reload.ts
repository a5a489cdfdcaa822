import type { Settings, SettingsProblem } from '@postern/settings'
import type { DaemonOptions } from './daemon.ts'
import type { Log, LogFields } from './log.ts'

/** What is done once at the start, such as opening sockets, by table. All else follows a changed file at once. */
export type FixedSettings = { readonly [T in keyof Settings]?: readonly (keyof Settings[T])[] }

export interface ReloadParts {
  readonly options: DaemonOptions
  readonly log: Log
  readonly fixed: FixedSettings
  /** What the line about it tells. */
  facts(): LogFields
  /** Puts new settings in force; what it throws leaves the old ones there. */
  apply(settings: Settings): void
}

/** Opens the log anew, reads the settings again and puts them in force; mistakes are logged and leave the old ones there. */
export function reloadSettings({ options, log, fixed, facts, apply }: ReloadParts): void {
  log.reopen()
  const { configPath } = options
  const loaded = options.reload?.()
  if (!loaded) return
  if (!loaded.ok) {
    logProblems(log, configPath, loaded.problems)
    return
  }
  try {
    apply(loaded.settings)
  } catch (error) {
    log.write('error', 'settings', ['file', configPath, 'problem', (error as Error).message])
    return
  }
  for (const setting of changedUntilRestart(fixed, options.settings, loaded.settings))
    log.write('warn', 'settings', ['setting', setting, 'problem', 'takes effect at the next start'])
  log.write('info', 'reloaded', facts())
}

function logProblems(log: Log, file: string | undefined, problems: readonly SettingsProblem[]): void {
  for (const { line, path, message } of problems)
    log.write('error', 'settings', ['file', file, 'line', line, 'setting', path, 'problem', message])
}

/** The settings that differ and cannot be changed in a running daemon, as `policy.listen`. */
function changedUntilRestart(fixed: FixedSettings, started: Settings, now: Settings): string[] {
  return Object.entries(fixed).flatMap(([table, keys]) => {
    const before = started[table as keyof Settings] as Readonly<Record<string, unknown>>
    const after = now[table as keyof Settings] as Readonly<Record<string, unknown>>
    return keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => `${table}.${key}`)
  })
}
