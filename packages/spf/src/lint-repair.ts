// Mends terms that cannot be read, where it is clear enough what was meant. What comes out has been parsed.
import { parseCidr, parseHostname } from '@postern/addr'
import { isModifierName, meantName, type TermName } from './lint-spelling.ts'
import { parseTerm } from './parse-term.ts'
import type { Term } from './record.ts'

export interface Repair {
  /** Terms with blanks between them; '' when nothing is left. */
  readonly text: string
  readonly isSure: boolean
}

/** Longer terms are not looked into. Ours. */
const REPAIR_CHARACTERS = 1024

/** What a text between blanks, which is no term, was meant to be. Undefined when that is anyone's guess. */
export function repairTerm(text: string): Repair | undefined {
  if (text.length > REPAIR_CHARACTERS) return undefined
  const clean = cleanCharacters(text)
  if (/^[-+~?;,.]*$/.test(clean)) return { text: '', isSure: /^[;,.]*$/.test(clean) }
  return repairOne(clean) ?? repairJoined(clean)
}

/** A term that is read without fault, and whose domain could be one. */
export function isGoodTerm(text: string): boolean {
  const parsed = parseTerm(text)
  return parsed.ok && !hasOddDomain(parsed.value) && modifierMeantAs(parsed.value) === undefined
}

/** Characters that RFC 7208 lets stand in a domain-spec, and that no domain has; or terms run together. */
export function hasOddDomain(term: Term): boolean {
  const spec =
    term.kind === 'directive'
      ? 'domain' in term.mechanism
        ? term.mechanism.domain
        : undefined
      : domainOf(term)
  if (spec === undefined) return false
  const { parts } = spec
  return parts.some(
    (part, i) =>
      typeof part === 'string' &&
      (/[^a-z0-9._-]/i.test(part) || (i === parts.length - 1 && /-all$/i.test(part))),
  )
}

const domainOf = (term: Exclude<Term, { kind: 'directive' }>) =>
  term.kind === 'unknown-modifier' ? undefined : term.domain

/** What was meant with a modifier that has no meaning: a mechanism, a modifier, or the version. */
export function modifierMeantAs(term: Term): TermName | 'v' | undefined {
  if (term.kind !== 'unknown-modifier') return undefined
  const name = term.name.toLowerCase()
  if (name === 'v') return 'v'
  return meantName(name)
}

/** What editors and web pages make of plain characters; the first as text, the second as the bytes of UTF-8. */
const lookalikes: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]|\u00e2\u0080[\u0090-\u0095]|\u00e2\u0088\u0092/g, '-'],
  [/[\u02dc\u223c\uff5e]|\u00cb\u009c|\u00e2\u0088\u00bc/g, '~'],
  [/[\uff1a\ua789]|\u00ef\u00bc\u009a/g, ':'],
  [/\uff1d|\u00ef\u00bc\u009d/g, '='],
  [/[\u2018-\u201f\u00ab\u00bb\u2032\u2033"'`]|\u00e2\u0080[\u0098-\u009f]|\u00c2[\u00ab\u00bb]/g, ''],
  // Invisible: soft hyphens, zero-width letters, controls.
  [
    /[\u00ad\u200b-\u200f\u2060\ufeff\0-\x1f\x7f]|\u00c2\u00ad|\u00e2\u0080[\u008b-\u008f]|\u00ef\u00bb\u00bf/g,
    '',
  ],
]

function cleanCharacters(text: string): string {
  let clean = text
  for (const [found, plain] of lookalikes) clean = clean.replace(found, plain)
  return clean.replace(/^[\\(]+|[\\)]+$/g, '')
}

function repairOne(text: string): Repair | undefined {
  if (isGoodTerm(text)) return { text, isSure: true }
  const [, qualifiers = '', body = ''] = /^([-+~?]*)(.*)$/s.exec(text) ?? []
  const qualifier = qualifiers.slice(-1)
  const plain = body.replace(/^[;,:.]+|[;,:.]+$/g, '')
  for (const { mend, isSure } of mendings) {
    const mended = mend(plain)
    if (mended === undefined) continue
    // RFC 7208 §4.6.1: modifiers have no qualifier.
    const whole = mended.includes('=') ? mended : qualifier + mended
    if (isGoodTerm(whole)) return { text: whole, isSure }
  }
  return undefined
}

interface Mending {
  mend(body: string): string | undefined
  readonly isSure: boolean
}

const mendings: readonly Mending[] = [
  { mend: (body) => body, isSure: true },
  { mend: mendAddress, isSure: true },
  { mend: (body) => mendNamed(body, true), isSure: true },
  { mend: mendMissingColon, isSure: true },
  { mend: mendPrefix, isSure: true },
  { mend: (body) => mendNamed(body, false), isSure: false },
  { mend: mendHost, isSure: false },
]

/** `192.0.2.1` and `2001:db8::/32` alone, in brackets, or with a netmask. */
function mendAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(?:ipv6:)?([^\]]*)\]/i, '$1').replace(/\/$/, '')
  const address = bare.replace(/\/(\d+\.\d+\.\d+\.\d+)$/, (mask, dotted: string) => {
    const length = prefixLengthOf(dotted)
    return length === undefined ? mask : `/${length}`
  })
  const wild = /^((?:\d+\.){1,3})\*(?:\.\*)*$/.exec(address)
  const octets = wild === null ? 0 : wild[1]!.split('.').length - 1
  const cidr = wild === null ? address : `${wild[1]}${'0.'.repeat(4 - octets).slice(0, -1)}/${octets * 8}`
  const parsed = parseCidr(cidr)
  return parsed.ok ? `ip${parsed.value.network.version}:${cidr}` : undefined
}

