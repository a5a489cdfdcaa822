export type { Action, ActionErrorCode, ConditionalDeferral, ParsedAction, Refusal } from './action.ts'
export { formatAction, parseAction } from './action.ts'
export type { PolicyLimits } from './limits.ts'
export { argumentBytes, defaultLimits, refusalTextBytes } from './limits.ts'
export type { AttributeName, PolicyRequest, ProtocolState } from './request.ts'
export { attributeNames, formatRequest } from './request.ts'
export type {
  PolicyErrorCode,
  PolicyEvent,
  PolicyProtocolError,
  PolicySession,
  SessionLimits,
} from './session.ts'
export { createPolicySession } from './session.ts'
