import type { Settings } from '@postern/settings'

/** What is done once at the start: sockets, store and log are opened. All else follows a changed file at once. */
const fixed: { readonly [T in keyof Settings]?: readonly (keyof Settings[T])[] } = {
  policy: [
    'processes',
    'listen',
    'socket_mode',
    'socket_owner',
    'idle_timeout_seconds',
    'max_connections',
    'shutdown_seconds',
  ],
  store: ['kind', 'directory'],
  log: ['format', 'level', 'destination'],
}

/** The settings that differ and cannot be changed in a running daemon, as `policy.listen`. */
export function changedUntilRestart(started: Settings, now: Settings): string[] {
  return Object.entries(fixed).flatMap(([table, keys]) => {
    const before = started[table as keyof Settings] as Readonly<Record<string, unknown>>
    const after = now[table as keyof Settings] as Readonly<Record<string, unknown>>
    return keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => `${table}.${key}`)
  })
}
