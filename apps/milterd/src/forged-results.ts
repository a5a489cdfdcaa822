// Authentication-Results fields that came with a message and claim to be ours (RFC 8601 §5).

import { authservIdOf, isSameAuthservId } from '@postern/auth-results'

/** Makes ready the test of a field's body; `others` are names, `.domain` for those below, or `*` for all. */
export function forgedResultsTest(authservId: string, others: readonly string[]): (body: string) => boolean {
  if (others.includes('*')) return () => true
  const suffixes = others.filter((name) => name.startsWith('.')).map((name) => name.toLowerCase())
  const names = [authservId, ...others.filter((name) => !name.startsWith('.'))]
  return (body) => {
    const id = authservIdOf(body)
    // A field that nobody can tell the author of might be read as ours.
    if (id === undefined) return true
    const lower = id.toLowerCase()
    return (
      names.some((name) => isSameAuthservId(name, id)) || suffixes.some((suffix) => lower.endsWith(suffix))
    )
  }
}
