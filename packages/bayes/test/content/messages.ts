// What the tests of this folder make messages with.
import { type ContentLimits, type MailContent, readContent } from '../../src/content/index.ts'

/** Lines of one character per byte. */
export const contentOf = (...lines: string[]): MailContent => contentWith({}, ...lines)

export const contentWith = (limits: Partial<ContentLimits>, ...lines: string[]): MailContent =>
  readContent(Buffer.from(lines.join('\n'), 'latin1'), limits)

export const htmlContent = (html: string): MailContent =>
  readContent(Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${html}`))

/** Facts but those of the types and charsets of its parts. */
export const oddFacts = (content: MailContent): string[] =>
  content.facts.filter((fact) => !/^(type|charset|encoding|disposition):/.test(fact))
