// Whether others than the user of the daemon can read or change a private key: the file itself, and every directory on the way.

import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/** Who the process is, as the system knows it. */
export interface Who {
  readonly uid: number
  readonly gid: number
}

export type SafetyCode =
  /** The file belongs to somebody who is neither root nor we. */
  | 'owner'
  /** Anybody may read or change the file. */
  | 'others'
  /** A group that is not ours may read the file, or any group may change it. */
  | 'group'
  /** Somebody else owns a directory on the way, or may write into it, and so can put another file in place. */
  | 'directory'

export interface SafetyProblem {
  readonly code: SafetyCode
  /** The file or directory that is at fault. */
  readonly path: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** What is unsafe about a key file; empty when all is well. Throws what the system throws where it cannot be looked at. */
export function unsafeParts(file: string, who: Who): SafetyProblem[] {
  const real = realpathSync(file)
  const problems = fileProblems(real, statSync(real), who)
  for (let at = path.dirname(real); ; at = path.dirname(at)) {
    const stat = lstatSync(at)
    if (isOpen(stat, who)) problems.push(problem('directory', at, stat))
    if (at === path.dirname(at)) return problems
  }
}

function fileProblems(file: string, stat: Stats, who: Who): SafetyProblem[] {
  const problems: SafetyProblem[] = []
  if (!isOurs(stat, who)) problems.push(problem('owner', file, stat))
  if (stat.mode & 0o007) problems.push(problem('others', file, stat))
  const isGroupOurs = stat.gid === who.gid || stat.gid === 0
  if (stat.mode & 0o020 || (stat.mode & 0o050 && !isGroupOurs)) problems.push(problem('group', file, stat))
  return problems
}

const isOurs = ({ uid }: Stats, who: Who): boolean => uid === 0 || uid === who.uid

/** Where the sticky bit is set, as in /tmp, nobody can replace the file of another. */
function isOpen(stat: Stats, who: Who): boolean {
  if (!isOurs(stat, who)) return true
  if (stat.mode & 0o1000) return false
  if (stat.mode & 0o002) return true
  return Boolean(stat.mode & 0o020) && stat.gid !== who.gid && stat.gid !== 0
}

const problem = (code: SafetyCode, at: string, { mode, uid, gid }: Stats): SafetyProblem => ({
  code,
  path: at,
  mode: mode & 0o7777,
  uid,
  gid,
})

/** One sentence that names what is at fault and how it is mended. */
export function formatSafetyProblem({ code, path: at, mode, uid, gid }: SafetyProblem): string {
  const octal = mode.toString(8).padStart(4, '0')
  switch (code) {
    case 'owner':
      return `${at} belongs to user ${uid}, who is neither root nor the user of the daemon: chown it`
    case 'others':
      return `${at} may be read or changed by anybody (mode ${octal}): chmod 600 ${at}`
    case 'group':
      return `${at} may be read or changed by group ${gid} (mode ${octal}): chmod 600 ${at}`
    case 'directory':
      return `others may write into the directory ${at} (mode ${octal}, owner ${uid}, group ${gid}) and replace the key: chmod go-w ${at}`
  }
}
