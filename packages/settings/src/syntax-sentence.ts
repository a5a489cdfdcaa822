// What is wrong with a line that is not TOML, in words for an administrator.

import type { SettingsProblem } from './problem.ts'
import type { RepairedDocument, SyntaxMistake } from './repair.ts'
import { formatPath } from './sentence.ts'
import { findSetting, formatTakes } from './setting-list.ts'

/** A mistake of grammar, or a name that is set twice. */
export function explainSyntax(mistake: SyntaxMistake, document: RepairedDocument): SettingsProblem {
  const { line, column, table, statement } = mistake
  const isHeader = /^\s*\[/.test(statement)
  const key = isHeader ? undefined : /^\s*([\w-]+)\s*[=:]/.exec(statement)?.[1]
  const names = table ? table.split('.') : []
  const keyPath = key === undefined ? names : [...names, key]
  // A path begins with a table; there is none above the first header.
  const place = { line, column, path: formatPath(names.length === 0 ? [] : keyPath) }
  if (mistake.code === 'duplicate') {
    const message = explainDuplicate({ ...mistake, path: keyPath }, document)
    return { ...place, code: 'duplicate', message }
  }
  const word = key === undefined ? undefined : bareWord(mistake)
  if (key === undefined || word === undefined)
    return { ...place, code: 'syntax', message: explainGrammar(mistake, key) }
  const wordColumn = statement.indexOf(word, statement.indexOf('=')) + 1
  const message = explainBareWord(word, { table: table ?? '', key })
  return { ...place, column: wordColumn, code: 'syntax', message }
}

function explainDuplicate(
  { line, column, statement, path }: SyntaxMistake & { path: readonly string[] },
  document: RepairedDocument,
): string {
  const first = document.spotOf(path)?.key.line
  const where = first === undefined || first >= line ? '' : `, see line ${first}`
  if (/^\s*\[/.test(statement))
    return `this table has begun before${where}: put all its settings in one place`
  const isInBraces = column > statement.indexOf('=')
  return isInBraces ? 'a key is set twice in these braces' : `${path.at(-1)} is set twice${where}`
}

/** A value without the quotes that it needs, if that is what is wrong. */
function bareWord({ reason, statement }: SyntaxMistake): string | undefined {
  if (!/^(Unexpected|Must be|Leading|Invalid)/.test(reason)) return undefined
  return /^\s*[\w-]+\s*=\s*([^\s"'[{#=][^#=]*?)\s*(?:#.*)?$/.exec(statement)?.[1]
}

function explainBareWord(word: string, { table, key }: { table: string; key: string }): string {
  const takes = findSetting(table, key)?.takes
  if (takes === undefined) return `${key}: ${word} is neither text in quotes nor a number nor true or false`
  const needsQuotes = takes.kind === 'text' || (takes.kind === 'choice' && takes.choices.includes(word))
  return `${key} must be ${formatTakes(takes)}, not ${word}${needsQuotes ? `: write "${word}"` : ''}`
}

function explainGrammar(mistake: SyntaxMistake, key: string | undefined): string {
  // A list that is not closed misses its next element.
  const isOpenList = mistake.code === 'unclosed' && mistake.reason.startsWith('Unspecified')
  const reason = isOpenList ? 'Unterminated array' : mistake.reason
  if (key !== undefined && /^\s*[\w-]+\s*:/.test(mistake.statement))
    return `write "${key} = …", not "${key}: …"`
  const sentence = sentences.find(([start]) => reason.startsWith(start))?.[1]
  return sentence ?? `this cannot be read: ${reason}`
}

/** By the beginning of the library's words. */
const sentences: readonly (readonly [start: string, sentence: string])[] = [
  ['Unterminated string', 'the quotes that open here are not closed'],
  ['Unterminated table-key', 'the name of the table is not closed: "]" is missing'],
  ['Unterminated array', 'the list that begins here is not closed: "]" is missing'],
  ['Unterminated inline', 'the braces that open here are not closed: "}" is missing'],
  ['Expected comma', 'a comma is missing between two elements of this list, or the "]" that closes it'],
  ['Expected equal', 'this line is no setting: write "key = value", or "#" in front of a comment'],
  ['Unspecified', 'there is no value behind the "="'],
  ['Must be a newline', 'something follows behind the value: one setting to a line'],
  ['Invalid character in escape', 'a backslash in "…" is written twice; in \'…\' it is a letter like others'],
  ['No newlines are allowed between', 'a table in braces must be on one line'],
  ['Unexpected', 'this line is no setting: write "key = value", or "#" in front of a comment'],
]
