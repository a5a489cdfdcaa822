export { type Check, defineCheck, type Ports, type Runner } from './check.ts'
export { type GreylistFinding, greylistDomain } from './checks/greylist.ts'
export { type HeloSettings, heloActionOn } from './checks/helo.ts'
export { type CheckName, checks, type Findings } from './checks/index.ts'
export { type SpfPorts, spfLimits } from './checks/spf-evaluation.ts'
export { describeSpf, type SpfEvaluated, type SpfExemption, type SpfFinding } from './checks/spf-finding.ts'
export type { SpfSettings } from './checks/spf-settings.ts'
export type { Derived } from './derived.ts'
export type { MessageHeader } from './header.ts'
export {
  type AuthenticationFindings,
  authResultsOf,
  formatAuthentication,
  type Iprev,
} from './message/authentication.ts'
export {
  acceptMessage,
  type DkimAction,
  type DkimActions,
  type DkimStanding,
  dkimStanding,
  judgeDkim,
  type MessageVerdict,
} from './message/dkim-policy.ts'
export { createSpfReport, type SpfReportSubject } from './message/spf-report.ts'
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
