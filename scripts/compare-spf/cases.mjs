// Random cases. Each kind leans on one part of RFC 7208.
import { Dice } from './dice.mjs'
import { addressTerm, broken, macro, macroSpec, record } from './terms.mjs'
import { begin, domains, hosts, isIp4, publish, reverseName, unmapped } from './world.mjs'

/** `count` cases: `{ id, kind, ip, sender, helo, zone, failures }`. The zone: by name, by type, the data. */
export function randomCases(seed, count) {
  const kinds = Object.keys(makers)
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length]
    const dice = new Dice(seed * 1_000_003 + i)
    return { id: `${seed}.${i}`, kind, ...makers[kind](dice) }
  })
}

/** Records for all domains that a record can lead to. */
function publishAll(dice, made, least, most) {
  for (const domain of domains)
    if (domain === 'd0.example' || dice.chance(0.85))
      publish(made.zone, domain, record(dice, made.ip, least, most))
}

function general(dice) {
  const made = begin(dice)
  publishAll(dice, made, 0, 5)
  return made
}

function macros(dice) {
  const made = begin(dice)
  const spec = () => macroSpec(dice)
  const terms = dice.many(1, 3, () =>
    dice.pick([
      () => `exists:${spec()}`,
      () => `-exists:${spec()}`,
      () => `a:${spec()}`,
      () => `exists:${spec()}`,
    ])(),
  )
  publishAll(dice, made, 0, 2)
  made.zone['d0.example'].TXT = [
    [
      `v=spf1 ${terms.join(' ')} ${dice.pick(['-all', '~all', 'include:d1.example ?all', `redirect=${macro(dice, 'do')}`, `include:${macro(dice, 'do')} -all`])}`,
    ],
  ]
  if (dice.chance(0.1)) made.sender = `${'long-'.repeat(dice.between(8, 60))}x@d0.example`
  return made
}

function syntax(dice) {
  const made = begin(dice)
  publishAll(dice, made, 0, 2)
  const terms = dice.many(1, 3, () => (dice.chance(0.6) ? dice.pick(broken) : addressTerm(dice, made.ip)))
  let text = `v=spf1 ${terms.join(' ')}${dice.pick([' -all', ' ~all', '', ' all'])}`
  if (dice.chance(0.15)) text = mutate(dice, text)
  const target = dice.pick(['d0.example', 'd0.example', 'd1.example'])
  made.zone[target] = { ...made.zone[target], TXT: [[text]] }
  if (target === 'd1.example')
    made.zone['d0.example'].TXT = [
      [
        dice.pick([
          'v=spf1 include:d1.example -all',
          'v=spf1 redirect=d1.example',
          'v=spf1 ip4:192.0.2.1 include:d1.example',
        ]),
      ],
    ]
  return made
}

function mutate(dice, text) {
  const at = dice.between(6, text.length)
  return text.slice(0, at) + dice.pick([...' :/=.%{}+-~?1a,']) + text.slice(at + dice.below(2))
}

/** Which of the TXT records is the one. */
function selection(dice) {
  const made = begin(dice)
  const texts = dice.many(1, 4, () =>
    dice.pick([
      'v=spf1 ip4:192.0.2.1 -all',
      'v=spf1 -all',
      'V=SPF1 ~all',
      'v=spf1',
      'v=spf1 ',
      'v=spf10 -all',
      'v=spf1\t-all',
      'v=spf1-all',
      'v=spf2 -all',
      'spf2.0/mfrom -all',
      ' v=spf1 -all',
      'v=spf1  -all',
      '"v=spf1 -all"',
      'google-site-verification=x',
      '',
      'v=DMARC1; p=none',
      'text \xe9',
      'v=spf1 \xe9',
      ['v=spf1 ip4:192.0', '.2.1 -all'],
      ['v=spf1', ' -all'],
      ['v=spf1', '-all'],
      ['v=sp', 'f1 ', '?all'],
    ]),
  )
  delete made.zone['d0.example']?.TXT
  publish(made.zone, 'd0.example', ...texts)
  if (dice.chance(0.1))
    made.zone['d0.example'].TXT.push(...Array.from({ length: 58 }, (_, i) => [`other ${i}`]))
  if (dice.chance(0.2))
    made.zone['d0.example'] = { CNAME: dice.pick(['d1.example', 'h0.example', 'no.example']) }
  if (dice.chance(0.5))
    publish(made.zone, 'd1.example', dice.pick(['v=spf1 ~all', 'v=spf1 a:alias.example -all']))
  if (dice.chance(0.1)) made.sender = 'ann@d0.example.'
  return made
}

