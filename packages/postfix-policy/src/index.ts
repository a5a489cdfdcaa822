export type { Action, ActionErrorCode, ParsedAction, RefuseAction } from './action.ts'
export { formatAction, parseAction } from './action.ts'
export type { ListenAddress, ListenAddressErrorCode, ParsedListenAddress } from './address.ts'
export { formatListenAddress, parseListenAddress } from './address.ts'
export type { PolicyLimits } from './limits.ts'
export { actionBytes, defaultLimits } from './limits.ts'
export type { AttributeName, PolicyRequest, ProtocolState } from './request.ts'
export { attributeNames } from './request.ts'
export type {
  PolicyErrorCode,
  PolicyEvent,
  PolicyProtocolError,
  PolicySession,
  SessionLimits,
} from './session.ts'
export { createPolicySession } from './session.ts'
