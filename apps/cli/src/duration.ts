const units: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
]

/** A span as people say it: `45 s`, `12 min`, `5 h`, `3 d`; never rounded up. */
export function formatDuration(seconds: number): string {
  const span = Math.max(0, Math.floor(seconds))
  // Twice the unit: `90 min` says more than `1 h`.
  const [size, name] = units.find(([unit]) => span >= 2 * unit) ?? [1, 's']
  return `${Math.floor(span / size)} ${name}`
}

/** A moment: `2026-11-22 14:05:00 UTC`. */
export function formatMoment(seconds: number): string {
  return `${isoMoment(seconds).replace('T', ' ').replace('Z', '')} UTC`
}

/** A moment for programs: `2026-11-22T14:05:00Z`. */
export function isoMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
