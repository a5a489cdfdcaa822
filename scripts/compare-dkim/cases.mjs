// Random messages of one character per byte, and what may happen to them on their way.

const WORDS = ['word', 'a', 'the', '=20', 'caf\xc3\xa9', '\xe9\xff', '.', '-- ', '<b>', 'x'.repeat(75)]
const GAPS = [' ', ' ', ' ', ' ', '  ', '\t', ' \t ', '\t\t']
const LINES = ['', '', ' ', '\t', ' \t ', '.', '--', 'From here', 'x'.repeat(1100), ' leading', '\tleading']
/** What no mail should have; Postfix lets none of it through. */
const BARE = [['\r', '\r\r', ' \r'], ['\n', '\n\n', ' \n'], ['\0']]

const VALUES = [
  ' plain',
  ' two  blanks',
  '\ttab\tin  it ',
  'nothing before',
  ' folded\r\n line',
  ' folded\r\n\t \tmore  ',
  ' trailing\t ',
  '',
  ' ',
  ' \r\n x',
  ' caf\xc3\xa9',
  ' \xe9',
  ' a:b;c=d',
  ` ${'long '.repeat(60)}end`,
]
const NAMES = [
  'To',
  'Cc',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Reply-To',
  'Sender',
  'List-Id',
  'X-Mailer',
  'Received',
  'Comments',
]

/** A source of choices. */
export class Dice {
  #random

  constructor(random) {
    this.#random = random
  }

