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
