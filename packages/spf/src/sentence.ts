// Why a result is what it is, in one sentence for people: logs, headers, the command line.
import { formatTerm } from './format-record.ts'
import type { SpfSyntaxCode, Term } from './record.ts'
import type { SpfNoneReason, SpfPermReason, SpfResult, SpfStep } from './result.ts'

type WithChain = Extract<SpfResult, { chain: unknown }>

/** The last link of the chain: the record whose mechanism decided, or that decided nothing. */
export function decidingStep({ chain }: Pick<WithChain, 'chain'>): SpfStep {
  return chain[chain.length - 1]!
}

/** One sentence of printable ASCII without a full stop. Terms are clipped; the names in it may be as long as names are. */
export function formatSpfReason(result: SpfResult): string {
  switch (result.result) {
    case 'none':
      return printable(noneSentences[result.reason](result.domain))
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
      return printable(sentenceOfMatch(result))
    case 'temperror': {
      const { name, type } = result.lookup
      return printable(`the DNS gave no answer about ${type} of ${name} (${result.reason})`)
    }
    case 'permerror':
      return printable(
        `${sentenceOfFault(result.reason, result.term)} in the SPF record of ${lastOf(result.path)}`,
      )
  }
}

const noneSentences: Record<SpfNoneReason, (domain: string) => string> = {
  'invalid-ip': () => 'the address of the client cannot be read',
  'invalid-domain': (domain) => `"${clipped(domain)}" is no domain that could have an SPF record`,
  'no-such-domain': (domain) => `${domain} does not exist`,
  'no-record': (domain) => `${domain} has no SPF record`,
}

const verbs: Record<WithChain['result'], string> = {
  pass: 'authorizes',
  fail: 'does not authorize',
  softfail: 'probably does not authorize',
  neutral: 'says nothing about',
}

function sentenceOfMatch(result: WithChain): string {
  const ip = result.ip?.text ?? 'the client'
  const { domain, term } = decidingStep(result)
  const what = term === undefined ? 'no mechanism matches' : clipped(formatTerm(term))
  const where = domain === result.domain ? '' : ` in the record of ${domain}`
  return `${result.domain} ${verbs[result.result]} ${ip} (${what}${where})`
}

const syntaxSentences: Record<SpfSyntaxCode, string> = {
  'not-spf': 'no version v=spf1',
  'too-long': 'too many characters',
  'unknown-mechanism': 'an unknown mechanism',
  'bad-character': 'a character that may not stand there',
  'missing-domain': 'a domain is missing',
  'not-a-domain': 'something that is no domain name',
  'bad-macro': 'a malformed macro',
  'macro-not-here': 'a macro that only explanations may have',
  'missing-address': 'an address is missing',
  'bad-address': 'a malformed address',
  'bad-prefix-length': 'a malformed prefix length',
  'unexpected-argument': 'an argument that may not stand there',
  'bad-modifier-name': 'a malformed name of a modifier',
  'duplicate-modifier': 'a modifier twice',
}

function sentenceOfFault(reason: SpfPermReason, term: Term | undefined): string {
  switch (reason.code) {
    case 'syntax':
      return `${syntaxSentences[reason.syntax]} at "${clipped(termAt(reason.text, reason.at))}"`
    case 'multiple-records':
      return `${reason.count} SPF records where there may be one, found`
    case 'too-many-terms':
      return `more than ${reason.limit} terms that ask the DNS, too many at "${termText(term)}"`
    case 'too-many-void':
      return `more than ${reason.limit} terms for which the DNS has nothing, too many at "${termText(term)}"`
    case 'too-many-mx':
      return `more than ${reason.limit} mail servers of ${reason.name} behind "${termText(term)}"`
    case 'no-record-at-target':
      return `"${termText(term)}" leads to ${reason.name}, which has no SPF record,`
  }
}

const termText = (term: Term | undefined): string => (term === undefined ? '' : clipped(formatTerm(term)))

/** The term around a position. */
function termAt(text: string, at: number): string {
  const end = text.indexOf(' ', at)
  return text.slice(text.lastIndexOf(' ', Math.max(0, at - 1)) + 1, end < 0 ? undefined : end)
}

const clipped = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

const lastOf = (path: readonly string[]): string => path[path.length - 1] ?? ''

const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '?')
