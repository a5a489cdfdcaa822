import { readFileSync } from 'node:fs'

/** The user's numbers; throws when there is no such user. */
export function idOf(user: string): { uid: number; gid: number } {
  const [uid, gid] = entryOf('/etc/passwd', user)
  return { uid: Number(uid), gid: Number(gid) }
}

/** The group's number; throws when there is no such group. */
export const groupOf = (group: string): number => Number(entryOf('/etc/group', group)[0])

/** What stands behind name and password. */
function entryOf(file: string, name: string): readonly string[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  if (line === undefined) throw new Error(`${file} has no ${name}`)
  return line.split(':').slice(2)
}
