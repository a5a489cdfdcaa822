export {
  type HeaderMailbox,
  type MailboxList,
  type MailboxListProblem,
  parseMailboxList,
} from './header-mailbox.ts'
export {
  type ClientFacts,
  type HostList,
  type HostListProblem,
  type HostListProblemCode,
  parseHostList,
} from './host-list.ts'
export {
  isSelector,
  type KeyReference,
  type KeyRow,
  type KeyTable,
  type KeyTableProblemCode,
  parseKeyTable,
  readKeyReference,
} from './key-table.ts'
export { type MacroRule, matchesMacro, parseMacroRule } from './macro-rule.ts'
export {
  createSigningPolicy,
  type DomainKey,
  type OriginReason,
  type SigningConfig,
  type SigningDecision,
  type SigningFacts,
  type SigningKeyChoice,
  type SigningPolicy,
  type VerifyReason,
} from './signing-policy.ts'
export { formatExternalSender, formatSigningReason } from './signing-reason.ts'
export {
  parseSigningTable,
  type SigningRow,
  type SigningTable,
  type SigningTableForm,
  type SigningTableProblemCode,
} from './signing-table.ts'
export { findUnknownKeys, type UnknownKey } from './table-check.ts'
export type { TableProblem } from './table-rows.ts'
