import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** What the files in a folder take, all told. */
export async function folderOctets(folder: string): Promise<number> {
  let octets = 0
  for (const name of await readdir(folder, { recursive: true })) {
    const file = await stat(path.join(folder, name))
    if (file.isFile()) octets += file.size
  }
  return octets
}
