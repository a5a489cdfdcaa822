import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const newDirectory = (): string => mkdtempSync(path.join(os.tmpdir(), 'postern-bayes-'))
