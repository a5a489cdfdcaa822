export { type Check, defineCheck, type Ports, type Runner } from './check.ts'
export { type GreylistFinding, greylistDomain } from './checks/greylist.ts'
export { type HeloSettings, heloActionOn } from './checks/helo.ts'
export { type CheckName, checks, type Findings } from './checks/index.ts'
export { spfLimits } from './checks/spf-evaluation.ts'
export type { SpfEvaluated, SpfExemption, SpfFinding } from './checks/spf-finding.ts'
export type { SpfSettings } from './checks/spf-settings.ts'
export type { Derived } from './derived.ts'
export type { MessageHeader } from './header.ts'
export { createRecentMessages, type RecentMessages } from './recent-messages.ts'
export {
  type CheckResult,
  createPipeline,
  findingOf,
  type Outcome,
  type Pipeline,
  type PipelineOptions,
} from './run.ts'
export { hostNameSetting, networkSetting } from './setting-kinds.ts'
export type { Subject } from './subject.ts'
export { failureVerdicts, isFinal, noVerdict, type Verdict } from './verdict.ts'
