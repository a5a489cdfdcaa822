// What an answer amounts to, in words that are the same for all three.

/** `reject`, `defer`, `dunno`, `restriction NAME`, or the field that is prepended with its result and identity. */
export function verdictOf(answer) {
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(answer) ?? []
  const action = word.toLowerCase()
  if (/^5\d\d$/.test(action)) return 'reject'
  if (/^4\d\d$/.test(action) || action === 'defer_if_permit') return 'defer'
  if (action === 'dunno' || action === 'ended') return action
  if (action === 'prepend') return `prepend ${fieldOf(rest)}`
  return rest === '' ? `restriction ${word}` : answer
}

/** The name of a field, and what it says: result, identity, whether the receiver is hidden. */
function fieldOf(field) {
  const [, name, value] = /^([^:]+): *(.*)$/s.exec(field) ?? []
  switch (name) {
    case 'Received-SPF': {
      const [result] = value.split(' ', 1)
      const identity = /[ ;]identity=(\w+)/.exec(value)?.[1]
      // mfrom is Mail::SPF's name for it.
      const hidden = /[ ;]receiver=<?UNKNOWN\b/.test(value) ? ' hidden' : ''
      return `${name} ${result.toLowerCase()} ${identity === 'mfrom' ? 'mailfrom' : identity}${hidden}`
    }
    case 'Authentication-Results': {
      const [, result, property] = /; *spf=(\w+) +smtp\.(\w+)=/.exec(withoutComments(value)) ?? []
      return result === undefined ? `${name} none` : `${name} ${result.toLowerCase()} ${property}`
    }
    case 'X-Comment':
      return `${name} ${value.split(' - ', 1)[0]}`
    default:
      return field
  }
}

/** RFC 5322 §3.2.2: comments may hold comments, and quoted pairs. */
function withoutComments(value) {
  let kept = ''
  let depth = 0
  for (const [token] of value.matchAll(/\\.|./gs)) {
    if (token === '(') depth++
    else if (token === ')') depth--
    else if (depth === 0) kept += token
  }
  return kept
}
