// Seeded random records: mostly sound, some with a mistake. Left out is what a peer is known to get wrong whatever stands around
// it (deviations.json has it by cases of its own): %{p}, a macro that expands to an empty label, a record that includes itself.
import { randomSource } from '../random-source.mjs'

const below = (top) => (name) => `${name}.${top}`
const hosts = [
  ...['host', 'mail', 'six', 'alias', 'mx', 'null-mx', 'nowhere', 'servfail', 'servfail-a', 'host2', 'host4'],
  ...['nothing', 'a', 'trouble-mx', 'exists', 'fail'],
].map(below('sc.example'))
const macros = [
  ...['%{h}', 'host.%{d2}', '%{ir}.%{v}._ir.sc.example', '%{l}._l.sc.example', '%{i}._i.sc.example', '%{o}'],
  ...[
    '%{d1r}.sc.example',
    '%{l1r+-}._l.sc.example',
    '%{s}._s.sc.example',
    '%{v}.sc.example',
    '%{L}._l.sc.example',
  ],
]
const targets = [
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'servfail',
  'include',
  'redirect',
  'mx',
  'ptr',
].map(below('sc.example'))
const ip4s = ['192.0.2.10', '192.0.2.0/24', '203.0.113.66', '198.51.100.0/24', '0.0.0.0/1', '192.0.2.77/28']
const ip6s = ['2001:db8::10', '2001:db8::/32', '2001:DB8:FFFF::/48', '2001:db8:ffff::1/128', 'fe80::/10']
const lengths = ['', '', '', '', '/24', '//64', '/24//64', '/32', '/0', '//0']
const mistakes = [
  ...[
    'ip4:192.0.2.10/33',
    'ip4:192.0.2',
    'ip4:192.0.2.010',
    'ip4:192.0.2.10/',
    'ip4:192.0.2.10/00',
    'ip4',
    'ip4:',
  ],
  ...['ip6:2001:db8::10/129', 'ip6:2001:db8:::', 'ip6:1:2:3:4:5:6:7:8:9', 'ip6:[2001:db8::10]', 'ip6'],
  ...[
    'a:',
    'a/',
    'a/33',
    'a//129',
    'a/24/64',
    'a/-1',
    'a:foo-bar.123',
    'a:host',
    'a-b',
    'mx:',
    'mx/a',
    'ptr/24',
  ],
  ...['all:', 'all/', 'all.', 'al', '!all', '--all', 'include', 'include:', 'include:fail.sc.example/24'],
  ...[
    'exists',
    'exists:host.sc.example/24',
    'redirect=',
    '-redirect=fail.sc.example',
    'exp=',
    '1a=b',
    'foo:bar',
  ],
  ...['%', '=', '-', 'v=spf1', 'spf2.0/pra', 'exists:%{x}.sc.example', 'exists:%(d)', 'exists:x%.sc.example'],
]

/** `count` records; the same seed gives the same ones. */
export function randomRecords(seed, count) {
  const random = randomSource(seed)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const name = () => (random() < 0.7 ? pick(hosts) : pick(macros))
  const qualifier = () => pick(['', '', '', '-', '~', '?', '+'])
  const recase = (text) => (random() < 0.05 ? text.toUpperCase() : text)
  const mechanisms = [
    () => `${recase(pick(['a', 'mx']))}${random() < 0.6 ? `:${name()}` : ''}${pick(lengths)}`,
    () => `${recase('include')}:${pick(targets)}`,
    () => `exists:${name()}`,
    () => `ptr${pick(['', ':sc.example', ':mail.sc.example', ':example.org'])}`,
    () => `ip4:${pick(ip4s)}`,
    () => `ip6:${pick(ip6s)}`,
  ]
  const modifiers = [
    () => `redirect=${pick(targets)}`,
    () => 'exp=why.sc.example',
    () => `${pick(['foo', 'x-y_z.1'])}=${name()}`,
  ]
  const term = () => {
    const kind = random()
    if (kind < 0.06) return pick(mistakes)
    return kind < 0.2 ? pick(modifiers)() : `${qualifier()}${pick(mechanisms)()}`
  }
  return Array.from({ length: count }, () => {
    const terms = Array.from({ length: 1 + Math.floor(random() * 5) }, term)
    if (random() < 0.7) terms.push(pick(['-all', '~all', '?all', '+all', 'all']))
    return `v=spf1 ${terms.join(pick([' ', ' ', ' ', '  ']))}`
  })
}
