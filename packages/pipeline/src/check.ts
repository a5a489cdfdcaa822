import type { Budget, MaybeAsync, Resolver } from '@postern/dns'
import type { Greylist } from '@postern/greylist'
import type { z } from 'zod'
import type { Derived } from './derived.ts'
import type { MessageHeader } from './header.ts'
import type { Subject } from './subject.ts'
import type { Verdict } from './verdict.ts'

/** The world, as checks see it. The app makes these; a test hands in fakes. */
export interface Ports {
  readonly resolver: Resolver
  /** The time that the DNS queries about one message may take together. */
  newBudget(): Budget
  readonly greylist: Greylist
  /** This host: `name` stands in headers; `names` and `networks` (CIDR) are what only we may claim to be. */
  readonly host: {
    readonly name: string
    readonly names: readonly string[]
    readonly networks: readonly string[]
    readonly version: string
  }
}

/** A check made ready with its settings. */
export interface Runner<Finding> {
  /** What the check sees. May reject when the world fails in a way that is no finding. `derived`: what earlier checks led to. */
  run(subject: Subject, derived: Derived): MaybeAsync<Finding>
  /** What that means under the settings. */
  judge(finding: Finding, subject: Subject): Verdict
  /** The header field that the message should get where it is let through. The same for all recipients of a message, or nearly. */
  header?(finding: Finding, subject: Subject): MessageHeader | undefined
  /** The finding as one word or a short phrase, for the log; no spaces needed around it. */
  describe(finding: Finding): string
}

/** A check: its name, its table in postern.toml, and how to make it ready. */
export interface Check<
  Name extends string = string,
  Settings extends z.ZodObject = z.ZodObject,
  Finding = unknown,
> {
  readonly name: Name
  /** The table `[name]` of postern.toml. Each key has a default and a description; `enabled` is among them. */
  readonly settings: Settings
  /** Whether it also runs for mail of our own users, who have logged in. */
  readonly runsForAuthenticated: boolean
  create(settings: z.output<Settings>, ports: Ports): Runner<Finding>
}

/** Declares a check; only the types are at work here. */
export function defineCheck<const Name extends string, Settings extends z.ZodObject, Finding>(
  check: Check<Name, Settings, Finding>,
): Check<Name, Settings, Finding> {
  return check
}
