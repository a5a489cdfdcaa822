// Texts with placeholders, as an administrator writes them in the settings.
import { type Parsed, parsed, parseError } from '@postern/addr'
import { TEMPLATE_CHARACTERS } from './limits.ts'

/** A parsed template: plain text and placeholders in turn. */
export interface Template<Placeholder extends string> {
  readonly parts: readonly (string | { readonly placeholder: Placeholder })[]
}

export type TemplateErrorCode = 'unknown-placeholder' | 'unclosed-brace' | 'bad-character' | 'too-long'

/**
 * Parses a template that may hold these placeholders in braces. Printable ASCII, since not every SMTP client may be sent
 * more (RFC 6531 §3.5).
 */
export function parseTemplate<Placeholder extends string>(
  text: string,
  placeholders: readonly Placeholder[],
): Parsed<Template<Placeholder>, TemplateErrorCode> {
  const bad = text.search(/[^ -~]/)
  if (bad >= 0) return parseError('bad-character', bad)
  if (text.length > TEMPLATE_CHARACTERS) return parseError('too-long', TEMPLATE_CHARACTERS)
  const parts: (string | { placeholder: Placeholder })[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{', at)
    const end = open < 0 ? text.length : open
    if (end > at) parts.push(text.slice(at, end))
    if (open < 0) break
    const close = text.indexOf('}', open)
    if (close < 0) return parseError('unclosed-brace', open)
    const placeholder = placeholders.find((name) => name === text.slice(open + 1, close))
    if (placeholder === undefined) return parseError('unknown-placeholder', open)
    parts.push({ placeholder })
    at = close + 1
  }
  return parsed({ parts })
}

/** The template as it was written. */
export const formatTemplate = (template: Template<string>): string =>
  template.parts.map((part) => (typeof part === 'string' ? part : `{${part.placeholder}}`)).join('')

/** The template with its placeholders replaced. */
export const fillTemplate = <Placeholder extends string>(
  template: Template<Placeholder>,
  values: Readonly<Record<Placeholder, string>>,
): string =>
  template.parts.map((part) => (typeof part === 'string' ? part : values[part.placeholder])).join('')
