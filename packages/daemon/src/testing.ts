import type { Log } from './log.ts'

/** A log that keeps its lines, as `level event key=value …` with nothing quoted. */
export function collectLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    log: {
      isOn: () => true,
      write(level, event, fields = []) {
        const pairs: string[] = []
        for (let i = 0; i < fields.length; i += 2)
          if (fields[i + 1] !== undefined) pairs.push(`${fields[i]}=${fields[i + 1]}`)
        lines.push([level, event, ...pairs].join(' '))
      },
      reopen() {},
      async close() {},
    },
  }
}
