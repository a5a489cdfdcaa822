export { type Bound, bindAll, type Listening, type SocketSettings } from './bind.ts'
export { type DaemonCommand, runDaemonCommand } from './command-line.ts'
export type { Daemon, DaemonKind, DaemonOptions, StartedDaemon } from './daemon.ts'
export { createSharedDns, type Dns, type DnsOpener, openDns, type SharedDns } from './dns.ts'
export { createFailureLog, type FailureLog } from './failure-log.ts'
export { type Host, hostOf } from './host.ts'
export {
  formatSafetyProblem,
  type SafetyCode,
  type SafetyProblem,
  unsafeParts,
  type Who,
} from './key-safety.ts'
export { type Log, type LogFields, type LogLevel, type LogOptions, openLog } from './log.ts'
export {
  bayesSettingsOf,
  createSharedFilters,
  explainUnopened,
  type FilterOpener,
  type FilterPlace,
  filterDirectory,
  openFilter,
  type SharedFilters,
} from './open-filter.ts'
export { openPatiently, type PatientFilterOptions } from './patient-filter.ts'
export { type ProgramIo, processProgramIo, runAsProgram, serveDaemons } from './program.ts'
export { type FixedSettings, type ReloadParts, reloadSettings } from './reload.ts'
export { stateDirectory } from './state-directory.ts'
