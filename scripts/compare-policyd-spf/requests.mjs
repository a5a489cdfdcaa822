// What all of them are asked: a list of requests, each with a name that tells what it is about.
import fs from 'node:fs'
import path from 'node:path'
import { domains, randomLabel } from './records.mjs'

const good = '192.0.2.10'
const stranger = '203.0.113.66'
const clients = { good, stranger, good6: '2001:db8::10', stranger6: '2001:db8:ffff::1' }
/** A HELO name that has no SPF record. */
const plain = 'mail.sc.example'

/** Each domain as the sender's and as the HELO name of a bounce, by each client. */
const aboutRecords = Object.keys(domains).flatMap((name) =>
  Object.entries(clients).flatMap(([who, ip]) => [
    { name: `mailfrom ${name} ${who}`, ip, helo: plain, sender: `user@${name}.sc.example` },
    { name: `helo ${name} ${who}`, ip, helo: `${name}.sc.example`, sender: '' },
  ]),
)

/** Each random record by each client; the record is the request's name. */
const aboutRandoms = (records) =>
  records.flatMap((record, index) =>
    Object.entries(clients).map(([who, ip]) => ({
      name: `random ${who} ${record}`,
      ip,
      helo: plain,
      sender: `user@${randomLabel(index)}.sc.example`,
    })),
  )

/** One domain for each result that the stranger may get. */
const results = {
  pass: 'pass.sc.example',
  fail: 'fail.sc.example',
  softfail: 'softfail.sc.example',
  neutral: 'neutral.sc.example',
  none: 'none.sc.example',
  permerror: 'unknown-mechanism.sc.example',
  temperror: 'servfail.sc.example',
}

/** Every result of the HELO name with every result of the sender's domain. */
const pairs = Object.entries(results).flatMap(([helo, heloDomain]) => [
  { name: `pair ${helo} bounce`, ip: stranger, helo: heloDomain, sender: '' },
  ...Object.entries(results).map(([sender, domain]) => ({
    name: `pair ${helo} ${sender}`,
    ip: stranger,
    helo: heloDomain,
    sender: `user@${domain}`,
  })),
])

const long = (length, end) => `${'a'.repeat(63)}.`.repeat(4).slice(0, length - end.length) + end

/** Senders and greetings as one would rather not have them. */
const oddSenders = [
  '@fail.sc.example',
  'fail.sc.example',
  'user',
  'user@',
  'user@nodot',
  'user@localhost',
  `user@[${good}]`,
  'user@fail.sc.example.',
  'user@fail..sc.example',
  'user@.fail.sc.example',
  'user@-fail-.sc.example',
  'user@_fail.sc.example',
  'user@b@fail.sc.example',
  '"us er"@fail.sc.example',
  '"us@er"@fail.sc.example',
  'us=er@fail.sc.example',
  'USER@FAIL.SC.EXAMPLE',
  'user+tag@macro-l.sc.example',
  'user-tag@macro-l-cut.sc.example',
  'üser@fail.sc.example',
  'user@fäil.sc.example',
  'user@xn--fil-pla.sc.example',
  `user@${'a'.repeat(64)}.sc.example`,
  `user@${long(250, '.sc.example')}`,
  `user@${long(260, '.sc.example')}`,
  'user@servfail.sc.example',
  'user@refused.sc.example',
  'user@nxdomain.sc.example',
  'user@nowhere.sc.example',
  'user@123.45',
  `user@${good}`,
]
const oddGreetings = [
  '',
  `[${good}]`,
  '[IPv6:2001:db8::10]',
  good,
  'localhost',
  'nodot',
  'FAIL.SC.EXAMPLE',
  'fail.sc.example.',
  'fail..sc.example',
  '_fail.sc.example',
  'fäil.sc.example',
  'a b',
  'user@fail.sc.example',
  `${'a'.repeat(64)}.sc.example`,
  long(260, '.sc.example'),
  'nxdomain.sc.example',
  'refused.sc.example',
]
const shown = (name) => (name.length > 60 ? `${name.slice(0, 20)}... (${name.length} characters)` : name)
const odd = [
  ...oddSenders.map((sender) => ({ name: `sender ${shown(sender)}`, ip: stranger, helo: plain, sender })),
  ...oddGreetings.flatMap((helo) => {
    const name = `greeting ${shown(helo)}`.trim()
    return [
      { name, ip: stranger, helo, sender: '' },
      { name: `${name} softfail`, ip: stranger, helo, sender: 'user@softfail.sc.example' },
    ]
  }),
]

/** Clients that options are about, and other forms of an address. */
const special = [
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '::ffff:192.0.2.10',
  '::ffff:203.0.113.66',
  '2001:DB8::10',
].flatMap((ip) => [
  { name: `client ${ip}`, ip, helo: plain, sender: 'user@fail.sc.example' },
  { name: `client ${ip} bounce`, ip, helo: 'fail.sc.example', sender: '' },
])

/** Mail that would be refused, by clients that SPF may not be applied to. */
const exempted = Object.entries(clients).flatMap(([who, ip]) => [
  { name: `exempted ${who}`, ip, helo: 'a.sc.example', sender: 'user@no-mail.sc.example' },
  { name: `exempted ${who} bounce`, ip, helo: 'a.sc.example', sender: '' },
])

/** Asked again about the same message: another recipient. */
const more = ['pass', 'fail', 'softfail', 'permerror', 'temperror'].flatMap((word) =>
  [1, 2, 3].map((recipient) => ({
    name: `recipient ${recipient} ${word}`,
    ip: stranger,
    helo: plain,
    sender: `user@${results[word]}`,
    recipient: `r${recipient}@lab.example`,
    instance: `same-${word}`,
  })),
)

/** The lab's clients, as its load generator has them. */
function labRequests(work, count) {
  const cases = JSON.parse(fs.readFileSync(path.join(work, 'spf-cases.json'), 'utf8'))
  return cases.slice(0, count).map(({ ip, helo, sender, kind }, index) => ({
    name: `lab ${kind} ${index}`,
    ip,
    helo,
    sender: index % 20 === 0 ? '' : sender,
  }))
}

/** All requests, and the smaller part of them that options make a difference to. `text` is what Postfix would send. */
export function makeRequests(work, randoms) {
  const strangers = aboutRecords.filter(({ ip }) => ip === stranger)
  const make = (list) => list.map((request, index) => ({ ...request, text: textOf(request, index) }))
  return {
    all: make([
      ...pairs,
      ...special,
      ...more,
      ...odd,
      ...aboutRecords,
      ...labRequests(work, 300),
      ...aboutRandoms(randoms),
    ]),
    some: make([...pairs, ...special, ...exempted, ...more, ...odd, ...strangers, ...labRequests(work, 40)]),
  }
}

function textOf({ ip, helo, sender, recipient = 'user@lab.example', instance }, index) {
  // As Postfix, which has looked whether the name has the address.
  const name = ip === clients.good || ip === clients.good6 ? plain : 'unknown'
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    helo_name: helo,
    queue_id: '',
    sender,
    recipient,
    recipient_count: '0',
    client_address: ip,
    client_name: name,
    reverse_client_name: name,
    instance: instance ?? `${index.toString(16)}.1.0`,
    sasl_username: '',
    size: '0',
  }
  return `${Object.entries(attributes)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}\n`
}
