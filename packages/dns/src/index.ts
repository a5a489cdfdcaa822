export { type Budget, type BudgetOptions, createBudget } from './budget.ts'
export type {
  Answer,
  MaybeAsync,
  MxRecord,
  QueryOptions,
  RecordType,
  RecordTypes,
  Resolver,
  Seconds,
  SoaRecord,
  TempError,
  TempReason,
} from './resolver.ts'