  below = (limit) => Math.floor(this.#random() * limit)
  pick = (list) => list[this.below(list.length)]
  chance = (probability) => this.#random() < probability
  some = (limit, make) => Array.from({ length: this.below(limit) }, make)
}

/** `isWild`: with bytes that may not be in mail, of one kind in each message. */
export function randomMessage(dice, isWild) {
  const name = () => {
    const name = dice.pick(NAMES)
    return dice.chance(0.02) ? `${name} ` : dice.pick([name, name, name.toLowerCase(), name.toUpperCase()])
  }
  const bare = dice.pick(BARE)
  const wild = (text) => (isWild && dice.chance(0.2) ? insert(dice, text, dice.pick(bare)) : text)
  const fields = dice.some(8, () => `${name()}:${wild(dice.pick(VALUES))}`)
  fields.splice(
    dice.below(fields.length + 1),
    0,
    `From: Ann <ann@example.org>${dice.pick(['', ' ', '\r\n\t(Ann)'])}`,
  )
  const header = fields.map((field) => `${field}\r\n`).join('')
  if (dice.chance(0.05)) return `${header}\r\n`
  const lines = dice.some(dice.chance(0.05) ? 2000 : 12, () =>
    wild(dice.chance(0.3) ? dice.pick(LINES) : randomLine(dice)),
  )
  return `${header}\r\n${lines.join('\r\n')}${dice.pick(['\r\n', '\r\n', '\r\n', '', '\r\n\r\n\r\n', ' \r\n \r\n'])}`
}

const randomLine = (dice) =>
  dice.some(9, () => dice.pick(WORDS) + dice.pick(GAPS)).join('') + dice.pick(['', '', 'end', '  '])

function insert(dice, text, piece) {
  const at = dice.below(text.length + 1)
  return text.slice(0, at) + piece + text.slice(at)
}

const EDITS = [
  (text) => text.replace('  ', ' '),
  (text) => text.replace(/ \r\n/, '\r\n'),
  (text) => text.replace(/\t/, ' '),
  (text) => text.replace(/\r\n[ \t]+(?=\S)/, ' '),
  (text) => `${text}\r\n`,
  (text) => `${text}-- \r\nfooter\r\n`,
  (text) => text.replace(/(\r\n)+$/, ''),
  (text) => text.replace(/\r\nSubject: ?/i, '\r\nSubject: [list] '),
  (text) => text.replace('\r\n\r\n', '\r\nX-New: 1\r\n\r\n'),
  (text) => text.replace('\r\n\r\n', '\r\nTo: new@example.net\r\n\r\n'),
  (text) => `Received: from x\r\n\tby y\r\n${text}`,
  (text) => `Subject: new\r\n${text}`,
  (text) => text.replace(/\r\nTo[^\r]*/i, ''),
  (text) => text.replace(/word/, 'Word'),
  (text) => text.replace(/; h=/, ';  h='),
  (text) => text.replace(/ b=/, ' b=\r\n '),
]

/** The message after a few of the things that relays do. */
export function onItsWay(dice, text) {
  let result = text
  for (let i = dice.below(3); i >= 0; i--) {
    if (dice.chance(0.15)) {
      const at = dice.below(result.length)
      result = result.slice(0, at) + dice.pick(['a', ' ', '', '\r\n']) + result.slice(at + 1)
    } else result = dice.pick(EDITS)(result)
  }
  return result
}

/** Tags as signers seldom write them, right and wrong. Each undefined tag is left out. */
export function oddTags(dice, now) {
  const options = [
    {},
    { h: 'from:to:to:subject' },
    { h: 'From : To\r\n\t: Subject' },
    { h: 'from:received:received:list-id' },
    { h: 'from:from:x-absent' },
    { h: 'to:subject' },
    { h: 'from:' },
    { h: 'from:dkim-signature' },
    { h: '' },
    { l: '0' },
    { l: '10' },
    { l: '99999999' },
    { l: '-1' },
    { l: 'x' },
    { i: '@example.org' },
    { i: 'ann@mail.example.org' },
    { i: 'ann=40home@example.org' },
    { i: '@example.com' },
    { i: '@notexample.org' },
    { i: 'ann' },
    { t: String(now - 100), x: String(now + 100) },
    { x: String(now - 100) },
    { x: String(now - 1000) },
    { t: String(now + 100) },
    { t: String(now + 1000) },
    { t: String(now), x: String(now) },
    { t: 'soon' },
    { t: '1'.repeat(13) },
    { q: 'dns/txt' },
    { q: 'dns/txt:x' },
    { q: 'dns' },
    { q: 'x/y' },
    { z: 'From:a|To:b' },
    { z: '=' },
    { c: 'relaxed' },
    { c: undefined },
    { c: 'Relaxed/Relaxed' },
    { c: 'nowsp' },
    { a: 'rsa-sha1' },
    { a: 'RSA-SHA256' },
    { a: 'rsa-sha512' },
    { v: '2' },
    { v: undefined },
    { v: '1 ' },
    { zz: 'unknown' },
    { zz: '' },
    { d: 'EXAMPLE.org' },
    { d: undefined },
    { s: undefined },
    { bh: undefined },
    { bh: '' },
    { bh: 'AAAA' },
  ]
  return Object.assign({}, dice.pick(options), dice.chance(0.3) ? dice.pick(options) : {})
}

/** Records as the DNS may have them for a key, right and wrong. */
export const oddRecords = (publicKey) => [
  `v=DKIM1; k=rsa; p=${publicKey}`,
  `p=${publicKey}`,
  `k=rsa;p=${publicKey};`,
  `v=DKIM1; h=sha256; k=rsa; p=${publicKey}`,
  `v=DKIM1; h=sha1:sha256; p=${publicKey}`,
  `v=DKIM1; h=sha1; p=${publicKey}`,
  `v=DKIM1; s=email; p=${publicKey}`,
  `v=DKIM1; s=*; t=y; p=${publicKey}`,
  `v=DKIM1; s=tlsrpt; p=${publicKey}`,
  `v=DKIM1; t=s; p=${publicKey}`,
  `v=DKIM1; g=nobody; p=${publicKey}`,
  `v=DKIM1; n=a note; p=${publicKey}`,
  `v=DKIM1; zz=unknown; p=${publicKey}`,
  `v=DKIM1; k=x; p=${publicKey}`,
  `v=DKIM2; p=${publicKey}`,
  `k=rsa; v=DKIM1; p=${publicKey}`,
  'v=DKIM1; p=',
  'v=DKIM1; k=rsa',
  `v=DKIM1; p=${publicKey.slice(0, 200)}`,
  `v=DKIM1; p=${publicKey}; p=${publicKey}`,
  `v=DKIM1; p=${publicKey.slice(0, 100)} ${publicKey.slice(100)}`,
  'v=spf1 -all',
  '',
]
