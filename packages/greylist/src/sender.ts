/**
 * The sender as it stands in a key, so that one correspondent has one key: signed return paths (BATV), `+extension`
 * and the numbers of per-message return paths (VERP) are folded, by postgrey's rules. An address without `@` stays.
 */
export function normalizeSender(sender: string): string {
  const at = sender.indexOf('@')
  if (at < 0) return sender
  let user = sender.slice(0, at)
  if (user.startsWith('prvs=')) user = withoutBatv(user)
  const plus = user.indexOf('+')
  if (plus >= 0) user = user.slice(0, plus)
  return user.replace(/\b\d+\b/g, '#') + sender.slice(at)
}

/** BATV writes prvs=TAG=LOCAL; some write prvs=LOCAL=TAG. The tag begins with ten digits or small letters. */
function withoutBatv(user: string): string {
  const fields = user.split('=')
  while (fields.at(-1) === '') fields.pop()
  const [, second, third] = fields
  if (fields.length !== 3 || second === undefined || third === undefined) return user
  const isTag = /^[0-9a-z]{10}/
  return isTag.test(third) && !isTag.test(second) ? second : third
}
