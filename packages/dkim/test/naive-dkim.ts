// RFC 6376 in its plainest form, apart from the code under test: canonicalizes whole texts of one character per byte and signs them.
import { createHash, sign as cryptoSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Answer, Resolver } from '@postern/dns'
import { readSigningKey, type SigningKey } from '../src/index.ts'
import type { CanonicalizationName } from '../src/signature.ts'

export const naiveBody: Record<CanonicalizationName, (body: string) => string> = {
  simple: (body) => `${withoutLastLineEnds(body)}\r\n`,
  relaxed(body) {
    const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
    const text = withoutLastLineEnds(lines.join('\r\n'))
    return text === '' ? '' : `${text}\r\n`
  },
}

function withoutLastLineEnds(text: string): string {
  let end = text.length
  while (end >= 2 && text.startsWith('\r\n', end - 2)) end -= 2
  return text.slice(0, end)
}

/** Of one raw field, without CRLF at its end. */
export const naiveField: Record<CanonicalizationName, (raw: string) => string> = {
  simple: (raw) => raw,
  relaxed(raw) {
    const [, name = '', value = ''] = /^([^:]*):([\s\S]*)$/.exec(raw) ?? []
    const single = value
      .split('\r\n')
      .join('')
      .replace(/[ \t]+/g, ' ')
    return `${name.toLowerCase().replace(/[ \t]+$/, '')}:${single.replace(/ $/, '').replace(/^ /, '')}`
  },
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest()

export interface NaiveMessage {
  readonly fields: readonly string[]
  readonly body: string
}

export const textOf = ({ fields, body }: NaiveMessage): string =>
  `${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`

export const bytesOf = (message: NaiveMessage): Buffer => Buffer.from(textOf(message), 'latin1')

/** Tags in their order; undefined leaves out one of the usual ones, bh is computed unless given. */
export type NaiveTags = Readonly<Record<string, string | undefined>>

/** The message with a signature above it, made with these tags whatever they say. */
export function signNaively(message: NaiveMessage, tags: NaiveTags, key: KeyObject): NaiveMessage {
  const isEd25519 = key.asymmetricKeyType === 'ed25519'
  const given: NaiveTags = {
    v: '1',
    a: isEd25519 ? 'ed25519-sha256' : 'rsa-sha256',
    d: 'example.org',
    s: isEd25519 ? 'e' : 'r',
    h: 'from:to:subject',
    ...tags,
  }
  const [header, body = 'simple'] = (given.c ?? 'simple').toLowerCase().split('/') as CanonicalizationName[]
  const bodyText = (naiveBody[body] ?? naiveBody.simple)(message.body)
  const covered = given.l === undefined ? bodyText : bodyText.slice(0, Number(given.l))
  const all = { bh: sha256(covered).toString('base64'), ...given }
  const list = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const unsigned = `DKIM-Signature: ${list.join('; ')}; b=`
  const canonical = naiveField[header as CanonicalizationName] ?? naiveField.simple
  const left = [...message.fields]
  let data = ''
  for (const name of (given.h ?? '').toLowerCase().split(':')) {
    const at = left.findLastIndex((raw) => nameOf(raw) === name.trim())
    if (at >= 0) data += `${canonical(left.splice(at, 1)[0]!)}\r\n`
  }
  const bytes = Buffer.from(data + canonical(unsigned), 'latin1')
  const signature = isEd25519
    ? cryptoSign(null, createHash('sha256').update(bytes).digest(), key)
    : cryptoSign('sha256', bytes, key)
  return { fields: [unsigned + signature.toString('base64'), ...message.fields], body: message.body }
}

export function newKey(type: 'rsa' | 'ed25519', bits = 2048): SigningKey {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')
  const key = readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  if (!key.ok) throw new Error(key.error.code)
  return key.value
}

export const recordOf = ({ algorithm, publicKey }: SigningKey, more = ''): string =>
  `v=DKIM1; k=${algorithm}; ${more}p=${publicKey}`

export type TxtAnswer = Answer<readonly string[]>

/** Answers at once, and keeps the names that were asked for. A text stands for one record of one string. */
export function fakeDns(zone: Readonly<Record<string, string | TxtAnswer>>): Resolver & { names: string[] } {
  const names: string[] = []
  return {
    names,
    resolve(name) {
      names.push(name)
      const found = zone[name] ?? { kind: 'nxdomain', ttl: 60 }
      const answer: TxtAnswer =
        typeof found === 'string' ? { kind: 'records', records: [[found]], ttl: 60, authentic: false } : found
      return answer as never
    },
  }
}

/** Takes a text apart as RFC 5322 §2.1 has it, with CRLF as the only line end. */
export function readNaively(text: string): NaiveMessage {
  if (text.startsWith('\r\n')) return { fields: [], body: text.slice(2) }
  const end = text.indexOf('\r\n\r\n')
  const header = end < 0 ? text.replace(/\r\n$/, '') : text.slice(0, end)
  return { fields: header.split(/\r\n(?![ \t])/), body: end < 0 ? '' : text.slice(end + 4) }
}

export interface NaiveCover {
  readonly names: readonly string[]
  readonly header: CanonicalizationName
  readonly body: CanonicalizationName
  readonly length?: number | undefined
}

/** All octets of a message that a signature covers, itself left out. */
export function coveredBy({ fields, body }: NaiveMessage, cover: NaiveCover): string {
  const left = [...fields]
  let data = ''
  for (const name of cover.names) {
    const at = left.findLastIndex((raw) => nameOf(raw) === name)
    if (at >= 0) data += `${naiveField[cover.header](left.splice(at, 1)[0]!)}\r\n`
  }
  return `${data}\r\n${naiveBody[cover.body](body).slice(0, cover.length)}`
}

export const nameOf = (raw: string): string =>
  raw
    .split(':')[0]!
    .replace(/[ \t]+$/, '')
    .toLowerCase()
