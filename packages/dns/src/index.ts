export { andThen } from './and-then.ts'
export { type Budget, type BudgetOptions, createBudget } from './budget.ts'
export { type CacheOptions, type CacheStats, type CachingResolver, createCache } from './cache.ts'
export { type IpBytes, isQueryName, normalizeName, reverseName } from './name.ts'
export { type DnsRecord, type DnsRecordOf, RECORD_TYPES } from './record.ts'
export { parseResolvConf, type ResolvConf } from './resolv-conf.ts'
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
export { formatServer, parseServer, type ServerAddress, type ServerErrorCode } from './server-address.ts'
