import type { Ip } from '@postern/addr'

/** What is known about a message when Postfix asks about one of its recipients (RCPT TO). */
export interface Subject {
  /** Seconds since 1970, whole. */
  readonly now: number
  readonly client: {
    /** As Postfix gave it. */
    readonly addressText: string
    readonly address: Ip
    /** Its name, when a forward lookup of the name gives the address again; Postfix says `unknown` otherwise. */
    readonly name?: string | undefined
    /** Its name by reverse lookup alone. */
    readonly reverseName?: string | undefined
  }
  /** The argument of HELO or EHLO; '' when the client never sent one. */
  readonly helo: string
  /** '' is the null sender. */
  readonly sender: string
  readonly recipient: string
  /** Identifies the message: the same for all its recipients. */
  readonly instance?: string | undefined
  readonly queueId?: string | undefined
  /** The client has logged in (SASL) and is one of our users: mail going out. */
  readonly isAuthenticated: boolean
}
