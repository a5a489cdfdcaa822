// Random configurations of opendkim, and random messages that they may or may not be about.

const domains = [
  'example.com',
  'mail.example.com',
  'a.b.example.com',
  'example.net',
  'x.example.net',
  'other.test',
  'com',
]
const users = ['ann', 'Bob', 'ann+x', 'news']
const addresses = [
  '127.0.0.1',
  '10.0.0.7',
  '10.1.2.3',
  '192.0.2.5',
  '192.0.2.130',
  '2001:db8::5',
  '2001:db8:0:1::9',
  '::1',
  '::ffff:10.0.0.7',
]
const names = [
  'localhost',
  'mx.example.com',
  'a.internal.test',
  'Guest.Internal.test',
  'internal.test',
  'unknown',
  'other.test',
]
const hostEntries = [
  ...[
    '127.0.0.1',
    '::1',
    '10.0.0.0/8',
    '10.0.0.7',
    '[10.1.2.3]',
    '[10.1.0.0]/16',
    '192.0.2.0/24',
    '192.0.2.128/25',
    '0.0.0.0/0',
  ],
  ...[
    '2001:db8::/32',
    '2001:db8:0:1::/64',
    '2001:DB8::5',
    '::ffff:10.0.0.7',
    '10.0.0.1/8',
    'localhost',
    'mx.example.com',
    'MX.Example.com',
  ],
  ...['.internal.test', 'guest.internal.test', '.test', 'other.test', '*.internal.test', '10.*'],
]

/** Draws with a source of numbers in [0, 1). */
export class Dice {
  constructor(random) {
    this.random = random
  }
  below(limit) {
    return Math.floor(this.random() * limit)
  }
  chance(probability) {
    return this.random() < probability
  }
  pick(list) {
    return list[this.below(list.length)]
  }
  some(list, most) {
    return Array.from({ length: this.below(most + 1) }, () => this.pick(list))
  }
}

const hostList = (dice) => dice.some(hostEntries, 5).map((entry) => (dice.chance(0.3) ? `!${entry}` : entry))

/** What the configuration says, as plain data; `keys` is a directory with a key at `<domain>/k.pem` for every domain. */
export function randomWorld(dice, keys) {
  const world = {
    internal: dice.chance(0.2) ? undefined : hostList(dice),
    ignore: hostList(dice),
    peers: dice.chance(0.3) ? hostList(dice) : undefined,
    mta: dice.chance(0.3) ? ['MSA', 'submission'] : undefined,
    macros: dice.chance(0.3) ? dice.some(['trusted', 'level=high|full', 'mail_mailer=local'], 2) : undefined,
    multiple: dice.chance(0.4),
    subdomains: dice.chance(0.5),
  }
  if (world.macros?.length === 0) world.macros = undefined
  if (dice.chance(0.25))
    return { ...world, kind: 'domain', domains: dice.some(['*', ...domains, 'EXAMPLE.com'], 3), keys }
  const kind = dice.chance(0.5) ? 'file' : 'refile'
  const rows = dice
    .some(domains, 4)
    .map(
      (domain, n) =>
        `k${n} ${dice.chance(0.2) ? '%' : domain}:s${n}:${keys}/${dice.chance(0.3) ? '%' : domain}/k.pem`,
    )
  // Keys whose names are domains, for rows that say "%".
  for (const domain of dice.some(domains, 3)) rows.push(`${domain} ${domain}:byname:${keys}/${domain}/k.pem`)
  if (rows.length === 0) rows.push(`k0 %:s0:${keys}/%/k.pem`)
  if (dice.chance(0.2)) rows.push(dice.pick(rows).replace(/:s\d+:/, ':again:'))
  const known = rows.map((row) => row.split(' ')[0])
  const keyName = () => {
    if (dice.chance(0.1)) return '%'
    if (dice.chance(0.05)) return 'nowhere'
    const name = dice.pick(known)
    return dice.chance(0.1) ? name.toUpperCase() : name
  }
  const identity = () =>
    dice.chance(0.25)
      ? dice.pick([
          ':%',
          ':@%',
          ':news@%',
          ':@mail.%',
          ':ann@example.com',
          ':@other.test',
          ':@notexample.com',
        ])
      : ''
  const sender = () => {
    const domain = dice.pick(domains)
    const user = dice.pick(users)
    const forms =
      kind === 'file'
        ? [
            `${user}@${domain}`,
            domain,
            `.${domain}`,
            `${user}@.${domain}`,
            `${user}@*`,
            '*',
            `*@${domain}`,
            `@${domain}`,
          ]
        : [
            `${user}@${domain}`,
            `*@${domain}`,
            `*@*.${domain}`,
            `${user}@*`,
            '*',
            `*${domain}`,
            `${user.slice(0, 2)}*@${domain}`,
            domain,
            ` *@${domain}`,
          ]
    const form = dice.pick(forms)
    return dice.chance(0.15) ? form.toUpperCase() : form
  }
  const table = Array.from(
    { length: 1 + dice.below(5) },
    () => `${sender()}${dice.pick(['\t', ' ', '   '])}${keyName()}${identity()}`,
  )
  return { ...world, kind, keyTable: rows, signingTable: table }
}

