import { statSync } from 'node:fs'

/** Whether a file is surely not there; one in a directory that this user may not look into may be. */
export function isMissing(file: string): boolean {
  try {
    return !statSync(file).isFile()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR'
  }
}
