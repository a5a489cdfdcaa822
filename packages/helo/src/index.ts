export { isInternalName } from './advice.ts'
export { checkHelo, type HeloOptions } from './check-helo.ts'
export type { DnsContext } from './dns-rules.ts'
export { type HeloArgument, type HeloForm, readHeloArgument } from './helo-argument.ts'
export { formatHeloReply, type HeloReply, type ReplyOptions } from './reply.ts'
export {
  type DnsRule,
  defaultActions,
  type HeloAction,
  type HeloRule,
  rules,
  type SyntaxRule,
} from './rules.ts'
export type {
  HeloCase,
  HeloClient,
  HeloFinding,
  HeloHit,
  HeloPorts,
  HeloRuleName,
  HeloSubject,
  OwnIdentity,
} from './subject.ts'
export { type Placeholder, parseTemplate, type Template } from './template.ts'
