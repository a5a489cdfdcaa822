// The rule domain-spec of RFC 7208 §7.1: a macro string that ends as a domain name does, or in a macro.
import { type Parsed, parsed, parseError } from '@postern/addr'
import { asQueryName } from './expand.ts'
import { type DomainSpec, type MacroErrorCode, parseMacroString } from './macro.ts'

/** toplabel: letters, digits and hyphens, not digits alone, no hyphen at either end. One dot may follow. */
const ENDS_IN_TOP_LABEL = /\.(?![0-9]+\.?$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?$/i
/** macro-expand counts as an end of its own. */
const ENDS_IN_MACRO = /%(?:\{[^{}]*\}|[%_-])$/

export interface DomainSpecOptions {
  /** Added to positions in errors. Default 0. */
  readonly offset?: number
}

export function parseDomainSpec(
  text: string,
  { offset = 0 }: DomainSpecOptions = {},
): Parsed<DomainSpec, MacroErrorCode> {
  const macros = parseMacroString(text, { offset })
  if (!macros.ok) return macros
  if (!ENDS_IN_MACRO.test(text) && !ENDS_IN_TOP_LABEL.test(text)) return parseError('not-a-domain', offset)
  const { parts, literal } = macros.value
  return parsed({ parts, literal, name: literal === undefined ? undefined : asQueryName(literal) })
}
