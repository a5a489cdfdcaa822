export { allActions, type MacroStage, SMFIC, SMFIF, SMFIM, SMFIP, SMFIR } from './constants.ts'
export type {
  EnvelopePath,
  MilterClientAddress,
  MilterClientInfo,
  MilterErrorCode,
  MilterEvent,
  MilterProtocolError,
} from './event.ts'
export { defaultLimits, type MilterLimits } from './limits.ts'
export type { Modification } from './modification.ts'
export { type FilterWish, type Negotiated, negotiate } from './negotiation.ts'
export type { ByteString } from './octets.ts'
export { accept, discard, type Reply, type ReplyCode, reject, reply, skip, tempfail } from './reply.ts'
export { createMilterSession, type FilterSession, type SessionOptions } from './session.ts'
export type { Step, StepUse } from './steps.ts'
export { nextState, type State, transitions } from './transitions.ts'
