export {
  type AddressList,
  type ClientList,
  emptyAddressList,
  emptyClientList,
  type ListProblem,
  listsAddress,
  listsClient,
  type ParsedList,
  parseAddressList,
  parseClientList,
} from './allowlist.ts'
export {
  type Entry,
  type EntryKey,
  type EntryKind,
  entryKey,
  entryKinds,
  kindPrefix,
  mergeEntries,
  parseEntryKey,
  rebaseEntry,
  type Seconds,
} from './entry.ts'
export {
  type Attempt,
  createGreylist,
  emptyLists,
  type Greylist,
  type GreylistLists,
  type GreylistOptions,
} from './greylist.ts'
export {
  type ClientFacts,
  defaultIdentityRules,
  hostGroupOf,
  type Identity,
  type IdentityRules,
  identify,
  postgreyIdentityRules,
} from './identity.ts'
export { createMemoryStore } from './memory-store.ts'
export {
  defaultGreylistHeader,
  defaultGreylistText,
  formatGreylistHeader,
  formatGreylistText,
  formatPostgreyLog,
  type PostgreyLogFacts,
} from './reply.ts'
export { defaultRules, type GreylistRules, postgreyRules } from './rules.ts'
export { normalizeSender } from './sender.ts'
export type { Change, Decide, GreylistStore } from './store.ts'
export {
  type GreylistChange,
  type GreylistDecision,
  type GreylistState,
  isAutoAllowed,
  isExpired,
  type PassReason,
  type Transition,
  transition,
} from './transition.ts'
