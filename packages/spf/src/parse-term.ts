// One term of a record: RFC 7208 §12, the rules directive and modifier.
import { type Parsed, parseCidr, parsed, parseError } from '@postern/addr'
import { parseDomainSpec } from './domain-spec.ts'
import { type MacroErrorCode, parseMacroString } from './macro.ts'
import type {
  Directive,
  DualPrefix,
  Mechanism,
  MechanismName,
  Qualifier,
  SpfSyntaxCode,
  Term,
} from './record.ts'

type ParsedTerm = Parsed<Term, SpfSyntaxCode>
type ParsedMechanism = Parsed<Mechanism, SpfSyntaxCode>

/** Parses a text without blanks, which begins at `at` of its record. Positions in errors count from the record's start. */
export function parseTerm(text: string, at = 0): ParsedTerm {
  const modifier = MODIFIER.exec(text)
  return modifier === null ? parseDirective(text, at) : parseModifier(text, at, modifier[1]!)
}

/** A name and "="; a directive has ":" or "/" first. */
const MODIFIER = /^([^:/=]*)=/
/** The rule name. */
const MODIFIER_NAME = /^[a-z][a-z0-9._-]*$/i

function parseModifier(text: string, at: number, name: string): ParsedTerm {
  if (!MODIFIER_NAME.test(name)) return parseError('bad-modifier-name', at)
  const value = text.slice(name.length + 1)
  const offset = at + name.length + 1
  const kind = name.toLowerCase()
  if (kind === 'redirect' || kind === 'exp') {
    if (value === '') return parseError('missing-domain', offset)
    const domain = parseDomainSpec(value, { offset })
    return domain.ok ? parsed({ kind, domain: domain.value, text, at }) : domain
  }
  const macros = unknownValue(value, offset)
  return macros.ok ? parsed({ kind: 'unknown-modifier', name, value: macros.value, text, at }) : macros
}

/** RFC 7208 §6 has unknown modifiers ignored, but §12 wants macro-string of them; all letters may stand there. */
function unknownValue(value: string, offset: number) {
  const bad = value.search(/[^!-~]/)
  return bad < 0
    ? parseMacroString(value, { offset, isExplanation: true })
    : parseError<MacroErrorCode>('bad-character', offset + bad)
}

const QUALIFIERS = '+-~?'
const MECHANISM_NAME = /^[a-z0-9]+/i

function parseDirective(text: string, at: number): ParsedTerm {
  const isQualified = QUALIFIERS.includes(text.charAt(0))
  const qualifier = (isQualified ? text.charAt(0) : '+') as Qualifier
  const start = isQualified ? 1 : 0
  const name = MECHANISM_NAME.exec(text.slice(start))?.[0] ?? ''
  const parse = mechanisms.get(name.toLowerCase())
  if (parse === undefined) return parseError('unknown-mechanism', at + start)
  const end = start + name.length
  const mechanism = parse({ argument: text.slice(end), offset: at + end })
  if (!mechanism.ok) return mechanism
  const directive: Directive = { kind: 'directive', qualifier, mechanism: mechanism.value, text, at }
  return parsed(directive)
}

/** What follows a mechanism's name, with its place in the record. */
interface Argument {
  readonly argument: string
  readonly offset: number
}

const mechanisms: ReadonlyMap<string, (argument: Argument) => ParsedMechanism> = new Map<
  MechanismName,
  (argument: Argument) => ParsedMechanism
>([
  ['all', parseAll],
  ['include', (argument) => parseWithDomain('include', argument)],
  ['exists', (argument) => parseWithDomain('exists', argument)],
  ['a', (argument) => parseHosts('a', argument)],
  ['mx', (argument) => parseHosts('mx', argument)],
  ['ptr', parsePtr],
  ['ip4', (argument) => parseNetwork('ip4', argument)],
  ['ip6', (argument) => parseNetwork('ip6', argument)],
])

function parseAll({ argument, offset }: Argument): ParsedMechanism {
  return argument === '' ? parsed({ name: 'all' }) : parseError('unexpected-argument', offset)
}

function parseWithDomain(name: 'include' | 'exists', { argument, offset }: Argument): ParsedMechanism {
  if (argument.charAt(0) !== ':')
    return parseError(argument === '' ? 'missing-domain' : 'unexpected-argument', offset)
  if (argument === ':') return parseError('missing-domain', offset + 1)
  const domain = parseDomainSpec(argument.slice(1), { offset: offset + 1 })
  return domain.ok ? parsed({ name, domain: domain.value }) : domain
}

const WHOLE_ADDRESS: DualPrefix = { ip4: 32, ip6: 128 }
/** dual-cidr-length at the end of an argument; what only looks like one stays with the domain. */
const DUAL_PREFIX = /(?:\/(0|[1-9][0-9]?))?(?:\/\/(0|[1-9][0-9]{0,2}))?$/

function parseHosts(name: 'a' | 'mx', { argument, offset }: Argument): ParsedMechanism {
  const found = DUAL_PREFIX.exec(argument)
  const target = argument.slice(0, found?.index ?? argument.length)
  const prefix = prefixOf(found)
  const domain = optionalDomain(target, offset)
  if (!domain.ok) return domain
  if (prefix === undefined) return parseError('bad-prefix-length', offset + target.length)
  return parsed({ name, domain: domain.value, prefix })
}

function prefixOf(found: RegExpExecArray | null): DualPrefix | undefined {
  if (found === null || found[0] === '') return WHOLE_ADDRESS
  const ip4 = Number(found[1] ?? 32)
  const ip6 = Number(found[2] ?? 128)
  return ip4 <= 32 && ip6 <= 128 ? { ip4, ip6 } : undefined
}

function optionalDomain(target: string, offset: number) {
  if (target === '') return parsed(undefined)
  if (target.charAt(0) === '/') return parseError('bad-prefix-length', offset)
  if (target.charAt(0) !== ':') return parseError('unexpected-argument', offset)
  if (target === ':') return parseError('missing-domain', offset + 1)
  return parseDomainSpec(target.slice(1), { offset: offset + 1 })
}

function parsePtr({ argument, offset }: Argument): ParsedMechanism {
  if (argument.charAt(0) === '/') return parseError('unexpected-argument', offset)
  const domain = optionalDomain(argument, offset)
  return domain.ok ? parsed({ name: 'ptr', domain: domain.value }) : domain
}

/** ip4-network and ip6-network with their own rules for the length; host bits may be set, RFC 7208 §5.6 compares prefixes. */
function parseNetwork(name: 'ip4' | 'ip6', { argument, offset }: Argument): ParsedMechanism {
  if (argument.charAt(0) !== ':')
    return parseError(argument === '' ? 'missing-address' : 'unexpected-argument', offset)
  if (argument === ':') return parseError('missing-address', offset + 1)
  const cidr = parseCidr(argument.slice(1))
  if (!cidr.ok) {
    const code = cidr.error.code === 'bad-prefix-length' ? 'bad-prefix-length' : 'bad-address'
    return parseError(code, offset + 1 + cidr.error.at)
  }
  if (cidr.value.network.version !== (name === 'ip4' ? 4 : 6)) return parseError('bad-address', offset + 1)
  return parsed({ name, network: cidr.value })
}
