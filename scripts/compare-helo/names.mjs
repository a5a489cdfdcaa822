// Names to greet with: the odd ones that people send, and seeded random ones around every limit and syntax we know of.
// A name is a string of bytes (latin1), as it goes over the wire; UTF-8 is already encoded.
import { randomSource } from '../random-source.mjs'

const bytes = (text) => Buffer.from(text, 'utf8').toString('latin1')

/** The names of the zone file that a client might greet with. */
export const zoneNames = (zone) => [
  ...new Set(
    [...zone.matchAll(/^([^;\s]\S*)\.\s/gm)].map(([, name]) =>
      name.replace(/\\(\d{3})/g, (_, d) => String.fromCharCode(d)),
    ),
  ),
]

const TROUBLE = ['servfail', 'refused', 'notimp', 'nxdomain'].flatMap((word) =>
  ['', '-a', '-aaaa', '-mx'].flatMap((type) => [
    `${word}${type}.hc.example`,
    `${word}${type}.wild.hc.example`,
    `${word}${type}.wildmx.hc.example`,
  ]),
)

/** The lines of odd-names.txt, and names whose lookup fails in every way. */
export const oddNames = (text) => [
  ...TROUBLE,
  ...text
    .split('\n')
    .filter((line) => line.startsWith('"'))
    .map((line) => bytes(JSON.parse(line))),
]

/** `count` random names; the same seed gives the same ones. */
export function randomNames(seed, count, known) {
  const random = randomSource(seed)
  const below = (n) => Math.floor(random() * n)
  const pick = (list) => list[below(list.length)]
  const times = (n, make) => Array.from({ length: n }, make)
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const label = (length = 1 + below(8)) => times(length, () => pick(letters + '0123456789')).join('')
  const odd = () =>
    random() < 0.8
      ? String.fromCharCode(33 + below(94))
      : bytes(pick('\u{fc}\u{df}\u{3002}\u{2010}\u{6f22}\u{200d}\u{1f600}'))
  const insert = (text, extra) => {
    const at = below(text.length + 1)
    return text.slice(0, at) + extra + text.slice(at)
  }
  const remove = (text) => {
    const at = below(text.length)
    return text.slice(0, at) + text.slice(at + 1)
  }
  const recase = (text) => [...text].map((c) => (random() < 0.5 ? c.toUpperCase() : c.toLowerCase())).join('')
  const host = () =>
    random() < 0.5
      ? pick(known)
      : `${times(1 + below(3), () => label()).join('.')}.${pick(['wild.hc.example', 'hc.example', 'wildmx.hc.example', 'hc.local'])}`
  const octet = () =>
    pick([
      '0',
      '00',
      '1',
      '01',
      '9',
      '10',
      '099',
      '127',
      '192',
      '255',
      '0255',
      '256',
      '999',
      '',
      `${below(300)}`,
      `${below(256)}`,
      `${below(256)}`,
      `${below(256)}`,
    ])
  const ipv4 = () => times(random() < 0.85 ? 4 : 2 + below(4), octet).join('.')
  const group = () =>
    random() < 0.9 ? below(0x10000).toString(16) : pick(['', '0', '0000', '00000', 'fffff', 'g', ipv4()])
  const ipv6 = () => {
    const groups = times(2 + below(8), group)
    if (random() < 0.6) groups.splice(below(groups.length + 1), below(3), '')
    if (random() < 0.15) groups.push(ipv4())
    const text = groups.join(':')
    return random() < 0.2 ? `:${text}` : random() < 0.2 ? `${text}:` : text
  }
  const tag = () => pick(['IPv6:', 'ipv6:', 'IPV6:', 'IPv6', 'IPv6 :', '', '', 'x:'])
  const ofLength = (length, suffix) => {
    let text = ''
    while (text.length < length - suffix.length) text += text.length % 64 === 63 ? '.' : pick(letters)
    // A dot just before the suffix's own would be another kind of oddity.
    return text.replace(/\.$/, 'a') + suffix
  }
  const makers = [
    host,
    () => recase(host()),
    () => `${host()}${pick(['.', '..', '...', '-', '_', ' '])}`,
    () => insert(host(), odd()),
    () => insert(insert(host(), pick('.-_')), pick('.-_')),
    () => remove(host()),
    () => `${label(60 + below(6))}.wild.hc.example`,
    () => `a.${label(60 + below(6))}.wild.hc.example${pick(['', '.'])}`,
    () => ofLength(248 + below(12), '.wild.hc.example') + pick(['', '', '.', '..']),
    () => times(1 + below(6), () => pick(['a', 'b1', '1', '22', '-', '_', '', 'x-', '-x', '333'])).join('.'),
    () =>
      times(1 + below(5), () => `${below(1000)}`).join(pick(['.', '.', '-', '_', ':'])) +
      pick(['', '', '.', 'a']),
    ipv4,
    ipv4,
    () => `${ipv4()}${pick(['.', '..', ':25', '/32', 'x', '.hc.example'])}`,
    ipv6,
    ipv6,
    ipv6,
    () => insert(ipv6(), odd()),
    () => `[${ipv4()}]`,
    () => `[${tag()}${ipv6()}]`,
    () => `[IPv6:${ipv6()}]`,
    () => insert(`[IPv6:${ipv6()}]`, odd()),
    () => remove(`[${pick([ipv4, ipv6])()}]`),
    () => `${pick(['[', '[[', '<[', '"['])}${pick([ipv4, ipv6, host])()}${pick([']', ']]', ']>', ']"', ''])}`,
    () => times(1 + below(3), host).join(pick([' ', '  ', '\t', ', '])),
    () => pick(['<', '"', '(', "'"]) + host() + pick(['>', '"', ')', "'"]),
    () => `xn--${label()}.${pick(['hc.example', 'wild.hc.example'])}`,
    () =>
      bytes(
        `${pick(['b\u{fc}cher', '\u{4f8b}', 'na\u{ef}ve', '\u{e9}\u{301}', '\u{1f600}'])}.${pick(['hc.example', 'wild.hc.example'])}`,
      ),
    () => times(1 + below(12), odd).join(''),
    () => times(1 + below(12), () => pick('01.:[]af-_')).join(''),
    () => times(1 + below(9), () => pick(':::1fa.')).join(''),
    () => pick(TROUBLE),
  ]
  const names = new Set()
  while (names.size < count) {
    const name = pick(makers)()
    // One line each, not empty, no comment in the oracle's list, short enough for an SMTP command line.
    if (name.trim() !== '' && !name.startsWith('#') && !/[\r\n\0]/.test(name) && name.length < 1500)
      names.add(name)
  }
  return [...names]
}
