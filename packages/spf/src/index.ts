export { checkHost, evaluateRecord, type SpfPorts } from './check-host.ts'
export { formatMechanism, formatRecord, formatTerm } from './format-record.ts'
export { defaultLimits, type SpfLimits } from './limits.ts'
export { lintDomain, lintRecord, type SpfLintPorts } from './lint.ts'
export { isPublicAddress } from './lint-networks.ts'
export type {
  AddressPurpose,
  ExpTrouble,
  LintedRecord,
  LintedTerm,
  SpfFix,
  SpfLintReport,
  SpfProblem,
  SpfProblemCode,
  SpfSeverity,
  SpfSizes,
  SpfStanding,
  VoidCounts,
} from './lint-report.ts'
export { formatLintProblem } from './lint-sentence.ts'
export {
  type DomainSpec,
  formatMacroString,
  type Macro,
  type MacroErrorCode,
  type MacroLetter,
  type MacroString,
  parseMacroString,
} from './macro.ts'
export { sendsNoMail } from './no-mail.ts'
export { isSpfRecord, parseRecord, type ScannedTerm, scanRecord } from './parse-record.ts'
export type { AbortSignalLike } from './questions.ts'
export type {
  Directive,
  DualPrefix,
  ExplanationModifier,
  Mechanism,
  MechanismName,
  Modifier,
  Qualifier,
  RedirectModifier,
  SpfRecord,
  SpfSyntaxCode,
  Term,
  UnknownModifier,
} from './record.ts'
export {
  formatSpfReply,
  parseSpfTemplate,
  type SpfIdentity,
  type SpfPlaceholder,
  type SpfReplyOptions,
  type SpfTemplate,
  verdictStep,
} from './reply.ts'
export type { SpfInput } from './request.ts'
export type {
  RecordTrace,
  SpfFacts,
  SpfLookup,
  SpfLookupCounts,
  SpfNoneReason,
  SpfPermReason,
  SpfResult,
  SpfResultWord,
  SpfStep,
  TermTrace,
} from './result.ts'
export { type SelectedRecord, selectRecord } from './select-record.ts'
export { decidingStep, formatSpfReason } from './sentence.ts'
export {
  formatSpfSuggestion,
  type MailServer,
  type SpfChange,
  type SpfSuggestFacts,
  type SpfSuggestion,
  type SpfSuggestionCode,
  suggestRecords,
} from './suggest.ts'
export { formatZoneLine, splitRecord } from './zone-line.ts'
