// A problem as a sentence for the person who keeps the record: what is wrong, and what to do.
import type { AddressPurpose, ExpTrouble, SpfFix, SpfProblem } from './lint-report.ts'
import type { SpfSyntaxCode } from './record.ts'

/** One sentence in plain English, with its full stop. Parts of the record are quoted in it as printable ASCII. */
export function formatLintProblem(problem: SpfProblem): string {
  const text = excerpt(problem.text)
  switch (problem.code) {
    case 'syntax':
    case 'odd-domain':
    case 'mistaken-modifier':
    case 'repeated-version':
    case 'unknown-modifier':
    case 'type-spf':
      return formatTextProblem(problem, text)
    case 'bad-domain':
      return 'This is no domain name.'
    case 'no-such-domain':
      return 'There is no such domain in the DNS.'
    case 'no-record':
      return problem.near === undefined
        ? 'There is no TXT record that begins with "v=spf1 ": publish one; records of type SPF (99) are not looked at any more.'
        : `No TXT record begins with "v=spf1 ", so there is no SPF record; ${excerpt(problem.near)} may have been meant as one.`
    case 'multiple-records':
      return `There are ${problem.texts.length} SPF records, and receivers use none of them then: make them one.`
    case 'not-looked-up':
      return `${problem.type} of ${name(problem.name)} could not be looked up (${problem.reason}), so that part is unchecked.`
    case 'too-much-to-ask':
      return `More than ${problem.limit} questions to the DNS would be needed; the rest is unchecked.`
    case 'too-many-terms':
      return `Evaluating this takes up to ${problem.count} terms that ask the DNS and ${problem.limit} are allowed: replace some by ip4: and ip6:, or drop them.`
    case 'many-terms':
      return `${problem.count} of the ${problem.limit} terms that may ask the DNS are used; the records included may grow any day.`
    case 'void-terms':
      return `For clients with IPv${problem.version}, ${problem.count} terms find nothing in the DNS and ${problem.limit} are allowed: drop those, or give their names addresses.`
    case 'too-many-mx':
      return `${name(problem.name)} has ${problem.count} mail servers and "mx" may look at ${problem.limit}: write ip4: and ip6: in its place.`
    default:
      return formatRuleProblem(problem, text)
  }
}

type TextCode =
  | 'syntax'
  | 'odd-domain'
  | 'mistaken-modifier'
  | 'repeated-version'
  | 'unknown-modifier'
  | 'type-spf'
type OfCode<Code extends string> = Extract<SpfProblem, { code: Code }>

function formatTextProblem(problem: OfCode<TextCode>, text: string): string {
  switch (problem.code) {
    case 'syntax': {
      const joint = problem.isAtStringEnd ? ' (strings of a TXT record are joined without a blank)' : ''
      return `${describeSyntax(problem)}${joint}${formatFix(problem.fix)}.`
    }
    case 'odd-domain':
      return `${text} names a domain that cannot be${formatFix(problem.fix)}.`
    case 'mistaken-modifier':
      return `${text} means nothing, and receivers skip it; "${problem.name}" was meant${formatFix(problem.fix)}.`
    case 'repeated-version':
      return 'A second "v=spf1" stands within the record; if two records were joined, keep one version and one "all".'
    case 'unknown-modifier':
      return `${text} is a modifier that RFC 7208 does not know; receivers skip it.`
    case 'type-spf':
      return 'Records of type SPF (99) are not looked at any more: publish it as TXT.'
  }
}

/** `text`: the part at fault; `term`: all of the term it stands in. Both quoted. */
const syntaxes: Record<SpfSyntaxCode, (text: string, term: string) => string> = {
  'not-spf': (text) =>
    text === '""'
      ? 'The record is empty'
      : `The record does not begin with "v=spf1" and a blank but with ${text}`,
  'too-long': () => 'The record is longer than any DNS answer can be',
  'unknown-mechanism': (text, term) => `${text === '""' ? term : text} is no mechanism`,
  'bad-character': (text) => `${text} may not stand here; only plain blanks and visible ASCII may`,
  'missing-domain': (_, term) => `${term} lacks a domain`,
  'not-a-domain': (text) => `${text} is no domain name`,
  'bad-macro': (text) => `${text} is no macro, such as %{i} or %{d2}; a plain percent sign is written %%`,
  'macro-not-here': (text) => `${text} may be used in explanations only`,
  'missing-address': (_, term) => `${term} lacks an address`,
  'bad-address': (_, term) => `${term} does not give a valid address of its kind`,
  'bad-prefix-length': (_, term) =>
    `${term} has no valid prefix length: /0 to /32 for IPv4, /0 to /128 for IPv6, and // before that of IPv6 with "a" and "mx"`,
  'unexpected-argument': (text, term) => `${text} may not stand in ${term}`,
  'bad-modifier-name': (_, term) => `${term} has no valid name before its "="`,
  'duplicate-modifier': (_, term) => `${term} is a second one; redirect= and exp= may stand once`,
}

function describeSyntax({ syntax, text, term }: OfCode<'syntax'>): string {
  if (syntax === 'bad-address' && /^-[0-9]/.test(text))
    return `${excerpt(term)} is a range of addresses: give networks such as 192.0.2.0/28`
  return syntaxes[syntax](excerpt(text), excerpt(term))
}

function formatFix(fix: SpfFix | undefined): string {
  if (fix === undefined) return ''
  if (fix.text === '') return fix.isSure ? ': remove it' : '; perhaps it is to go'
  if (fix.text === ' ') return ': write a blank'
  return fix.isSure
    ? `: write ${excerpt(fix.text.trim())}`
    : `; perhaps ${excerpt(fix.text.trim())} was meant`
}

