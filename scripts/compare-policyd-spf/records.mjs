// The zone that all three are asked over, beside the lab's own names: below sc.example, one domain for each thing a record may
// say. The label servfail, refused or nxdomain in a name makes the DNS answer so (compare-helo/troubled-dns.mjs).

const top = 'sc.example'

/** The record of each domain: a text, or a list of several records, of which each may be a list of strings. */
export const domains = {
  // Each result by itself; 192.0.2.10 and 2001:db8::10 are the good ones everywhere.
  pass: 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 ip4:203.0.113.66 ip6:2001:db8:ffff::1 -all',
  fail: 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 -all',
  softfail: 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 ~all',
  neutral: 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 ?all',
  'no-all': 'v=spf1 ip4:192.0.2.10',
  everybody: 'v=spf1 +all',
  'no-mail': 'v=spf1 -all',
  'no-mail-case': 'V=spf1 -ALL',
  'no-mail-mod': 'v=spf1 -all exp=why.sc.example',
  none: 'not about SPF',
  empty: 'v=spf1',
  // How the text may be written.
  case: 'V=SPF1 IP4:192.0.2.10 -ALL',
  split: [['v=spf1 ip4:192.0.2', '.10 -all']],
  spaces: 'v=spf1  ip4:192.0.2.10   -all  ',
  'leading-space': ' v=spf1 ip4:192.0.2.10 -all',
  tab: 'v=spf1\\009ip4:192.0.2.10 -all',
  version10: 'v=spf10 ip4:192.0.2.10 -all',
  'eight-bit': 'v=spf1 ip4:192.0.2.10 exp=\\228.sc.example -all',
  long: `v=spf1 ${Array.from({ length: 14 }, (_, n) => `ip4:198.51.100.${n}`).join(' ')} ip4:192.0.2.10 -all`,
  // Addresses.
  'ip4-host-bits': 'v=spf1 ip4:192.0.2.77/24 -all',
  'ip4-zero': 'v=spf1 ip4:0.0.0.0/0 -all',
  'ip4-leading-zero': 'v=spf1 ip4:192.0.2.010 -all',
  'ip4-cidr-33': 'v=spf1 ip4:192.0.2.10/33 -all',
  'ip4-cidr-024': 'v=spf1 ip4:192.0.2.10/024 -all',
  'ip4-cidr-empty': 'v=spf1 ip4:192.0.2.10/ -all',
  'ip4-short': 'v=spf1 ip4:192.0.2 -all',
  'ip4-empty': 'v=spf1 ip4: -all',
  'ip4-bare': 'v=spf1 ip4 -all',
  'ip4-name': 'v=spf1 ip4:host.sc.example -all',
  'ip6-cidr-129': 'v=spf1 ip6:2001:db8::10/129 -all',
  'ip6-zero': 'v=spf1 ip6:::/0 -all',
  'ip6-mapped': 'v=spf1 ip6:::ffff:192.0.2.10 -all',
  'ip6-bad': 'v=spf1 ip6:2001:db8:::1 -all',
  // Names.
  a: 'v=spf1 a -all',
  'a-cidr': 'v=spf1 a/24//64 -all',
  'a-cidr-0': 'v=spf1 a/0 -all',
  'a-cidr-33': 'v=spf1 a/33 -all',
  'a-cidr-129': 'v=spf1 a//129 -all',
  'a-other': 'v=spf1 a:host.sc.example -all',
  'a-other-cidr': 'v=spf1 a:host.sc.example/24 -all',
  'a-alias': 'v=spf1 a:alias.sc.example -all',
  'a-empty': 'v=spf1 a: -all',
  'a-toplabel': 'v=spf1 a:host.123 -all',
  'a-servfail': 'v=spf1 a:servfail-a.sc.example -all',
  'a-servfail-later': 'v=spf1 ip4:192.0.2.10 a:servfail.sc.example -all',
  mx: 'v=spf1 mx -all',
  'mx-other': 'v=spf1 mx:mx.sc.example/24//64 -all',
  'mx-none': 'v=spf1 mx:host.sc.example -all',
  'mx-null': 'v=spf1 mx:null-mx.sc.example -all',
  'mx-many': 'v=spf1 mx:many-mx.sc.example -all',
  'mx-servfail': 'v=spf1 mx:servfail-mx.sc.example -all',
  'mx-host-servfail': 'v=spf1 mx:trouble-mx.sc.example -all',
  ptr: 'v=spf1 ptr -all',
  'ptr-other': 'v=spf1 ptr:sc.example -all',
  'ptr-elsewhere': 'v=spf1 ptr:example.org -all',
  exists: 'v=spf1 exists:host.sc.example -all',
  'exists-not': 'v=spf1 exists:nowhere.sc.example -all',
  'exists-aaaa': 'v=spf1 exists:six.sc.example -all',
  'exists-servfail': 'v=spf1 exists:servfail.sc.example -all',
  // Macros.
  'macro-i': 'v=spf1 exists:%{i}._i.sc.example -all',
  'macro-ir': 'v=spf1 exists:%{ir}.%{v}._ir.sc.example -all',
  'macro-l': 'v=spf1 exists:%{l}._l.sc.example -all',
  'macro-l-cut': 'v=spf1 exists:%{l1r+-}._l.sc.example -all',
  'macro-s': 'v=spf1 exists:%{s}._s.sc.example -all',
  'macro-h': 'v=spf1 a:%{h} -all',
  'macro-d': 'v=spf1 a:host.%{d2} -all',
  'macro-o': 'v=spf1 exists:%{o}._o.sc.example -all',
  'macro-upper': 'v=spf1 exists:%{L}._l.sc.example -all',
  'macro-percent': 'v=spf1 exists:%%.%_.%-._p.sc.example -all',
  'macro-p': 'v=spf1 exists:%{p}._p.sc.example -all',
  'macro-bad-letter': 'v=spf1 exists:%{x}.sc.example -all',
  'macro-bad-zero': 'v=spf1 exists:%{d0}.sc.example -all',
  'macro-open': 'v=spf1 exists:%{d.sc.example -all',
  'macro-exp-only': 'v=spf1 exists:%{c}.sc.example -all',
  'macro-long':
    'v=spf1 exists:%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.host.sc.example -all',
  // Includes and redirects.
  include: 'v=spf1 include:fail.sc.example -all',
  'include-softfail': 'v=spf1 include:softfail.sc.example ip4:203.0.113.66 -all',
  'include-neutral': 'v=spf1 include:neutral.sc.example ?all',
  'include-none': 'v=spf1 include:none.sc.example -all',
  'include-nowhere': 'v=spf1 include:nowhere.sc.example -all',
  'include-permerror': 'v=spf1 include:unknown-mechanism.sc.example -all',
  'include-temperror': 'v=spf1 include:servfail.sc.example -all',
  'include-loop': 'v=spf1 include:include-loop.sc.example -all',
  'include-alias': 'v=spf1 include:alias-of-fail.sc.example -all',
  'include-empty': 'v=spf1 include: -all',
  'include-bare': 'v=spf1 include -all',
  'include-after-match': 'v=spf1 ip4:192.0.2.10 include:none.sc.example -all',
  'include-not': 'v=spf1 -include:softfail.sc.example +all',
  redirect: 'v=spf1 redirect=fail.sc.example',
  'redirect-none': 'v=spf1 redirect=none.sc.example',
  'redirect-nowhere': 'v=spf1 redirect=nowhere.sc.example',
  'redirect-temperror': 'v=spf1 redirect=servfail.sc.example',
  'redirect-loop': 'v=spf1 redirect=redirect-loop.sc.example',
  'redirect-with-all': 'v=spf1 redirect=fail.sc.example ?all',
  'redirect-first': 'v=spf1 redirect=none.sc.example ip4:192.0.2.10',
  'redirect-twice': 'v=spf1 redirect=fail.sc.example redirect=pass.sc.example',
  'redirect-empty': 'v=spf1 redirect=',
  'redirect-macro': 'v=spf1 redirect=%{l}.sc.example',
  // Limits.
  'ten-lookups': 'v=spf1 include:six-lookups.sc.example a mx exists:nowhere.sc.example -all',
  'eleven-lookups':
    'v=spf1 include:six-lookups.sc.example a mx a:host.sc.example mx:mx.sc.example exists:host2.sc.example -all',
  'six-lookups': `v=spf1 ${Array.from({ length: 6 }, (_, n) => `a:other${n}.sc.example`).join(' ')} ?all`,
  'two-void': 'v=spf1 a:nowhere1.sc.example a:nowhere2.sc.example ip4:192.0.2.10 -all',
  'three-void':
    'v=spf1 a:nowhere1.sc.example a:nowhere2.sc.example a:nowhere3.sc.example ip4:192.0.2.10 -all',
  'three-void-include':
    'v=spf1 a:nowhere1.sc.example include:two-void.sc.example exists:nowhere3.sc.example ip4:192.0.2.10 -all',
  'void-nodata': 'v=spf1 a:six.sc.example a:none.sc.example a:nothing.sc.example ip4:192.0.2.10 -all',
  'a-mx-of-ipv4': 'v=spf1 a mx -all',
  'a-mx-mx-of-ipv4': 'v=spf1 a mx -all',
  'a-a-mx-of-ipv4': 'v=spf1 a a:host4.sc.example mx -all',
  // Mistakes.
  'unknown-mechanism': 'v=spf1 ipv4:192.0.2.10 -all',
  'unknown-modifier': 'v=spf1 foo=bar ip4:192.0.2.10 -all',
  'unknown-modifier-macro': 'v=spf1 foo=%{x} ip4:192.0.2.10 -all',
  'mistake-after-match': 'v=spf1 ip4:192.0.2.10 foo -all',
  'mistake-after-all': 'v=spf1 -all foo',
  'all-with-argument': 'v=spf1 -all:foo',
  'all-with-cidr': 'v=spf1 -all/8',
  'two-qualifiers': 'v=spf1 --all',
  'two-records': ['v=spf1 -all', 'v=spf1 +all'],
  'two-texts': ['verification=abc', 'v=spf1 ip4:192.0.2.10 -all'],
  'exp-twice': 'v=spf1 exp=why.sc.example exp=why.sc.example -all',
  'exp-nowhere': 'v=spf1 exp=nowhere.sc.example -all',
  'exp-servfail': 'v=spf1 exp=servfail.sc.example -all',
  'exp-bad': 'v=spf1 exp=bad-why.sc.example -all',
  'exp-good': 'v=spf1 exp=why.sc.example -all',
  'exp-empty': 'v=spf1 exp= -all',
}

