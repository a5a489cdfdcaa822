import { readFileSync } from 'node:fs'

export type FoundOwner =
  | { readonly ok: true; readonly value: { readonly uid?: number; readonly gid?: number } }
  | { readonly ok: false; readonly message: string }

/** `user`, `user:group` or `:group`, by name or number, from the system's own files. */
export function lookupOwner(text: string): FoundOwner {
  const [user = '', group = ''] = text.split(':')
  const uid = user === '' ? undefined : numberOf(user, '/etc/passwd')
  const gid = group === '' ? undefined : numberOf(group, '/etc/group')
  if (user !== '' && uid === undefined) return { ok: false, message: `there is no user "${user}"` }
  if (group !== '' && gid === undefined) return { ok: false, message: `there is no group "${group}"` }
  return { ok: true, value: { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) } }
}

function numberOf(name: string, file: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name)
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const number = line?.split(':')[2]
  return number === undefined ? undefined : Number(number)
}
