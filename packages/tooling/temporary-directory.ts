// Test setup, once for a run: everything that tests make with mkdtemp lies in one directory, which goes at the end.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export default function setup(): () => void {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-'))
  chmodSync(directory, 0o755) // Some tests run programs as another user.
  process.env.TMPDIR = directory
  return () => rmSync(directory, { recursive: true, force: true })
}
