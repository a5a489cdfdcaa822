// Refusals in an administrator's own words: what they may hold in braces.
import type { Parsed } from '@postern/addr'
import {
  parseTemplate as parseAnyTemplate,
  type Template as ReplyTemplate,
  type TemplateErrorCode,
} from '@postern/smtp-reply'

const PLACEHOLDERS = ['helo', 'client', 'rule', 'url', 'advice'] as const

/**
 * What a template may hold in braces: the greeting, the client's address, the rule's name, the URL of the settings, and
 * the sentences on how to mend it that fit the greeting.
 */
export type Placeholder = (typeof PLACEHOLDERS)[number]

export type Template = ReplyTemplate<Placeholder>

/** Parses a template of printable ASCII. */
export const parseTemplate = (text: string): Parsed<Template, TemplateErrorCode> =>
  parseAnyTemplate(text, PLACEHOLDERS)
