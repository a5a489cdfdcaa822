export { createBogoutilParser } from './import/bogoutil.ts'
export type {
  ImportError,
  ImportErrorCode,
  ImportedLine,
  ImportedRow,
  ImportParser,
} from './import/imported-row.ts'
export { createSaBackupParser } from './import/sa-backup.ts'
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