/** Ten terms, or nine, or eleven, in one record or in several. */
function terms(dice) {
  const made = begin(dice)
  const asks = () =>
    dice.pick([
      'a:h0.example',
      'exists:h1.example',
      'mx:d0.example',
      'a:h2.example',
      'mx:d1.example',
      dice.chance(0.2) ? 'exists:%{p}.hash.example' : 'a:h4.example',
    ])
  const spend = (count) => Array.from({ length: count }, () => `?${asks()}`).join(' ')
  for (const host of hosts) made.zone[host] = { A: ['198.51.100.1'], AAAA: ['2001:db8:1::1'] }
  for (const domain of ['d0.example', 'd1.example']) made.zone[domain] = { MX: [[10, 'h3.example']] }
  for (const host of ['h1.example']) delete made.zone[host].A
  const all = dice.between(8, 12)
  const split = dice.below(all)
  const lead = dice.pick(['include', 'redirect', 'none', 'none'])
  const tail = dice.pick(['-all', '~all', 'ip4:192.0.2.0/24 ip6:2001:db8::/32', ''])
  if (lead === 'none') publish(made.zone, 'd0.example', `v=spf1 ${spend(all)} ${tail}`)
  else if (lead === 'include') {
    publish(
      made.zone,
      'd0.example',
      `v=spf1 ${spend(split)} include:d1.example ${tail} ${dice.pick(['', 'redirect=d2.example'])}`,
    )
    publish(
      made.zone,
      'd1.example',
      `v=spf1 ${spend(Math.max(0, all - split - 1))} ${dice.pick(['', '-all'])}`,
    )
    publish(made.zone, 'd2.example', 'v=spf1 ?all')
  } else {
    publish(made.zone, 'd0.example', `v=spf1 ${spend(split)} redirect=d1.example`)
    publish(made.zone, 'd1.example', `v=spf1 ${spend(Math.max(0, all - split - 1))} ${tail}`)
  }
  return made
}

/** Names without addresses: of this IP version, or at all. */
function voids(dice) {
  const made = begin(dice)
  made.zone['only4.example'] = {
    A: ['198.51.100.4'],
    MX: [
      [1, 'only4.example'],
      [2, 'no.example'],
    ],
  }
  made.zone['only6.example'] = { AAAA: ['2001:db8:1::6'], MX: [[1, 'only6.example']] }
  made.zone['two.example'] = {
    MX: [
      [1, 'only4.example'],
      [2, 'only6.example'],
    ],
  }
  made.zone['both.example'] = {
    A: [dice.pick(['192.0.2.1', '198.51.100.5'])],
    AAAA: [dice.pick(['2001:db8::1', '2001:db8:1::5'])],
  }
  const names = [
    'only4.example',
    'only6.example',
    'two.example',
    'no.example',
    'both.example',
    'gone.example',
    'alias.example',
    'empty..example',
  ]
  const asks = () =>
    dice.pick([
      () => `a:${dice.pick(names)}`,
      () => `mx:${dice.pick(names)}`,
      () => `exists:${dice.pick(names)}`,
      () => 'ptr',
      () => `-exists:%{p}.${dice.pick(names)}`,
    ])()
  const list = (least, most) => dice.many(least, most, asks).join(' ')
  publish(made.zone, 'd1.example', `v=spf1 ${list(0, 2)} ${dice.pick(['-all', ''])}`)
  made.zone['d0.example'] = {
    TXT: [
      [
        `v=spf1 ${list(1, 4)} ${dice.pick(['', 'include:d1.example', 'a mx'])} ${dice.pick(['-all', '~all', 'redirect=d1.example'])}`,
      ],
    ],
  }
  return made
}

/** Nine to twelve mail servers, or names of the client. */
function crowds(dice) {
  const made = begin(dice)
  const own = unmapped(made.ip)
  const type = isIp4(made.ip) ? 'A' : 'AAAA'
  const count = dice.between(8, 13)
  const names = Array.from({ length: count }, (_, i) => `n${i}.crowd.example`)
  const voidChance = dice.pick([0, 0, 0.1])
  for (const name of names)
    if (!dice.chance(voidChance))
      made.zone[name] = { [type]: [type === 'A' ? '198.51.100.9' : '2001:db8:1::9'] }
  const lucky = dice.pick(names)
  if (dice.chance(0.7)) made.zone[lucky] = { [type]: [own] }
  if (dice.chance(0.5)) {
    made.zone['crowd.example'] = { MX: names.map((name, i) => [i, name]) }
    publish(
      made.zone,
      'd0.example',
      `v=spf1 mx:crowd.example ${dice.pick(['-all', '~all', 'mx:crowd.example'])}`,
    )
  } else {
    made.zone[reverseName(own)] = { PTR: names }
    publish(
      made.zone,
      'd0.example',
      `v=spf1 ${dice.pick(['ptr:crowd.example', `ptr:${lucky}`, `exists:%{p}.hash.example`, `exists:%{d}.%{p2}.hash.example`])} -all`,
    )
  }
  return made
}

/** One name of those that are asked for cannot be had. */
function trouble(dice) {
  const made = begin(dice)
  publishAll(dice, made, 1, 4)
  for (let i = dice.between(2, 5); i > 0; i--) {
    const names = [...domains, ...hosts, 'alias.example', 'no.example', 'exp.example', 'client.d0.example']
    const type = dice.pick(['TXT', 'A', 'AAAA', 'MX'])
    made.failures[`${dice.pick(names)} ${type}`] = dice.pick(['timeout', 'servfail', 'refused'])
  }
  if (dice.chance(0.2)) made.failures[`${reverseName(unmapped(made.ip))} PTR`] = 'servfail'
  return made
}

const makers = { general, macros, syntax, selection, terms, voids, crowds, trouble }
