// Random terms and records.
import { words } from './dice.mjs'
import { absent, domains, hosts, isIp4, others4, others6, unmapped } from './world.mjs'

const qualifiers = ['', '', '', '+', '-', '~', '?']

const prefix = (dice) =>
  dice.pick(['', '', '', '/24', '/16', '/31', '//64', '//32', '/24//64', '/0', '//0', '/32//128'])

/** A term that asks the DNS for a name as it stands. */
function hostTerm(dice) {
  const name = dice.pick([...hosts, ...hosts, ...domains, ...absent, 'alias.example'])
  return dice.pick([
    () => `a:${name}${prefix(dice)}`,
    () => `mx:${dice.pick([...domains, ...hosts, ...absent])}${prefix(dice)}`,
    () => `a${prefix(dice)}`,
    () => `mx${prefix(dice)}`,
    () => `exists:${name}`,
  ])()
}

export function addressTerm(dice, ip) {
  const own = unmapped(ip)
  return dice.pick([
    () => `ip4:${dice.pick(others4)}${dice.pick(['', '/32', '/24', '/20', '/25'])}`,
    () => `ip6:${dice.pick(others6)}${dice.pick(['', '/128', '/64', '/48'])}`,
    () => (isIp4(ip) ? `ip4:${own}` : `ip6:${own}`),
    () => (dice.chance(0.1) ? 'ip6:::ffff:192.0.2.1' : `ip4:${dice.pick(others4)}`),
  ])()
}

const letters = 'slodiphv'
const delimiters = ['', '', '', '.', '-', '+', ',', '/', '_', '=', '-+', '.-']

export function macro(dice, all = letters) {
  const letter = dice.pick([...all])
  const name = dice.chance(0.1) ? letter.toUpperCase() : letter
  const keep = dice.chance(0.4) ? dice.pick([1, 1, 2, 2, 3, 4, 127]) : ''
  return `%{${name}${keep}${dice.chance(0.4) ? 'r' : ''}${dice.pick(delimiters)}}`
}

/** A domain-spec with macros; names below hash.example tell expansions apart. */
export function macroSpec(dice) {
  const pieces = dice.many(1, 3, () =>
    dice.chance(0.8) ? macro(dice) : dice.pick(['x', '_spf', '%%', '%_', '%-', 'a-b']),
  )
  return `${pieces.join(dice.pick(['.', '.', '-', '']))}.hash.example${dice.pick(['', '', '', '.'])}`
}

const leads = (dice) =>
  dice.pick([
    'd1.example',
    'd1.example',
    'd2.example',
    'd3.example',
    'sub.d0.example',
    'no.example',
    'alias.example',
  ])

function term(dice, ip) {
  const mechanism = dice.pick([
    () => hostTerm(dice),
    () => hostTerm(dice),
    () => addressTerm(dice, ip),
    () => addressTerm(dice, ip),
    () => `include:${leads(dice)}`,
    () => dice.pick(['ptr', 'ptr:d0.example', 'ptr:example', 'ptr:h1.example']),
    () => `exists:${macroSpec(dice)}`,
    () => dice.pick(['moo=cow', 'x=%{d}', 'a.b-c_d=', 'exp=exp.example', 'redirect=d2.example']),
  ])()
  return mechanism.includes('=') && !mechanism.includes(':')
    ? mechanism
    : anyCase(dice, dice.pick(qualifiers) + mechanism)
}

/** Everything in any case, but macros. */
const anyCase = (dice, text) =>
  dice.chance(0.05)
    ? text.replaceAll(/%\{[^}]*\}|[a-z]/g, (found) => (found.length > 1 ? found : found.toUpperCase()))
    : text

const ending = (dice) =>
  dice.pick([
    ' -all',
    ' -all',
    ' ~all',
    ' ?all',
    ' all',
    '',
    '',
    ' redirect=d1.example',
    ' redirect=d3.example',
    '  ',
    ' -all exp=exp.example',
  ])

export function record(dice, ip, least = 0, most = 5) {
  // The same modifier twice is a matter of the kind "syntax".
  const terms = dice
    .many(least, most, () => term(dice, ip))
    .filter(
      (text, i, all) =>
        !/^(exp|redirect)=/.test(text) || all.findIndex((other) => other.startsWith(text.slice(0, 4))) === i,
    )
  let end = ending(dice)
  for (const name of ['redirect', 'exp'])
    if (terms.some((text) => text.startsWith(`${name}=`))) end = end.replace(new RegExp(` ${name}=\\S+`), '')
  return `v=spf1 ${terms.join(dice.chance(0.1) ? '  ' : ' ')}${end}`.replace(/ $/, dice.pick(['', ' ']))
}

/** Terms that are no terms, or nearly none. */
export const broken = [
  ...words(`
foo foo:bar ip4 ip4: ip4:1.2.3 ip4:192.0.2.1/33 ip4:192.0.2.01 ip4:192.0.2.0/ ip4:192.0.2.1/024
ip4:2001:db8::1 ip6:192.0.2.1 ip6:2001:db8::1/129 ip6:2001:db8 ip6:2001:::1 a: a/ a/33 a//129 a/24/64
a:h0.example/ a:h0.example// a:. a:localhost a:x.1 a:x.-y a:x.y- a:h0..example a:.h0.example mx:
mx:h0.example:25 mx/08 ptr/24 ptr: ptr:x exists exists: exists:h0.example/24 include include:
include:localhost include/24 all: all. all/8 all:x.example --all +-all all- =all ?=x 1=x a=b=c moo=%{x}
moo=%{d moo=% moo=a%b m%o=o moo redirect= redirect redirect:d1.example exp= REDIRECT=d1.example
exists:%{x}.h0.example exists:%{}.h0.example exists:%{d exists:%d.example exists:%{d0}.example
exists:%{dd}.example exists:%{d1rr}.example exists:%{dr1}.example exists:%{dR}.example exists:%{D1R}.example
exists:%{d*}.example exists:%{c}.example exists:%{t}.example exists:%{r}.example exists:% exists:%%
exists:%{d}% exists:a%{d}b exists:x.%{d}.%% a:%{d}.123 a:h0.example, mx, ip4:192.0.2.1, v=spf1
ipv4:192.0.2.1 ip:192.0.2.1 include:d1.example. a:h0.example. mx:d0.example/24// A:H0.EXAMPLE IP4:192.0.2.1
a:h_0.example _=x a_=x exp=%{d} exp=x.%{p}.example exp=a..example "a" 'mx' - ~ + ? / : =
`),
  '- all',
  'redirect=d1.example redirect=d2.example',
  'exp=exp.example exp=exp.example',
  '\ta',
  'mx\t-all',
  'a:\xe4.example',
  '\xa0',
  'a:h0.example\x00',
]
