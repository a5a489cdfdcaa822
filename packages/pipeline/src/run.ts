import type { Check, Ports, Runner } from './check.ts'
import type { CheckName, Findings } from './checks/index.ts'
import { type Derived, deriveFrom, nothingDerived } from './derived.ts'
import type { MessageHeader } from './header.ts'
import type { Subject } from './subject.ts'
import { failureVerdicts, isFinal, noVerdict, type Verdict } from './verdict.ts'

/** What one check has found; `error` when it broke. */
export interface CheckResult {
  readonly check: CheckName
  readonly finding: unknown
  /** The finding as one word or a short phrase for the log; made when asked for. */
  describe(): string
}

/** All that was found out about one recipient, and what is to be done. */
export interface Outcome {
  readonly verdict: Verdict
  /** The header fields that the message should get if this recipient's is let through, in order, the topmost first. */
  readonly headers: readonly MessageHeader[]
  readonly results: readonly CheckResult[]
  /** What the findings led to for later checks. */
  readonly derived: Derived
  /** Checks that broke; their cause is for the log. */
  readonly failures: readonly { readonly check: string; readonly error: unknown }[]
}

export interface Pipeline {
  /** Never rejects. */
  run(subject: Subject): Promise<Outcome>
}

export interface PipelineOptions {
  /** In the order in which they run. */
  readonly checks: readonly Check[]
  /** The table of each check by name; a check without one does not run. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly ports: Ports
  /** What a check that broke means for the mail. */
  readonly onError: keyof typeof failureVerdicts
}

/** What a check has found, if it ran and did not break. */
export function findingOf<Name extends CheckName>(outcome: Outcome, check: Name): Findings[Name] | undefined {
  return outcome.results.find((result) => result.check === check)?.finding as Findings[Name] | undefined
}

/** A class, so that the thousands made in a second share their method. */
class Result implements CheckResult {
  readonly check: CheckName
  readonly finding: unknown
  readonly #runner: Pick<Runner<unknown>, 'describe'>
  constructor(check: Check, runner: Pick<Runner<unknown>, 'describe'>, finding: unknown) {
    this.check = check.name as CheckName
    this.#runner = runner
    this.finding = finding
  }
  describe(): string {
    return this.#runner.describe(this.finding)
  }
}

const broken = { describe: () => 'error' }

interface Step {
  readonly check: Check
  readonly runner: Runner<unknown>
}

/** Makes the enabled checks ready to run one after the other, up to the first with a verdict. */
export function createPipeline({ checks, settings, ports, onError }: PipelineOptions): Pipeline {
  const steps = checks.flatMap((check): Step[] => {
    const own = settings[check.name] as { readonly enabled: boolean } | undefined
    return own?.enabled ? [{ check, runner: check.create(own, ports) }] : []
  })
  return { run: (subject) => runSteps(steps, subject, failureVerdicts[onError]) }
}

const noHeaders: readonly MessageHeader[] = []

async function runSteps(steps: readonly Step[], subject: Subject, onFailure: Verdict): Promise<Outcome> {
  const results: CheckResult[] = []
  const failures: { check: string; error: unknown }[] = []
  let headers = noHeaders
  let derived: Derived = nothingDerived
  let verdict: Verdict = noVerdict
  for (const { check, runner } of steps) {
    if (subject.isAuthenticated && !check.runsForAuthenticated) continue
    try {
      const found = runner.run(subject, derived)
      const finding = found instanceof Promise ? await found : found
      verdict = runner.judge(finding, subject)
      const header = runner.header?.(finding, subject)
      if (header !== undefined) headers = [...headers, header]
      results.push(new Result(check, runner, finding))
      derived = deriveFrom(check.name, finding, derived)
    } catch (error) {
      failures.push({ check: check.name, error })
      results.push(new Result(check, broken, undefined))
      // Trouble of ours never keeps our own users' mail from going out.
      verdict = subject.isAuthenticated ? noVerdict : onFailure
    }
    if (isFinal(verdict)) break
  }
  return { verdict, headers, results, derived, failures }
}
