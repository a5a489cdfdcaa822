// The text that a domain wants a refused sender to read (exp=): RFC 7208 §6.2.
import type { Evaluation } from './evaluation.ts'
import { expandExplanation, expandName, type MacroValues } from './expand.ts'
import { type DomainSpec, parseMacroString } from './macro.ts'
import { macroValue } from './macro-values.ts'
import type { SpfRecord } from './record.ts'

/** Undefined when there is none, when it is at fault in any way, or when it is still on its way (the run waits then). */
export function explanationOf(evaluation: Evaluation, domain: string, record: SpfRecord): string | undefined {
  const { explanation } = record
  if (explanation === undefined) return undefined
  evaluation.path.push(domain)
  const text = fetch(evaluation, explanation.domain)
  evaluation.path.pop()
  return text
}

function fetch(evaluation: Evaluation, domain: DomainSpec): string | undefined {
  const macroValueOf: MacroValues = (letter) => macroValue(evaluation, letter, undefined)
  const name = expandName(domain, macroValueOf)
  if (name === undefined) return undefined
  const answer = evaluation.askBesides(name, 'TXT')
  // RFC 7208 §6.2: any trouble with it, or more than one, is as if there were no exp=.
  if (answer?.kind !== 'records' || answer.records.length !== 1) return undefined
  const parsed = parseMacroString(answer.records[0]!.join(''), { isExplanation: true })
  if (!parsed.ok) return undefined
  const text = expandExplanation(parsed.value, macroValueOf)
  // What macros brought in may be anything; it goes into a reply of ours.
  return text?.replaceAll(/[^ -~]/g, '?')
}
