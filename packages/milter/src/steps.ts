// The steps of a conversation that a filter may do without, or without answering: one table for both sides.

import { SMFIC, SMFIP } from './constants.ts'

/** A step that can be negotiated. The end of a message always comes and is always answered. */
export type Step =
  | 'connect'
  | 'helo'
  | 'mail'
  | 'recipient'
  | 'data'
  | 'header'
  | 'endOfHeader'
  | 'body'
  | 'unknown'

/**
 * What a filter does with a step: nothing (`skip`: the MTA need not send it), look only (`observe`: the MTA need not wait for an
 * answer) or answer (`decide`).
 */
export type StepUse = 'skip' | 'observe' | 'decide'

interface StepFlags {
  readonly command: string
  /** "Do not send it". */
  readonly skip: number
  /** "I shall not reply to it". */
  readonly noReply: number
}

export const stepFlags: Readonly<Record<Step, StepFlags>> = {
  connect: { command: SMFIC.CONNECT, skip: SMFIP.NOCONNECT, noReply: SMFIP.NR_CONN },
  helo: { command: SMFIC.HELO, skip: SMFIP.NOHELO, noReply: SMFIP.NR_HELO },
  mail: { command: SMFIC.MAIL, skip: SMFIP.NOMAIL, noReply: SMFIP.NR_MAIL },
  recipient: { command: SMFIC.RCPT, skip: SMFIP.NORCPT, noReply: SMFIP.NR_RCPT },
  data: { command: SMFIC.DATA, skip: SMFIP.NODATA, noReply: SMFIP.NR_DATA },
  header: { command: SMFIC.HEADER, skip: SMFIP.NOHDRS, noReply: SMFIP.NR_HDR },
  endOfHeader: { command: SMFIC.EOH, skip: SMFIP.NOEOH, noReply: SMFIP.NR_EOH },
  body: { command: SMFIC.BODY, skip: SMFIP.NOBODY, noReply: SMFIP.NR_BODY },
  unknown: { command: SMFIC.UNKNOWN, skip: SMFIP.NOUNKNOWN, noReply: SMFIP.NR_UNKN },
}

export const allSteps = Object.keys(stepFlags) as readonly Step[]