/** opendkim.conf for a world; data sets of more than a word are files in `directory`. */
export function configuration(world, { directory, write }) {
  const lines = [
    `Socket local:${directory}/socket`,
    'Mode sv',
    'Syslog no',
    'RequireSafeKeys no',
    'Canonicalization relaxed/simple',
    'Background no',
    'AutoRestart no',
    `MultipleSignatures ${world.multiple}`,
    `SubDomains ${world.subdomains}`,
  ]
  const hosts = (option, list) => {
    if (list !== undefined) lines.push(`${option} ${write(option, `${list.join('\n')}\n`)}`)
  }
  hosts('InternalHosts', world.internal)
  hosts('ExternalIgnoreList', world.ignore)
  hosts('PeerList', world.peers)
  if (world.mta) lines.push(`MTA ${world.mta.join(',')}`)
  if (world.macros) lines.push(`MacroList ${world.macros.join(',')}`)
  if (world.kind === 'domain') {
    lines.push(`Domain ${write('Domain', `${world.domains.join('\n')}\n`)}`)
    lines.push('Selector one', `KeyFile ${world.keys}/example.com/k.pem`)
  } else {
    lines.push(`KeyTable ${write('KeyTable', `# keys\n\n${world.keyTable.join('\n')}\n`)}`)
    const prefix = world.kind === 'refile' ? 'refile:' : ''
    lines.push(`SigningTable ${prefix}${write('SigningTable', `${world.signingTable.join('\n')} # last\n`)}`)
  }
  return `${lines.join('\n')}\n`
}

const fromForms = (user, domain, other) => [
  `${user}@${domain}`,
  `Name <${user}@${domain}>`,
  `"Name, <x@other.test>" <${user}@${domain}>`,
  `(note) ${user}@${domain} (another (one))`,
  `=?utf-8?q?N?=\n <${user}@${domain}>`,
  `Group: ${user}@${domain};`,
  `${user}@${domain}, x@${other}`,
  `<@relay.test:${user}@${domain}>`,
  `"${user}"@${domain}`,
  `${user} @ ${domain}`,
  `Name ${user}@${domain}`,
  `<${user}@${domain}`,
  `${user}@${domain}.`,
  `${user}@[192.0.2.1]`,
  `${user}`,
  `undisclosed:;`,
  `"unclosed <${user}@${domain}>`,
  `${user}@exa mple.com`,
]

/** Postfix says `unknown`, Sendmail the address in brackets, where there is no name. */
function randomClient(dice) {
  const address = dice.chance(0.04) ? undefined : dice.pick(addresses)
  const name = dice.chance(0.5) ? 'unknown' : dice.pick([...names, `[${address ?? 'local'}]`])
  return { name, address }
}

export function randomMail(dice) {
  const domain = dice.pick(domains)
  const written = dice.chance(0.2) ? domain.toUpperCase() : domain
  const user = dice.pick(users)
  const from = dice.chance(0.5)
    ? `${user}@${written}`
    : dice.pick(fromForms(user, written, dice.pick(domains)))
  const isAuthenticated = dice.chance(0.3)
  return {
    client: randomClient(dice),
    from,
    // RFC 5322 wants one; two are what attacks are made of.
    second: dice.chance(0.05) ? `x@${dice.pick(domains)}` : undefined,
    daemon: dice.pick([undefined, 'MSA', 'smtpd', 'msa']),
    macros: [
      ...(isAuthenticated
        ? [
            ['auth_type', 'PLAIN'],
            ['auth_authen', 'ann'],
          ]
        : []),
      ...(dice.chance(0.3) ? [['trusted', 'yes']] : []),
      ...(dice.chance(0.3) ? [['level', dice.pick(['high', 'low', 'HIGH'])]] : []),
      ['mail_mailer', dice.pick(['local', 'smtp'])],
    ],
  }
}

export const keyDomains = domains