/** 2001:db8::10, digit by digit. */
const nibbles = [...'20010db8000000000000000000000010']

/** Records that are no domain's SPF record. */
const others = `
mail A 192.0.2.10
mail AAAA 2001:db8::10
host A 192.0.2.10
host AAAA 2001:db8::10
host2 A 192.0.2.20
host4 A 192.0.2.40
six AAAA 2001:db8::66
alias CNAME host.sc.example.
alias-of-fail CNAME fail.sc.example.
nothing MX 10 host.sc.example.
mx MX 10 host2.sc.example.
mx MX 20 host.sc.example.
null-mx MX 0 .
trouble-mx MX 10 servfail-a.sc.example.
why TXT "no mail for %{i} from %{d}"
bad-why TXT "%{x} is no macro"
a A 192.0.2.10
a AAAA 2001:db8::10
a-cidr A 192.0.2.1
a-cidr AAAA 2001:db8::1
a-cidr-0 A 192.0.2.1
mx MX 30 mail.sc.example.
a-mx-of-ipv4 A 192.0.2.10
a-mx-of-ipv4 MX 10 host4.sc.example.
a-mx-mx-of-ipv4 A 192.0.2.10
a-mx-mx-of-ipv4 MX 10 host4.sc.example.
a-mx-mx-of-ipv4 MX 20 host2.sc.example.
a-a-mx-of-ipv4 A 192.0.2.10
a-a-mx-of-ipv4 MX 10 host4.sc.example.
ten-lookups A 198.51.100.1
ten-lookups AAAA 2001:db8:1::1
ten-lookups MX 10 host.sc.example.
eleven-lookups A 198.51.100.1
eleven-lookups AAAA 2001:db8:1::1
eleven-lookups MX 10 host2.sc.example.
192.0.2.10._i A 127.0.0.2
${nibbles.join('.')}._i A 127.0.0.2
10.2.0.192.in-addr._ir A 127.0.0.2
${[...nibbles].reverse().join('.')}.ip6._ir A 127.0.0.2
user._l A 127.0.0.2
postmaster._l A 127.0.0.2
user\\064macro-s.sc.example._s A 127.0.0.2
macro-o.sc.example._o A 127.0.0.2
\\037.\\032.\\03720._p A 127.0.0.2
mail.sc.example._p A 127.0.0.2
`

