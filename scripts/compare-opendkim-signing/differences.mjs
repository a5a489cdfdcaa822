// Where opendkim and we differ, and why. The first row whose test says yes counts, so the narrow ones stand first.

const address = (mail) => mail?.client.address
const hostsOf = ({ internal = [], peers = [] }) => [...internal, ...peers]
const rowsOf = ({ signingTable = [] }) =>
  signingTable.map((row) => {
    const [sender, value] = row.trim().split(/\s+/)
    const [key, identity] = value.split(':')
    return { sender, key, identity, isIndented: /^\s/.test(row) }
  })

const signaturesOf = (word = '') => (word.startsWith('sign ') ? word.split(' ').slice(1) : [])
const isSubset = (some, all) => some.length > 0 && some.every((one) => all.includes(one))

/** Some row of the signing table names a key that the key table does not have. */
const hasUnknownKeys = (world) => {
  const names = new Set((world.keyTable ?? []).map((row) => row.split(' ')[0]))
  return rowsOf(world).some(({ key }) => !names.has(key))
}

/** MacroList, or MacroList beside MTA, where one says yes and a later one no. */
const hasContradiction = ({ mta, macros = [] }, { daemon, macros: sent }) => {
  const values = new Map(sent)
  const answers = macros
    .map((rule) => rule.split('='))
    .filter(([name]) => values.has(name))
    .map(([name, wanted]) => wanted === undefined || wanted.split('|').includes(values.get(name)))
  const all = [mta?.includes(daemon) ?? false, ...answers]
  return all.includes(true) && answers.at(-1) === false
}

const reasons = [
  {
    reason:
      'A row of the signing table names a key that is not there: theirs does not start, ours starts and warns.',
    test: ({ theirs, ours }) => /could not find valid key record/.test(theirs) && ours.startsWith('warns'),
  },
  {
    reason:
      'The table (file) has "%" as the name of a key: theirs does not start, ours takes it as in a refile.',
    test: ({ theirs }) => /could not find valid key record "%"/.test(theirs),
  },
  {
    reason:
      'So it is for a row that no lookup asks for (@example.com, *@example.com): ours warns of the row itself.',
    test: ({ world, theirs }) =>
      /could not find valid key record/.test(theirs) &&
      rowsOf(world).some(({ sender }) => /^(@|\*@)/.test(sender)),
  },
  {
    reason:
      'From has blanks in its domain (a@exa mple.com): theirs takes it for a domain, ours for no mailbox.',
    test: ({ mail, ours }) => /@exa mple\.com$/.test(mail?.from ?? '') && ours === 'verify',
  },
  {
    reason: 'From has blanks around the @ (RFC 5322 §4.4): theirs keeps them in the address, ours does not.',
    test: ({ mail }) => / @ /.test(mail?.from ?? ''),
  },
  {
    reason: 'The domain of From ends in a dot: theirs looks for the name with the dot, ours for the name.',
    test: ({ mail }) => /[a-z]\.$/i.test(mail?.from ?? ''),
  },
  {
    reason:
      'The local part is quoted: theirs looks for it with its quotes ("ann"@example.com), ours for its value.',
    test: ({ mail }) => /^"[^"]*"@/.test(mail?.from ?? ''),
  },
  {
    reason:
      'The domain of From is an address in brackets: theirs signs with it as d=, which has no keys; ours does not.',
    test: ({ mail, theirs }) => /@\[192\.0\.2\.1\]$/.test(mail?.from ?? '') && /\[|tempfail/.test(theirs),
  },
  {
    reason: 'From has two addresses: theirs takes the first, ours the first that is ours to sign for.',
    test: ({ mail, theirs, ours }) =>
      /, x@/.test(mail?.from ?? '') && theirs === 'verify' && ours !== 'verify',
  },
  {
    reason:
      'The client has an IPv4-mapped address, which Postfix never hands on: theirs takes it for IPv6, ours for IPv4.',
    test: ({ mail }) => address(mail)?.startsWith('::ffff:') === true,
  },
  {
    reason:
      'A list of hosts has an IPv4-mapped entry: to theirs it means such clients only, to ours those of IPv4.',
    test: ({ world, mail }) =>
      address(mail) === '10.0.0.7' && hostsOf(world).some((entry) => entry.endsWith('::ffff:10.0.0.7')),
  },
  {
    reason:
      'A list of hosts has an IPv4 address in brackets: theirs finds it only where the client has no name.',
    test: ({ world, mail }) =>
      hostsOf(world).some((entry) => /^!?\[\d/.test(entry)) && /^10\.1\./.test(address(mail) ?? ''),
  },
  {
    reason:
      'The client has no address: theirs takes it for 127.0.0.1, ours for unknown (Postfix always has one).',
    test: ({ mail }) => mail !== undefined && address(mail) === undefined,
  },
  {
    reason: 'i= in the signing table has no @: theirs lets the mail go unsigned, ours leaves i= out.',
    test: ({ world, theirs, ours }) =>
      theirs === 'verify' &&
      ours.startsWith('sign') &&
      rowsOf(world).some(({ identity }) => identity === '%'),
  },
  {
    reason:
      'Of several rows that match one names no key: theirs puts the mail off, ours signs with the others.',
    test: ({ world, theirs, ours }) =>
      theirs === 'tempfail' && ours.startsWith('sign') && world.multiple && hasUnknownKeys(world),
  },
  {
    reason: 'More than two rows match: theirs signs with the first and the last of them, ours with all.',
    test: ({ world, theirs, ours }) => world.multiple && isSubset(signaturesOf(theirs), signaturesOf(ours)),
  },
  {
    reason:
      'MTA or one macro says yes and a later macro has another value: theirs forgets the yes, to ours one is enough.',
    test: ({ world, mail, theirs, ours }) =>
      theirs === 'verify' && ours !== 'verify' && hasContradiction(world, mail),
  },
  {
    reason:
      'The signing table (refile) has an indented row: theirs passes over it in silence, ours takes it.',
    test: ({ world }) => world.kind === 'refile' && rowsOf(world).some(({ isIndented }) => isIndented),
  },
]

/** The reason for a difference; undefined when there is none. */
export function explain(difference) {
  return reasons.find(({ test }) => test(difference))?.reason
}
