import { readFileSync } from 'node:fs'

/** Bytes of memory that a process has resident now. */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`)
  return Number(kilobytes) * 1024
}