/** The label of a random record's domain. */
export const randomLabel = (index) => `random${index}`

/** Zone text for nsd. */
export function zoneText(randoms) {
  const lines = [
    ...Object.entries(domains),
    ...randoms.map((text, index) => [randomLabel(index), text]),
  ].flatMap(([name, text]) => textsOf(text).map((data) => `${name} TXT ${data}`))
  const many = Array.from({ length: 11 }, (_, n) => `many-mx MX ${n} other${n % 6}.sc.example.`)
  const addresses = Array.from({ length: 6 }, (_, n) => [
    `other${n} A 198.51.100.${n}`,
    `other${n} AAAA 2001:db8:2::${n}`,
  ]).flat()
  const own = [...lines, ...others.trim().split('\n'), ...new Set(many), ...addresses]
  const reverse = [
    '10.2.0.192.in-addr.arpa. PTR mail.sc.example.',
    '66.113.0.203.in-addr.arpa. PTR liar.sc.example.',
    `${[...nibbles].reverse().join('.')}.ip6.arpa. PTR mail.sc.example.`,
  ]
  return `${[...own.map((line) => line.replace(' ', `.${top}. `)), ...reverse].join('\n')}\n`
}

/** What stands after TXT, for each record; a text of more than 255 bytes takes several strings. */
function textsOf(value) {
  const records = typeof value === 'string' ? [value] : value
  return records.map((record) => {
    const strings = typeof record === 'string' ? record.match(/.{1,200}/g) : record
    return strings.map((string) => `"${string}"`).join(' ')
  })
}
