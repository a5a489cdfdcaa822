// What the macro letters stand for: RFC 7208 §7.2.
import { confirmedNames } from './client-names.ts'
import type { Evaluation } from './evaluation.ts'
import { asQueryName, dottedIp } from './expand.ts'
import type { MacroLetter } from './macro.ts'
import type { Term } from './record.ts'

/**
 * `term`: where the macro stands; undefined in an explanation, which is beyond the limits. Gives undefined when the value is not
 * known yet, and when the term cannot match.
 */
export function macroValue(
  evaluation: Evaluation,
  letter: MacroLetter,
  term: Term | undefined,
): string | undefined {
  const { request, context } = evaluation
  switch (letter) {
    case 's':
    case 'l':
      // RFC 8616 §4: no name in the DNS can have such a local part, so a term with it matches nothing.
      if (term !== undefined && !request.isLocalPartAscii) return undefined
      return letter === 's' ? request.sender : request.localPart
    case 'o':
      return request.senderDomain
    case 'd':
      return evaluation.domain
    case 'i':
      evaluation.dottedIp ??= dottedIp(request.ip)
      return evaluation.dottedIp
    case 'p':
      return clientName(evaluation, term)
    case 'h':
      return request.helo
    case 'c':
      return request.ip.text
    case 'r':
      return context.receiver ?? 'unknown'
    case 't':
      return context.now === undefined ? 'unknown' : String(Math.floor(context.now))
    case 'v':
      return request.ip.version === 4 ? 'in-addr' : 'ip6'
  }
}

// RFC 7208 §7.3: the domain itself if it is among the names, else a name below it, else any, else "unknown".
function clientName(evaluation: Evaluation, term: Term | undefined): string | undefined {
  // RFC 7208 §4.6.4: the question that %{p} asks counts. It is asked once.
  if (term !== undefined && evaluation.clientNames === undefined) {
    const { limits } = evaluation.context
    if (++evaluation.terms > limits.terms) {
      evaluation.failAt(term, { code: 'too-many-terms', limit: limits.terms })
      return undefined
    }
  }
  const names =
    evaluation.clientNames ?? confirmedNames(evaluation, (name, type) => evaluation.askBesides(name, type))
  if (names === undefined) return undefined
  const domain = asQueryName(evaluation.domain)
  const below = `.${domain}`
  return (
    names.find((name) => name === domain) ??
    names.find((name) => name.endsWith(below)) ??
    names[0] ??
    'unknown'
  )
}
