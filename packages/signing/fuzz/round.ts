// One round: a random text is read as everything it could be, and what was read is asked. Throws when something is not as it
// should be.
import assert from 'node:assert/strict'
import {
  createSigningPolicy,
  formatSigningReason,
  parseHostList,
  parseKeyTable,
  parseMacroRule,
  parseMailboxList,
  parseSigningTable,
} from '../src/index.ts'

const pieces = [
  ...[
    '\n',
    '\r\n',
    ' ',
    '\t',
    '#',
    ':',
    '%',
    '*',
    '!',
    '.',
    '@',
    ',',
    ';',
    '<',
    '>',
    '(',
    ')',
    '"',
    '\\',
    '[',
    ']',
  ],
  ...[
    'example.org',
    'ann',
    '192.0.2.0/24',
    '2001:db8::/32',
    's1',
    '/k/a.private',
    './k',
    'xn--',
    '\0',
    '\xe9',
    '\xff',
  ],
  ...['group:', '=?utf-8?q?x?=', '{name}', '=', '|', 'MIIEvQ==', 'refile:', 'a'.repeat(300)],
]

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed | 0
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit)
  }
}

export function runRound(seed: number): void {
  const below = randomOf(seed)
  const text = Array.from({ length: below(40) }, () => pieces[below(pieces.length)]).join('')
  const lines = text.split('\n').length
  const keyTable = parseKeyTable(text)
  const signingTable = parseSigningTable(text, below(2) === 0 ? 'file' : 'refile')
  const hosts = parseHostList(text.split('\n'))
  const { mailboxes, problems } = parseMailboxList(text)
  for (const { line } of [...keyTable.problems, ...signingTable.problems, ...hosts.problems])
    assert.ok(line >= 1 && line <= lines, `a problem in line ${line} of ${lines}`)
  for (const { at } of problems) assert.ok(at >= 0 && at <= text.length, `a problem at ${at}`)
  const rule = parseMacroRule(text)
  const policy = createSigningPolicy({
    signingTable,
    keyTable,
    internalHosts: hosts,
    multipleSignatures: below(2) === 0,
    ...(rule && { signMacros: [rule] }),
  })
  const decision = policy.decide({
    from: mailboxes,
    client: { name: text.slice(0, 50) },
    authenticatedAs: below(2) === 0 ? text : '',
    macro: () => text,
  })
  // One line, whatever the message and the tables hold.
  assert.doesNotMatch(formatSigningReason(decision), /[\0-\x1f\x7f]/)
  if (decision.action !== 'sign') return
  for (const { domain, identity } of decision.keys)
    if (identity !== undefined) assert.ok(identity.toLowerCase().endsWith(domain), identity)
}