/** Of a netmask, `255.255.255.0`; undefined when its ones are not in a row. */
function prefixLengthOf(mask: string): number | undefined {
  const bits = mask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('')
  const found = /^(1+)0*$/.exec(bits)
  return found === null || bits.length !== 32 ? undefined : found[1]!.length
}

/** A name that is misspelt, of the wrong kind for its value, or joined to it by the wrong sign. */
function mendNamed(body: string, isSure: boolean): string | undefined {
  const found = /^([a-z][a-z0-9_ -]*)\s*([:=;]+)(.*)$/is.exec(body)
  if (found === null) return withoutValue(body)
  const [, word = '', , rest = ''] = found
  const value = rest.replace(/^[@.:=]+|[;,.:/]+$/g, '').replace(/^[a-z]+:\/\//i, '')
  const address = isSure ? mendAddress(value) : (mendAddress(value) ?? guessAddress(value))
  if (/^ips?$|^ip-?addr/i.test(word)) return address ?? mendHost(value)
  const name = meantName(word)
  if (name === undefined) return undefined
  if (isModifierName(name)) return `${name}=${value}`
  if (value === '') return name
  // An address is no name, whatever stands in front of it; nor is a name an address.
  if (address !== undefined && name !== 'all' && name !== 'ptr') return address
  if (name === 'ip4' || name === 'ip6') return mendHost(value)
  return `${name}:${isSure ? value : value.replace(/^.*@/, '')}`
}

/** `al`, `mxx`, `redirects`: a name alone. */
function withoutValue(body: string): string | undefined {
  const name = /^[a-z0-9]+$/i.test(body) ? meantName(body) : undefined
  return name === 'all' || name === 'mx' ? name : undefined
}

/** Something near an address: leading zeros, a port, an octet too few. */
function guessAddress(text: string): string | undefined {
  const [, octets = '', length = ''] = /^(\d+(?:\.\d+){2,3})(?::\d+)?(\/\d+)?$/.exec(text) ?? []
  const numbers = octets.split('.').map(Number)
  if (numbers.length === 3) numbers.push(0)
  if (numbers.length !== 4) return undefined
  const isShort = octets.split('.').length === 3
  return mendAddress(numbers.join('.') + (length === '' && isShort ? '/24' : length))
}

/** `ip4192.0.2.1`, `include_spf.example.org`, `ip4.192.0.2.1`; for `a` and `mx` only what cannot be a host's name. */
function mendMissingColon(body: string): string | undefined {
  const found = /^(?:(ip4|ip6|include|exists|redirect|exp)[;.,=_-]?|(a|mx|ptr)[;,=])(.+)$/is.exec(body)
  if (found === null) return undefined
  const [, long, short = '', value = ''] = found
  const name = (long ?? short).toLowerCase()
  // The underscore belongs to a name such as _spf.example.org.
  const target = long !== undefined && body.charAt(long.length) === '_' ? `_${value}` : value
  return mendNamed(`${name}:${target}`, true)
}

/** `a:example.org/64` for `//64`, `a/24:example.org` for `a:example.org/24`. */
function mendPrefix(body: string): string | undefined {
  const turned = /^(a|mx)((?:\/\d+)?(?:\/\/\d+)?):([^/]+)$/i.exec(body)
  if (turned !== null) return `${turned[1]}:${turned[3]}${turned[2]}`
  const two = /^((?:a|mx)(?::[^/]+)?\/\d+)\/(\d+)$/i.exec(body)
  if (two !== null) return `${two[1]}//${two[2]}`
  const long = /^((?:a|mx)(?::[^/]+)?)\/(\d+)$/i.exec(body)
  return long !== null && Number(long[2]) > 32 ? `${long[1]}//${long[2]}` : undefined
}

/** A host's name alone: its addresses may have been meant. */
function mendHost(text: string): string | undefined {
  const name = parseHostname(text, { underscore: true, trailingDot: true })
  return name.ok && name.value.includes('.') ? `a:${text}` : undefined
}

/** What stands between terms in place of a blank: commas and the like, or nothing where another term clearly begins. */
const separators = [
  /[,;|]+/,
  /[,;|]+|(?<=.)(?=[-+~?]?(?:include|ip4|ip6|exists|mx|ptr|a):|(?:redirect|exp|v)=|[-+~?]all$)/i,
]

/** Terms run together. */
function repairJoined(text: string): Repair | undefined {
  for (const separator of separators) {
    const parts = text.split(separator).filter((part) => part !== '' && !/^v=spf1$/i.test(part))
    if (parts.length < 2) continue
    const repairs = parts.map(repairOne)
    if (repairs.every((repair) => repair !== undefined))
      return {
        text: repairs.map((repair) => repair.text).join(' '),
        isSure: repairs.every((repair) => repair.isSure),
      }
  }
  return undefined
}
