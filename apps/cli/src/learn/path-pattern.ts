// Paths with wild cards, for whole servers: `/var/vmail/*/Maildir/.Junk`, `/var/vmail/{domain}/{user}/Maildir`.

import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

const isPattern = (part: string): boolean => /[*?]/.test(part)

/** Files and folders that a pattern with `*` and `?` stands for, in order; a path that exists stands for itself. */
export async function expandPattern(pattern: string, cwd: string): Promise<string[]> {
  const whole = path.resolve(cwd, pattern)
  if (!isPattern(pattern) || (await exists(whole))) return [whole]
  const { root } = path.parse(whole)
  let found = [root]
  for (const part of whole.slice(root.length).split(path.sep)) {
    if (!isPattern(part)) found = found.map((directory) => path.join(directory, part))
    else found = (await Promise.all(found.map((directory) => matching(directory, part)))).flat()
  }
  const there = await Promise.all(found.map(exists))
  return found.filter((_, i) => there[i])
}

async function matching(directory: string, part: string): Promise<string[]> {
  const expression = new RegExp(`^${literal(part).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 's')
  const names = await readdir(directory).catch(() => [])
  // As in a shell, a star does not stand for a hidden name.
  const isShown = (name: string) => part.startsWith('.') || !name.startsWith('.')
  return names
    .filter((name) => isShown(name) && expression.test(name))
    .sort()
    .map((name) => path.join(directory, name))
}

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  )

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Tells whose mail a path is; undefined when the pattern does not fit. */
export type UserOf = (file: string) => string | undefined

export type ParsedUserPattern =
  | { readonly ok: true; readonly userOf: UserOf }
  | { readonly ok: false; readonly message: string }

/** Reads a pattern that paths begin with: `{user}` stands for the user, and with `{domain}` it is `user@domain`. */
export function parseUserPattern(pattern: string, cwd: string): ParsedUserPattern {
  const names = Array.from(pattern.matchAll(/\{([^}]*)\}/g), ([, name]) => name)
  const isKnown = names.every((name) => name === 'user' || name === 'domain')
  if (!isKnown || !names.includes('user') || new Set(names).size < names.length)
    return { ok: false, message: 'has {user} once, and may have {domain} once' }
  const body = literal(path.resolve(cwd, pattern))
    .replace('\\{user\\}', '(?<user>[^/]+)')
    .replace('\\{domain\\}', '(?<domain>[^/]+)')
    .replaceAll('\\*', '[^/]*')
  const expression = new RegExp(`^${body}(/|$)`, 's')
  const userOf = (file: string) => {
    const { user, domain } = expression.exec(file)?.groups ?? {}
    return user === undefined || domain === undefined ? user : `${user}@${domain}`
  }
  return { ok: true, userOf }
}
