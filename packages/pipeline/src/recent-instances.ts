/** How many messages are remembered; Postfix asks about all recipients of one message in a row. */
const remembered = 1000

/** Tells whether an `instance` is met for the first time, so that a header goes on each message once. */
export function recentInstances(): (instance: string | undefined) => boolean {
  const seen = new Set<string>()
  return (instance) => {
    if (instance === undefined || instance === '') return true // Exim's policy client sends none.
    if (seen.has(instance)) return false
    seen.add(instance)
    if (seen.size > remembered) seen.delete(seen.values().next().value as string)
    return true
  }
}
