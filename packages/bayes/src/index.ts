export {
  type BayesAdmin,
  createBayesAdmin,
  type Expired,
  type ExpireOptions,
  type ImportedCounts,
  type LoadedDump,
  type WhoseModel,
} from './admin/bayes-admin.ts'
export type { DumpError, DumpErrorCode } from './admin/dump.ts'
export type { DumpLines } from './admin/read-dump.ts'
export { createBayesFilter } from './bayes-filter.ts'
export { type BayesSettings, defaultBayesSettings } from './bayes-settings.ts'
export { createBogoutilParser } from './import/bogoutil.ts'
export type {
  ImportError,
  ImportErrorCode,
  ImportedLine,
  ImportedRow,
  ImportParser,
} from './import/imported-row.ts'
export { type ImportSource, importSources } from './import/imported-table.ts'
export { createSaBackupParser } from './import/sa-backup.ts'
export { DamagedModelError, NewerModelError } from './model/meta.ts'
export {
  bayesSymbols,
  type FieldOptions,
  formatReport,
  isSpamField,
  type ReportOptions,
  readableText,
  requiredPoints,
  type SpamField,
  shownPoints,
  spamFields,
  spamPoints,
} from './report/index.ts'
export type {
  BayesFilter,
  BayesStats,
  Evidence,
  Learned,
  LearnOptions,
  MailClass,
  Score,
  ScoreOptions,
  TrainingRule,
  Unlearned,
  Verdict,
} from './score.ts'
export type { BayesStore, StoreKey, StoreTransaction } from './store/bayes-store.ts'
export { createMemoryStore } from './store/memory-store.ts'
