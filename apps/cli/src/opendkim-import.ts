// From an opendkim.conf to a postern.toml that does the same, and a list of what it does not do.
import { defaultSettings, loadSettings } from '@postern/settings'
import { type ConfEntry, type OpendkimConf, type ReadText, readBoolean } from './opendkim-conf.ts'
import { Draft, type DraftFile } from './opendkim-draft.ts'
import { explainLoss, opendkimOptions } from './opendkim-options.ts'
import { importSigning } from './opendkim-signing.ts'
import { OpendkimValues } from './opendkim-values.ts'
import {
  type Dialect,
  importActions,
  importResults,
  importSocket,
  importVerifying,
} from './opendkim-verifying.ts'

export interface Imported {
  /** One line each. */
  readonly lost: readonly string[]
  /** Tables that stood in the configuration itself: to be written beside the settings. */
  readonly files: readonly DraftFile[]
  /** The settings; `withFiles` when the files are not written and stand in comments. */
  format(withFiles: boolean): string
}

const opendkim: Dialect = {
  name: 'opendkim',
  canonicalization: 'simple/simple',
  // As release 2.11 has it. Its manual forgets ::1.
  internalHosts: ['127.0.0.1', '::1'],
  oversigned: [],
  onTrouble: 'tempfail',
}
const dkimpy: Dialect = {
  name: 'dkimpy-milter',
  canonicalization: 'relaxed/simple',
  umask: 0o7,
  internalHosts: ['127.0.0.1'],
  oversigned: ['From'],
  onTrouble: 'accept',
}

/** Options that only dkimpy-milter has. */
const dkimpyOnly = 'KeyFileEd25519 KeyTableEd25519 SelectorEd25519 MacroListVerify DNSOverride debugLevel'

export function importOpendkim(conf: OpendkimConf, readText: ReadText): Imported {
  const draft = new Draft(defaultSettings())
  const values = new OpendkimValues(conf, { draft, readText })
  const dialect = dialectOf(conf)
  for (const { file, line, problem } of conf.problems) draft.lose(`${file}:${line}: ${problem}`)
  for (const entry of conf.entries.values()) {
    const loss = explainLoss(entry)
    if (loss !== undefined) draft.lose(loss)
  }
  noteMoot(conf.entries.values(), draft)
  importSocket(values, dialect)
  importResults(values)
  importVerifying(values, dialect)
  importActions(values, dialect)
  importSigning(values, dialect)
  tellRefused(draft)
  const head = [
    `From ${conf.file}, by postern import opendkim.`,
    `What ${dialect.name} does by default and Postern does not is written out, so that mail is treated as before. Stop ${dialect.name} before the milter starts: it listens at the same place.`,
  ]
  return { lost: draft.lost, files: draft.files, format: (withFiles) => draft.format(head, withFiles) }
}

/** A value that opendkim takes and Postern does not, such as a selector with odd characters in it. */
function tellRefused(draft: Draft): void {
  const loaded = loadSettings(draft.format([], false))
  if (loaded.ok) return
  for (const { message } of loaded.problems)
    draft.lose(`the settings do not take what comes of it: ${message}`)
}

function dialectOf({ file, entries }: OpendkimConf): Dialect {
  const isDkimpy =
    /dkimpy/.test(file) || dkimpyOnly.split(' ').some((name) => entries.has(name.toLowerCase()))
  return isDkimpy ? dkimpy : opendkim
}

/** What has no counterpart because none is needed; options with one reason share a line. */
function noteMoot(entries: Iterable<ConfEntry>, draft: Draft): void {
  const byReason = new Map<string, string[]>()
  for (const { name, value } of entries) {
    const fate = opendkimOptions.get(name.toLowerCase())?.fate
    if (fate?.kind !== 'moot' || readBoolean(value) === false) continue
    byReason.set(fate.why, [...(byReason.get(fate.why) ?? []), name])
  }
  for (const [why, names] of byReason) draft.note(`${names.join(', ')}: ${why}.`)
}
