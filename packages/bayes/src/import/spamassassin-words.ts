// The words of a message as SpamAssassin 3 and 4 know them, so that its counts can be looked up: a backup has only their SHA-1.

import type { MailContent, MailField } from '../content/index.ts'

// What belongs to a word; all else parts words, above ASCII only a few signs do.
const SEPARATORS = /[^A-Za-z0-9,@*!_'"$.\-\u00a1-\u{10ffff}]+/u
const MOST_OCTETS = 15
const SEVEN = /^.{7}/su
const MOST_WORDS = 5000
/** Characters of a text, and of one field, that are looked at. */
const MOST_TEXT = 50_000
const MOST_FIELD = 5000
/** Of a word: of a longer one only the first seven are kept, but those of links and addresses. */
const MOST_WORD = 200

/** Where a word is from: in a header it stands as it is, elsewhere it is taken apart too. */
type Region = 'header' | 'body' | 'link'

/** Fields that have short names in SpamAssassin's words. Others stand under their own. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  'message-id': ['*m', '*M', '*MI'],
  'user-agent': ['*u', '*UA'],
  references: ['*f', '*MI'],
  'in-reply-to': ['*i', '*MI'],
  from: ['*F', '*Ad'],
  to: ['To', '*Ad'],
  cc: ['Cc', 'CC', '*Ad'],
  'reply-to': ['*R'],
  'return-path': ['*p', '*rp'],
  'x-mailer': ['*x', '*UA'],
  'x-authentication-warning': ['*a'],
  organization: ['*o'],
  organisation: ['*o'],
  'content-type': ['*ct'],
  'content-disposition': ['*cd'],
  'content-transfer-encoding': ['*ce'],
}

/** Fields whose words SpamAssassin leaves out are not in its counts; these are left out to save time. */
const SKIPPED =
  /^(subject|date|received|delivered-to|list-|x-spam|x-list|status|x-status|lines|content-length)/
const ADDRESSES = /^(return-path|from|to|cc|reply-to|errors-to|sender)$/
const IDS = /^(message-id|x-message-id|resent-message-id)$/

/** Calls `visit` with each word as SpamAssassin writes it before the SHA-1; the same one may come again. */
export function eachSpamAssassinWord(content: MailContent, visit: (word: string) => void): void {
  let left = MOST_WORDS
  const read = (text: string, prefix: string, region: Region) => {
    for (const word of text.slice(0, MOST_TEXT).split(SEPARATORS)) {
      if (left === 0) return
      left--
      readWord(word, prefix, region, visit)
    }
  }
  for (const field of content.fields) {
    if (field.name === 'subject') read(field.value, '', 'body')
    else if (!SKIPPED.test(field.name)) readField(field, read)
  }
  for (const { value } of content.fields.filter(({ name }) => name === 'received').slice(-2))
    read(chewReceived(value), 'H*r:', 'header')
  read(content.visible, '', 'body')
  for (const { url } of content.links.slice(0, 200)) read(url, '', 'link')
  read(content.hidden, 'I*:', 'body')
}

function readField(
  { name, value: whole }: MailField,
  read: (text: string, prefix: string, region: Region) => void,
): void {
  const value = whole.slice(0, MOST_FIELD)
  const text = ADDRESSES.test(name)
    ? chewAddresses(value)
    : IDS.test(name)
      ? value.replace(/[^_A-Za-z0-9]/g, ' ')
      : name === 'content-type'
        ? chewContentType(value)
        : value
  for (const short of shortNames[name] ?? [name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())])
    read(text, `H${short}:`, 'header')
}

function readWord(written: string, prefix: string, region: Region, visit: (word: string) => void): void {
  let word = written
    .slice(0, MOST_WORD)
    .replace(/^[-'".,]+/, '')
    .replace(/[-'".,]+$/, '')
  const octets = Buffer.byteLength(word)
  if (octets < 3) return
  if (region !== 'header') {
    if (/[^@]@[^@]/.test(word)) readAddress(word, visit)
    else if (/.\.[a-z]/i.test(word)) eachDomain(word, (domain) => visit(`UD:${domain}`))
  }
  if (octets > MOST_OCTETS && region !== 'link' && !word.includes('*')) {
    const start = SEVEN.exec(word)?.[0]
    if (start !== undefined) word = `sk:${start}`
  }
  visit(prefix + word)
  if (region === 'header') return
  const bare = word.replace(/[^\w:*]/g, '')
  const lower = word.toLowerCase()
  if (bare !== word) visit(prefix + bare)
  if (lower !== word) {
    visit(prefix + lower)
    if (bare !== word) visit(prefix + bare.toLowerCase())
  }
}

function readAddress(address: string, visit: (word: string) => void): void {
  const at = address.lastIndexOf('@')
  if (at < 1 || at === address.length - 1) return
  visit(`U*${address.slice(0, at)}`)
  eachDomain(address.slice(at + 1), (domain) => visit(`D*${domain}`))
}

/** The domain, and those above it. */
function eachDomain(domain: string, visit: (domain: string) => void): void {
  let rest = domain
  for (let labels = 0; labels < 10; labels++) {
    visit(rest)
    const dot = rest.indexOf('.')
    if (dot < 1 || dot === rest.length - 1) return
    rest = rest.slice(dot + 1)
  }
}

/** `Ann Bee <ann@example.org>`: N*Ann N*Bee U*ann D*example.org D*org */
function chewAddresses(value: string): string {
  const words: string[] = []
  for (const word of value.split(/[\s<>",;()]+/)) {
    if (/.@./.test(word)) readAddress(word, (each) => words.push(each))
    else if (word !== '') words.push(`N*${word}`)
  }
  return words.join(' ')
}

function chewContentType(value: string): string {
  let boundary = ''
  const rest = value.replace(/boundary=["'](.*?)["']/gi, (_, found: string) => {
    boundary = found.replace(/[a-fA-F0-9]/g, 'H').replace(/([-_.=]+)/g, ' $1 ')
    return ' '
  })
  return `${rest}${boundary}`.replace(/\b(?:text|charset)\b/g, ' ')
}

const DATE =
  /(?:[A-Z][a-z]{2}, )?[0-3 ]?\d [A-Z][a-z]{2} (?:19|20)?\d\d [0-2]\d(?::[0-5]\d){1,2} (?:[ ()]*(?:[+-]\d{4}|UT|[A-Z]{2,3}T)?)*/g

/** Without dates, ids and small words; addresses as their network of 256, and whole. */
function chewReceived(value: string): string {
  return value
    .slice(0, 2000)
    .replace(/\s+/g, ' ')
    .replace(/\bid [A-Za-z0-9]{7,20}\b/g, ' ')
    .replace(DATE, ' ')
    .replace(/\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b/g, '$1 ip*$& ')
    .replace(/\b(?:with|from|for|SMTP|ESMTP)\b/g, ' ')
}
