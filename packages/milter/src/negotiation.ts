// What the two sides agree on: what the filter wants, as far as the MTA offers it.

import { allActions, type MacroStage, SMFIC, SMFIF, SMFIM, SMFIP, versions } from './constants.ts'
import { chunkBytes, chunkBytes1M, chunkBytes256K } from './limits.ts'
import { formatMacroName } from './macros.ts'
import { type ByteString, bytesOf, frame, readUint32, uint32 } from './octets.ts'
import { allSteps, type Step, type StepUse, stepFlags } from './steps.ts'

/** Version and bits as they are on the wire: {@link SMFIF} and {@link SMFIP}. */
export interface Negotiated {
  readonly version: number
  /** What the filter may do. */
  readonly actions: number
  /** What the MTA leaves out and does not wait for. */
  readonly steps: number
}

/** What a filter wants. */
export interface FilterWish {
  /** What is left out is `skip`. */
  readonly steps: Readonly<Partial<Record<Step, StepUse>>>
  /** {@link SMFIF} bits; by default everything that changes a message. */
  readonly actions?: number
  /**
   * Header values are exactly what stands after the colon, and are written so. Otherwise the MTA takes one space away, and adds
   * one when a header is written.
   */
  readonly leadingSpace?: boolean
  /** Also recipients that the MTA refuses: the macro `{rcpt_mailer}` of theirs is `error`. */
  readonly rejectedRecipients?: boolean
  /** The macros wanted at a stage, in place of those that the MTA is configured to send there. Names with or without braces. */
  readonly macros?: Readonly<Partial<Record<MacroStage, readonly string[]>>>
}

/** The largest common version, and of the actions and steps wanted those that are offered. */
export function negotiate(offer: Negotiated, wish: FilterWish): Negotiated {
  const version = Math.min(offer.version, versions.highest)
  const asks = macroRequests(version, offer, wish).length > 0
  const actions = (wish.actions ?? allActions) | (asks ? SMFIF.SETSYMLIST : 0)
  return { version, actions: actions & offer.actions, steps: stepsOf(offer.steps, wish) }
}

/** The frame that answers an offer. */
export function formatNegotiation(offer: Negotiated, wish: FilterWish): ByteString {
  const { version, actions, steps } = negotiate(offer, wish)
  const requests = macroRequests(version, offer, wish)
  return frame(SMFIC.OPTNEG, uint32(version) + uint32(actions) + uint32(steps) + requests)
}

/** The frame with which an MTA offers. */
export const formatOffer = ({ version, actions, steps }: Negotiated): ByteString =>
  frame(SMFIC.OPTNEG, uint32(version) + uint32(actions) + uint32(steps))

/** What a filter answers to an offer. */
export interface NegotiationAnswer {
  readonly negotiated: Negotiated
  /** The macros it asks for. */
  readonly macros: Readonly<Partial<Record<MacroStage, readonly string[]>>>
}

const stages = Object.keys(SMFIM) as readonly MacroStage[]

/** Undefined when the answer is malformed or goes beyond the offer. */
export function readNegotiation(data: ByteString, offer: Negotiated): NegotiationAnswer | undefined {
  if (data.length < 12) return undefined
  const negotiated = { version: uint32At(data, 0), actions: uint32At(data, 4), steps: uint32At(data, 8) }
  const { version, actions, steps } = negotiated
  if (version < versions.lowest || version > offer.version) return undefined
  if ((actions & ~offer.actions) !== 0 || (steps & ~offer.steps) !== 0) return undefined
  const macros: Partial<Record<MacroStage, readonly string[]>> = {}
  for (let at = 12; at < data.length; ) {
    const nul = data.indexOf('\0', at + 4)
    const stage = stages.find((name) => SMFIM[name] === uint32At(data, at))
    if (nul < 0 || stage === undefined) return undefined
    macros[stage] = data.slice(at + 4, nul).split(/[ ,]+/)
    at = nul + 1
  }
  return { negotiated, macros }
}

const uint32At = (data: ByteString, at: number) => readUint32(bytesOf(data.slice(at, at + 4)), 0)

/** Bytes of a body that fit into one frame. */
export function bodyChunkBytes({ steps }: Negotiated): number {
  if (steps & SMFIP.MDS_1M) return chunkBytes1M
  return steps & SMFIP.MDS_256K ? chunkBytes256K : chunkBytes
}

function stepsOf(offered: number, wish: FilterWish): number {
  let wanted: number = SMFIP.SKIP
  for (const step of allSteps) {
    const { skip, noReply } = stepFlags[step]
    const use = wish.steps[step] ?? 'skip'
    if (use === 'observe') wanted |= noReply
    // Where it cannot be left out, at least nobody waits for us.
    else if (use === 'skip') wanted |= offered & skip ? skip : noReply
  }
  if (wish.leadingSpace) wanted |= SMFIP.HDR_LEADSPC
  if (wish.rejectedRecipients) wanted |= SMFIP.RCPT_REJ
  wanted |= offered & SMFIP.MDS_1M ? SMFIP.MDS_1M : SMFIP.MDS_256K
  return wanted & offered
}

/** libmilter's list: stage, names with blanks between them, NUL; only version 6 knows it. */
function macroRequests(version: number, offer: Negotiated, { macros = {} }: FilterWish): ByteString {
  if (version < 6 || (offer.actions & SMFIF.SETSYMLIST) === 0) return ''
  let requests = ''
  for (const [stage, names] of Object.entries(macros))
    requests += `${uint32(SMFIM[stage as MacroStage])}${names.map(formatMacroName).join(' ')}\0`
  return requests
}
