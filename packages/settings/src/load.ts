// From the text of postern.toml to settings, or to every mistake in it at once.

import type { z } from 'zod'
import type { Path } from './document.ts'
import type { SettingsProblem } from './problem.ts'
import { type RepairedDocument, repairDocument } from './repair.ts'
import { explainIssue, explainUnknownKey, explainUnknownTable, placeless } from './sentence.ts'
import { type Settings, settingsSchema, tables } from './settings.ts'
import { suggest } from './suggestion.ts'
import { explainSyntax } from './syntax-sentence.ts'

/** Settings, or the mistakes in the order of their lines; never throws. */
export type LoadedSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] }

/** Reads the text of a postern.toml. */
export function loadSettings(text: string): LoadedSettings {
  const document = repairDocument(text)
  const problems = document.mistakes.map((mistake) => explainSyntax(mistake, document))
  for (const [name, value] of Object.entries(document.root))
    problems.push(...checkTable(name, value, document))
  if (problems.length > 0) return { ok: false, problems: problems.sort(byPlace) }
  const result = settingsSchema.safeParse(document.root)
  if (result.success) return { ok: true, settings: result.data }
  // Each table by itself is right; what is wrong is one against another.
  return { ok: false, problems: result.error.issues.map(placeless) }
}

const byPlace = (a: SettingsProblem, b: SettingsProblem) => a.line - b.line || a.column - b.column

/** What is wrong in one table; one with a name that is nearly right is looked into all the same. */
function checkTable(name: string, value: unknown, document: RepairedDocument): SettingsProblem[] {
  const written = document.renamed.get(name) ?? name
  const table = tables.get(written)
  if (table) return checkValues(table, { value, at: [name], name: written }, document)
  // The name of a table whose header cannot be read is part of that mistake.
  const unknown = document.renamed.has(name) ? [] : [explainUnknownTable(name, document)]
  const meant = suggest(written, tables.keys())
  if (meant === undefined || !isTable(value)) return unknown
  return [...unknown, ...checkValues(tables.get(meant)!, { value, at: [name], name: meant }, document)]
}

const isTable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

interface Content {
  readonly value: unknown
  /** Where the document has it. */
  readonly at: Path
  /** What the table is called in the settings. */
  readonly name: string
}

function checkValues(table: z.ZodObject, { value, at, name }: Content, document: RepairedDocument) {
  const result = table.safeParse(value)
  if (result.success) return []
  return result.error.issues.flatMap((issue): SettingsProblem[] => {
    const path = [...at, ...(issue.path as Path)]
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => explainUnknownKey({ table: name, path: [...path, key] }, document))
    return [explainIssue(issue, { table: name, path }, document)]
  })
}
