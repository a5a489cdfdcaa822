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