type RuleCode = Exclude<
  SpfProblem['code'],
  | TextCode
  | 'bad-domain'
  | 'no-such-domain'
  | 'no-record'
  | 'multiple-records'
  | 'not-looked-up'
  | 'too-much-to-ask'
  | 'too-many-terms'
  | 'many-terms'
  | 'void-terms'
  | 'too-many-mx'
>

function formatRuleProblem(problem: OfCode<RuleCode>, text: string): string {
  switch (problem.code) {
    case 'passes-everyone':
      return problem.standing === 'foreign'
        ? `${text} in a record that you include lets every host in the world send as your domain: drop the include.`
        : `${text} lets every host in the world send as this domain: end the record with -all, or ~all for a trial.`
    case 'neutral-all':
      return '?all says nothing about hosts that are not listed, as if there were no record: use ~all, then -all.'
    case 'no-all':
      return 'The record says nothing about hosts that are not listed: end it with -all, or with ~all for a trial.'
    case 'after-all':
      return `Nothing behind "all" is ever looked at: put ${excerpt(problem.text)} before it, or drop it.`
    case 'redirect-ignored':
      return `${text} is ignored, as there is an "all": drop one of the two.`
    case 'wide-network':
      return `${text} lets a /${problem.prefixLength} of IPv${problem.version} send as ${problem.standing === 'foreign' ? 'those who include it' : 'this domain'}: list only the hosts that do.`
    case 'ptr':
      return `${text} is slow, burdens the DNS of strangers and should not be used (RFC 7208): write a:, ip4: or ip6: in its place.`
    case 'ptr-macro':
      return '%{p} is slow, unreliable and should not be used (RFC 7208): write %{i} or %{h}, or list the hosts.'
    case 'duplicate-term':
      return `${text} is there already: drop one of the two.`
    case 'covered-network':
      return `${text} lies within ${excerpt(problem.by)} already: drop it.`
    case 'host-bits':
      return `${text} means ${excerpt(problem.fix.text)}, the whole network: write it so, or leave the length out to name one host.`
    case 'special-address':
      return `${text} is ${purposes[problem.purpose]}.`
    case 'target-without-record':
      return `${name(problem.name)} has no SPF record, which makes this one invalid: correct the name or drop ${text}.`
    case 'target-with-many-records':
      return `${name(problem.name)} has several SPF records, which makes this one invalid: drop ${text} until that is mended there.`
    case 'loop':
      return `${text} leads back to where it came from (${problem.path.map(name).join(' > ')}): drop it.`
    case 'passes-nobody':
      return `${text} can never match, as the record of ${name(problem.name)} passes nobody: drop it.`
    case 'no-mx':
      return `${name(problem.name)} has no MX record, so ${text} matches nothing: drop it or add mail servers.`
    case 'null-mx':
      return `${name(problem.name)} says that it takes no mail (null MX), so ${text} matches nothing: drop it.`
    case 'no-address':
      return `${name(problem.name)} has no address, so ${text} matches nothing: drop it or correct the name.`
    case 'mx-without-address':
      return `${name(problem.exchange) || 'A mail server'}, a mail server of ${name(problem.name)}, has no address: correct the MX record.`
    case 'exp-unusable':
      return `Receivers cannot use the explanation at ${name(problem.name)}: ${explanations[problem.reason]}.`
    case 'long-string':
      return `A string has ${problem.octets} octets and can have ${problem.limit}: split it, with the blank kept in one of the parts.`
    case 'needs-strings':
      return `The record has ${problem.octets} octets: publish it as several strings of at most ${problem.limit}, with the blanks kept.`
    case 'long-record':
      return `With its name the TXT text is ${problem.octets} octets long; beyond ${problem.limit} some receivers cannot look it up over UDP: shorten it.`
    case 'long-answer':
      return `The answer with all TXT records is ${problem.octets} octets long and more than ${problem.limit} may not come through over UDP: shorten or remove some.`
  }
}

const purposes: Record<AddressPurpose, string> = {
  private: 'for private networks and never seen by receivers: list the public address',
  loopback: 'a host talking to itself and never seen by receivers: list the public address',
  'link-local': 'for one network segment and never seen by receivers: list the public address',
  documentation: 'for examples in documents and never seen by receivers: list your own address',
  shared: 'for networks behind the address translation of a provider: list the public address',
  benchmarking: 'for tests of network devices and never seen by receivers: list your own address',
  multicast: 'for multicast and never the address of a client: drop it',
  reserved: 'reserved and never the address of a client: drop it',
  unspecified: 'never the address of a client: drop it',
  'ipv4-mapped': 'an IPv4 address written as IPv6, which matches nobody: write it as ip4:',
}

const explanations: Record<ExpTrouble, string> = {
  'no-text': 'there is no TXT record',
  'several-texts': 'there is more than one TXT record',
  'not-ascii': 'only plain ASCII is allowed in it',
  'bad-macro': 'it has a percent sign that begins no macro; a plain one is written %%',
}

/** Characters of a part of the record that are shown. */
const EXCERPT_CHARACTERS = 60

/** A part of a record, quoted, as printable ASCII. */
function excerpt(text: string): string {
  const shown = text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS - 3)}...` : text
  return `"${printable(shown)}"`
}

const name = (text: string): string => printable(text.slice(0, 255))

const printable = (text: string): string =>
  text.replaceAll(/[^ -~]/gu, (character) => {
    const code = character.codePointAt(0)!
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
