// The client, what it says, and the hosts around it.
import { words } from './dice.mjs'

const clients = words(
  '192.0.2.1 192.0.2.1 192.0.2.77 2001:db8::1 2001:db8::1 2001:db8:0:1::ab ::ffff:192.0.2.1',
)
export const others4 = words('198.51.100.1 192.0.2.130 192.0.3.1 203.0.113.9 192.0.2.2')
export const others6 = words('2001:db8::2 2001:db8:1::1 2001:db9::1')
/** Those that may have records. The first is the sender's, mostly. */
export const domains = words('d0.example d1.example d2.example sub.d0.example d3.example')
export const hosts = words('h0.example h1.example h2.example h3.example h4.example mail.d0.example')
export const absent = words('no.example none.d1.example nothing.example')

export const unmapped = (ip) => ip.replace('::ffff:', '')
export const isIp4 = (ip) => !unmapped(ip).includes(':')

/** What is there in every case: hosts with and without the client's address, names of the client, a few TXT records. */
function background(dice, ip) {
  const zone = {}
  const own = unmapped(ip)
  for (const host of hosts) {
    const addresses = { A: [], AAAA: [] }
    if (dice.chance(0.75)) addresses.A.push(...dice.many(1, 2, () => dice.pick(others4)))
    if (dice.chance(0.55)) addresses.AAAA.push(...dice.many(1, 2, () => dice.pick(others6)))
    if (dice.chance(0.2)) addresses[isIp4(ip) ? 'A' : 'AAAA'].push(own)
    addEach(zone, host, addresses)
  }
  addEach(zone, 'alias.example', { CNAME: dice.pick([...hosts, ...domains, 'no.example']) })
  for (const domain of domains) {
    const data = { A: [], AAAA: [], MX: [] }
    if (dice.chance(0.5)) data.A.push(dice.chance(0.3) && isIp4(ip) ? own : dice.pick(others4))
    if (dice.chance(0.3)) data.AAAA.push(dice.chance(0.3) && !isIp4(ip) ? own : dice.pick(others6))
    if (dice.chance(0.7))
      data.MX.push(...distinct(dice.many(1, 3, () => dice.pick(hosts))).map((host, i) => [10 * i, host]))
    if (dice.chance(0.1)) data.TXT = [['something else']]
    addEach(zone, domain, data)
  }
  if (dice.chance(0.6))
    addEach(zone, reverseName(own), {
      PTR: distinct(
        dice.many(1, 3, () => dice.pick([...hosts, 'client.d0.example', 'd0.example', 'no.example'])),
      ),
    })
  if (dice.chance(0.5)) addEach(zone, 'client.d0.example', { [isIp4(ip) ? 'A' : 'AAAA']: [own] })
  return zone
}

const distinct = (list) => [...new Set(list)]

function addEach(zone, name, data) {
  const found = Object.entries(data).filter(([, records]) => records.length > 0)
  if (found.length > 0) zone[name] = { ...zone[name], ...Object.fromEntries(found) }
}

export function reverseName(ip) {
  if (!ip.includes(':')) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`
  const [head, tail = ''] = ip.split('::')
  const groups = (text) => (text === '' ? [] : text.split(':'))
  const zeros = Array(8 - groups(head).length - groups(tail).length).fill('0')
  const digits = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0')).join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

/** Adds TXT records: texts, or lists of strings. */
export function publish(zone, domain, ...texts) {
  zone[domain] = {
    ...zone[domain],
    TXT: [...(zone[domain]?.TXT ?? []), ...texts.map((text) => (Array.isArray(text) ? text : [text]))],
  }
}

const localParts = ['ann', 'strong-bad', 'a+b=c_d', 'x.y.z', 'postmaster', 'A-b', 'jack&jill=up', 'o/p,q']

function identity(dice) {
  if (dice.chance(0.12))
    return {
      sender: '',
      helo: dice.pick([
        'd0.example',
        'd0.example',
        'D0.Example',
        'd0.example',
        'sub.d0.example',
        'localhost',
        '[192.0.2.1]',
      ]),
    }
  const domain = dice.chance(0.05)
    ? 'sub.d0.example'
    : dice.pick(['d0.example', 'd0.example', 'd0.example', 'D0.EXAMPLE'])
  const sender = dice.chance(0.05)
    ? dice.pick([
        '@d0.example',
        'd0.example',
        'a@b',
        'a@no.example',
        'a@.example',
        `a@${'l'.repeat(64)}.example`,
      ])
    : `${dice.pick(localParts)}@${domain}`
  return {
    sender,
    helo: dice.pick([
      'mx.client.example',
      'h0.example',
      'd0.example',
      'Some-Host.example',
      'localhost',
      '[192.0.2.1]',
    ]),
  }
}

/** A case without records: `{ ip, sender, helo, zone, failures }`. */
export function begin(dice) {
  const ip = dice.pick(clients)
  const zone = background(dice, ip)
  publish(zone, 'exp.example', dice.pick(explanations))
  if (dice.chance(0.1))
    zone['exp.example'] = dice.pick([
      { A: ['192.0.2.9'] },
      { CNAME: 'exp2.example' },
      { TXT: [['one'], ['two']] },
    ])
  publish(zone, 'exp2.example', ['See http://%{o}/why?s=%{S}', '&i=%{I}'])
  return { ip, ...identity(dice), zone, failures: {} }
}

const explanations = [
  "%{i} is not one of %{d}'s mail servers",
  'See http://%{o}/why?s=%{S}&i=%{I}&h=%{H}',
  '%{c} %%%_%-',
  '%{dr} %{d1} %{lr-} %{s2} %{v}',
  'plain words',
  'by %{r}',
  'wrong %{x}',
  'wrong %',
  'caf\xe9',
  '',
]
