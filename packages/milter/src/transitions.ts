// Which command may come when, and what is then: the whole order of a conversation.

import { SMFIC, SMFIP } from './constants.ts'
import { stepFlags } from './steps.ts'

export type State =
  /** Nothing is negotiated yet. */
  | 'start'
  /** No SMTP client is known: after the negotiation, and after "quit, new connection". */
  | 'negotiated'
  /** Between messages. */
  | 'connected'
  /** From MAIL on. A refused DATA may be followed by another recipient and another DATA. */
  | 'envelope'
  | 'header'
  | 'body'
  /** The peer said goodbye. */
  | 'ended'

/** Commands that may come at any time after the negotiation. MACRO may come even before. */
const always = {
  [SMFIC.QUIT]: 'ended',
  [SMFIC.QUIT_NC]: 'negotiated',
} as const

const content = {
  [SMFIC.HEADER]: 'header',
  [SMFIC.EOH]: 'body',
  // Replied to, the message is over and we are between messages.
  [SMFIC.BODYEOB]: 'body',
} as const

type Row = Readonly<Partial<Record<string, State>>>

/** State, command, next state. What is not here is out of order. */
export const transitions: Readonly<Record<State, Row>> = {
  start: { [SMFIC.OPTNEG]: 'negotiated', [SMFIC.QUIT]: 'ended' },
  negotiated: { ...always, [SMFIC.CONNECT]: 'connected', [SMFIC.ABORT]: 'negotiated' },
  connected: {
    ...always,
    [SMFIC.HELO]: 'connected',
    [SMFIC.MAIL]: 'envelope',
    [SMFIC.UNKNOWN]: 'connected',
    // Postfix sends it also when we have ended the message by our answer.
    [SMFIC.ABORT]: 'connected',
  },
  envelope: {
    ...always,
    ...content,
    [SMFIC.RCPT]: 'envelope',
    [SMFIC.DATA]: 'envelope',
    [SMFIC.UNKNOWN]: 'envelope',
    [SMFIC.ABORT]: 'connected',
    // As in libmilter, these give up the message that was begun.
    [SMFIC.HELO]: 'connected',
    [SMFIC.MAIL]: 'envelope',
  },
  header: { ...always, ...content, [SMFIC.ABORT]: 'connected' },
  body: { ...always, [SMFIC.BODY]: 'body', [SMFIC.BODYEOB]: 'body', [SMFIC.ABORT]: 'connected' },
  ended: {},
}

/** A state in which the MTA leaves out the command that leads on, as negotiated, is as good as the next one. */
export const shortcuts: Readonly<Partial<Record<State, { readonly skipped: number; readonly next: State }>>> =
  {
    negotiated: { skipped: SMFIP.NOCONNECT, next: 'connected' },
    connected: { skipped: SMFIP.NOMAIL, next: 'envelope' },
    envelope: { skipped: SMFIP.NOEOH, next: 'body' },
    header: { skipped: SMFIP.NOEOH, next: 'body' },
  }

/** The state after `command`, undefined when it is out of order. `steps`: the bits negotiated. */
export function nextState(state: State, command: string, steps: number): State | undefined {
  for (let from: State | undefined = state; from !== undefined; ) {
    const next: State | undefined = transitions[from][command]
    if (next !== undefined) return next
    const shortcut: { readonly skipped: number; readonly next: State } | undefined = shortcuts[from]
    from = shortcut !== undefined && steps & shortcut.skipped ? shortcut.next : undefined
  }
  return undefined
}

export const isInMessage = (state: State): boolean =>
  state === 'envelope' || state === 'header' || state === 'body'

/** How a command is answered, and what it does to a message that is open. */
export interface CommandFacts {
  /** Never, always, or unless this bit is negotiated. */
  readonly isAnswered: boolean
  readonly noReply: number
  /** Gives up the message that is open. */
  readonly endsMessage: boolean
}

const neverAnswered: readonly string[] = [SMFIC.MACRO, SMFIC.ABORT, SMFIC.QUIT, SMFIC.QUIT_NC]
const endsMessage: readonly string[] = [SMFIC.ABORT, SMFIC.QUIT, SMFIC.QUIT_NC, SMFIC.MAIL, SMFIC.HELO]
const factsOf = (command: string): CommandFacts => ({
  isAnswered: !neverAnswered.includes(command),
  noReply: Object.values(stepFlags).find((step) => step.command === command)?.noReply ?? 0,
  endsMessage: endsMessage.includes(command),
})
/** Of every command. */
export const facts: ReadonlyMap<string, CommandFacts> = new Map(
  Object.values(SMFIC).map((command) => [command as string, factsOf(command)]),
)
