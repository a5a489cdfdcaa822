import type { Check, Ports, Runner } from './check.ts'
import type { Findings } from './checks/index.ts'
import type { Subject } from './subject.ts'
import { failureVerdicts, isRefusal, noVerdict, type Verdict } from './verdict.ts'

/** What one check said, in the words of the log. */
export interface CheckResult {
  readonly check: string
  readonly finding: string
}

/** All that was found out about one recipient, and what is to be done. */
export interface Outcome {
  readonly verdict: Verdict
  readonly results: readonly CheckResult[]
  /** The findings themselves, by the name of the check. */
  readonly details: Findings
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

interface Step {
  readonly check: Check
  readonly runner: Runner<unknown>
}

/** Makes the enabled checks ready to run one after the other, up to the first that refuses. */
export function createPipeline({ checks, settings, ports, onError }: PipelineOptions): Pipeline {
  const steps = checks.flatMap((check): Step[] => {
    const own = settings[check.name] as { readonly enabled: boolean } | undefined
    return own?.enabled ? [{ check, runner: check.create(own, ports) }] : []
  })
  return { run: (subject) => runSteps(steps, subject, failureVerdicts[onError]) }
}

async function runSteps(steps: readonly Step[], subject: Subject, onFailure: Verdict): Promise<Outcome> {
  const results: CheckResult[] = []
  const details: Record<string, unknown> = {}
  const failures: { check: string; error: unknown }[] = []
  let verdict: Verdict = noVerdict
  for (const { check, runner } of steps) {
    if (subject.isAuthenticated && !check.runsForAuthenticated) continue
    let judged: Verdict
    try {
      const found = runner.run(subject)
      const finding = found instanceof Promise ? await found : found
      judged = runner.judge(finding, subject)
      details[check.name] = finding
      results.push({ check: check.name, finding: runner.describe(finding) })
    } catch (error) {
      failures.push({ check: check.name, error })
      results.push({ check: check.name, finding: 'error' })
      judged = onFailure
    }
    if (judged.kind !== 'none') verdict = judged
    if (isRefusal(judged)) break
  }
  return { verdict, results, details: details as Findings, failures }
}
