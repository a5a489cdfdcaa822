// What @postern/signing decides from the files that opendkim reads, in the words of the comparison.

export function decideOurselves(world, { addr, signing }) {
  const hosts = (list) => (list === undefined ? undefined : signing.parseHostList(list))
  const keyTable = world.keyTable && signing.parseKeyTable(world.keyTable.join('\n'))
  const signingTable =
    world.signingTable &&
    signing.parseSigningTable(world.signingTable.join('\n'), world.kind === 'refile' ? 'refile' : 'file')
  const signMacros = [...(world.mta ?? []).map((name) => `daemon_name=${name}`), ...(world.macros ?? [])].map(
    signing.parseMacroRule,
  )
  const policy = signing.createSigningPolicy({
    ...(signingTable ? { signingTable, keyTable } : {}),
    domains: world.domains ?? [],
    domainKeys: [{ selector: 'one', key: { kind: 'file', path: 'k.pem' } }],
    subdomains: world.subdomains,
    multipleSignatures: world.multiple,
    internalHosts: hosts(world.internal ?? ['127.0.0.1', '::1']),
    externalIgnoreHosts: hosts(world.ignore),
    skipHosts: hosts(world.peers),
    signMacros,
  })
  return {
    start() {
      const unknown = signingTable ? signing.findUnknownKeys(signingTable, keyTable) : []
      return unknown.length > 0 ? `warns of keys: ${unknown.map(({ key }) => key).join(' ')}` : 'starts'
    },
    decide(mail) {
      const macros = new Map([
        ...mail.macros,
        ...(mail.daemon === undefined ? [] : [['daemon_name', mail.daemon]]),
      ])
      const { name, address } = mail.client
      const parsed = address === undefined ? undefined : addr.parseIp(address)
      const decision = policy.decide({
        from: signing.parseMailboxList(mail.from).mailboxes,
        client: {
          address: parsed?.ok ? parsed.value : undefined,
          name: name === 'unknown' || name.startsWith('[') ? undefined : name,
        },
        authenticatedAs: macros.get('auth_authen'),
        macro: (macro) => macros.get(macro),
      })
      if (decision.action === 'no-key') return 'tempfail'
      if (decision.action !== 'sign') return decision.action
      const words = decision.keys.map(({ domain, selector, identity }) =>
        [domain, selector, ...(identity === undefined || identity === `@${domain}` ? [] : [identity])].join(
          '/',
        ),
      )
      return `sign ${[...new Set(words)].sort().join(' ')}`
    },
  }
}
