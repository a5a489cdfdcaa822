export { type Check, defineCheck, type Ports, type Runner } from './check.ts'
export { type HeloSettings, heloActionOn } from './checks/helo.ts'
export { type CheckName, checks, type Findings } from './checks/index.ts'
export {
  type CheckResult,
  createPipeline,
  findingOf,
  type Outcome,
  type Pipeline,
  type PipelineOptions,
} from './run.ts'
export type { Subject } from './subject.ts'
export { failureVerdicts, isRefusal, noVerdict, type Verdict } from './verdict.ts'
