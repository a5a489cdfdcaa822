// What a term asks the DNS for, where that can be said without a client.
import { expandName } from './expand.ts'
import { hasOddDomain } from './lint-repair.ts'
import type { ExpTrouble, LintedTerm } from './lint-report.ts'
import { domainSpecOf } from './lint-rules.ts'
import { parseMacroString } from './macro.ts'
import type { Term } from './record.ts'

/** Whether a term leads to another record. */
export const leadsOn = (term: Term): boolean =>
  term.kind === 'redirect' || (term.kind === 'directive' && term.mechanism.name === 'include')

export function nameOf(term: Term): LintedTerm['name'] {
  if (term.kind === 'directive') return term.mechanism.name
  return term.kind === 'unknown-modifier' ? 'modifier' : term.kind
}

/** The name that a term asks for; undefined when it depends on the client or the sender, or there is none. */
export function targetOf(term: Term, domain: string | undefined): string | undefined {
  // Nobody has such a name; the fault is reported by itself.
  if (term.kind === 'unknown-modifier' || hasOddDomain(term)) return undefined
  const spec = domainSpecOf(term)
  if (spec === undefined)
    return term.kind === 'directive' && ['a', 'mx', 'ptr'].includes(term.mechanism.name) ? domain : undefined
  return expandName(spec, (letter) => (letter === 'd' ? domain : undefined))
}

/** Why receivers would drop an explanation: RFC 7208 §6.2. */
export function explanationTrouble(texts: readonly (readonly string[])[]): ExpTrouble | undefined {
  if (texts.length === 0) return 'no-text'
  if (texts.length > 1) return 'several-texts'
  const text = texts[0]!.join('')
  if (/[^ -~]/.test(text)) return 'not-ascii'
  return parseMacroString(text, { isExplanation: true }).ok ? undefined : 'bad-macro'
}
