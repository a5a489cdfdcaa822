// The compact zone text of ./testing: one record per line, `name TTL? TYPE data`, in the manner of RFC 1035 §5.1.
//
//   example.com        300  MX   10 mail.example.com
//   mail.example.com        A    192.0.2.1           ; a comment
//   example.com             TXT  "v=spf1 " "-all"    ; two character-strings; \" \\ and \255 are escapes
//   null.example            MX   0 .
//
// All names are complete, with or without trailing dot. Not here: $ORIGIN, @, parentheses, and owner names left out.
import { type Parsed, parsed, parseError, parseIp } from '@postern/addr'
import { isQueryName, normalizeName } from './name.ts'
import { type DnsRecord, RECORD_TYPES } from './record.ts'
import type { RecordType, Seconds } from './resolver.ts'

export type ZoneErrorCode =
  | 'bad-name'
  | 'missing-type'
  | 'unknown-type'
  | 'bad-address'
  | 'bad-number'
  | 'bad-string'
  | 'missing-data'
  | 'extra-data'

/** The TTL of lines that name none. */
export const ZONE_TTL: Seconds = 300

interface Token {
  readonly text: string
  readonly at: number
  /** False for an unclosed quote or a bad escape. */
  readonly isSound: boolean
}

type Reading<T> = Parsed<T, ZoneErrorCode>

/** Parses zone text. */
export function parseZone(text: string): Reading<readonly DnsRecord[]> {
  const records: DnsRecord[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const tokens = tokensOf(line, start)
    start += line.length + 1
    if (tokens.length === 0) continue
    const record = recordOf(tokens)
    if (!record.ok) return record
    records.push(record.value)
  }
  return parsed(records)
}

// A quoted string, a comment to the end of the line, or a run without blanks.
const TOKEN = /"((?:[^"\\]|\\.)*)("?)|;.*|(?:[^\s;"\\]|\\.)+|\\/gu

function tokensOf(line: string, start: number): Token[] {
  const tokens: Token[] = []
  for (const match of line.matchAll(TOKEN)) {
    if (match[0].startsWith(';')) break
    const isQuoted = match[0].startsWith('"')
    const bytes = unescapeBytes(isQuoted ? match[1]! : match[0])
    const isSound = bytes !== undefined && (!isQuoted || match[2] === '"')
    tokens.push({ text: bytes ?? '', at: start + match.index, isSound })
  }
  return tokens
}

/** The bytes that a text stands for, as a byte string: UTF-8, with `\DDD` and `\x` undone. */
function unescapeBytes(text: string): string | undefined {
  let isSound = true
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  const undone = bytes.replace(/\\([0-9]{3}|[^0-9]|[0-9]|$)/g, (_escape, body: string) => {
    if (body.length === 1 && !/[0-9]/.test(body)) return body
    if (body.length !== 3 || Number(body) > 255) isSound = false
    return String.fromCharCode(Number(body))
  })
  return isSound ? undone : undefined
}

function recordOf([owner, ...rest]: Token[]): Reading<DnsRecord> {
  const name = nameOf(owner!)
  if (!name.ok) return name
  let ttl = ZONE_TTL
  const fields = [...rest]
  if (/^[0-9]+$/.test(fields[0]?.text ?? '')) {
    const number = numberOf(fields.shift()!, 0x7fffffff)
    if (!number.ok) return number
    ttl = number.value
  }
  if (fields[0]?.text.toUpperCase() === 'IN') fields.shift()
  const word = fields.shift()
  if (word === undefined) return parseError('missing-type', owner!.at)
  const type = RECORD_TYPES.find((known) => known === word.text.toUpperCase())
  if (type === undefined) return parseError('unknown-type', word.at)
  return dataOf({ name: name.value, ttl }, type, { fields, at: word.at })
}

interface Owner {
  readonly name: string
  readonly ttl: Seconds
}

interface Fields {
  readonly fields: readonly Token[]
  /** Where the type stands, for errors about missing data. */
  readonly at: number
}

const FIELD_COUNTS: Record<RecordType, number> = {
  A: 1,
  AAAA: 1,
  PTR: 1,
  NS: 1,
  CNAME: 1,
  MX: 2,
  SOA: 7,
  TXT: 0,
}

function dataOf(owner: Owner, type: RecordType, { fields, at }: Fields): Reading<DnsRecord> {
  const count = FIELD_COUNTS[type]
  if (fields.length < Math.max(count, 1)) return parseError('missing-data', at)
  if (count > 0 && fields.length > count) return parseError('extra-data', fields[count]!.at)
  switch (type) {
    case 'A':
    case 'AAAA':
      return over(addressOf(fields[0]!, type === 'A' ? 4 : 6), (data) => ({ ...owner, type, data }))
    case 'PTR':
    case 'NS':
    case 'CNAME':
      return over(nameOf(fields[0]!), (data) => ({ ...owner, type, data }))
    case 'MX': {
      const preference = numberOf(fields[0]!, 0xffff)
      if (!preference.ok) return preference
      return over(nameOf(fields[1]!), (exchange) => ({
        ...owner,
        type,
        data: { preference: preference.value, exchange },
      }))
    }
    case 'TXT': {
      const bad = fields.find((field) => !field.isSound || field.text.length > 255)
      if (bad !== undefined) return parseError('bad-string', bad.at)
      return parsed({ ...owner, type, data: fields.map((field) => field.text) })
    }
    case 'SOA':
      return soaOf(owner, fields)
  }
}

function soaOf(owner: Owner, fields: readonly Token[]): Reading<DnsRecord> {
  const mname = nameOf(fields[0]!)
  if (!mname.ok) return mname
  const rname = nameOf(fields[1]!)
  if (!rname.ok) return rname
  const numbers: number[] = []
  for (const field of fields.slice(2)) {
    const number = numberOf(field, 0xffffffff)
    if (!number.ok) return number
    numbers.push(number.value)
  }
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = numbers
  const times = { serial, refresh, retry, expire, minimum }
  return parsed({ ...owner, type: 'SOA', data: { mname: mname.value, rname: rname.value, ...times } })
}

function over<T>(reading: Reading<T>, wrap: (value: T) => DnsRecord): Reading<DnsRecord> {
  return reading.ok ? parsed(wrap(reading.value)) : reading
}

function nameOf(token: Token): Reading<string> {
  const name = normalizeName(token.text)
  return token.isSound && isQueryName(name) ? parsed(name) : parseError('bad-name', token.at)
}

function addressOf(token: Token, version: 4 | 6): Reading<string> {
  const ip = parseIp(token.text)
  return ip.ok && ip.value.version === version ? parsed(ip.value.text) : parseError('bad-address', token.at)
}

function numberOf(token: Token, max: number): Reading<number> {
  const number = Number(token.text)
  return /^[0-9]{1,10}$/.test(token.text) && number <= max
    ? parsed(number)
    : parseError('bad-number', token.at)
}
