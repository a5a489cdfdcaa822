// What the command line of `postern learn` asks for.

import path from 'node:path'
import type { TrainingRule } from '@postern/bayes'
import { parseUserPattern, type UserOf } from './path-pattern.ts'

export interface LearnRequest {
  readonly spam: readonly string[]
  readonly ham: readonly string[]
  readonly unlearn: readonly string[]
  readonly userOf: UserOf
  readonly user: string | undefined
  readonly rule: TrainingRule | undefined
}

export interface LearnOptions {
  readonly spam?: readonly string[]
  readonly ham?: readonly string[]
  readonly unlearn?: readonly string[]
  readonly user?: string
  readonly 'user-from'?: string
  readonly rule?: string
  readonly watch?: boolean
  readonly 'dry-run'?: boolean
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: LearnRequest }
  | { readonly ok: false; readonly message: string }

const rules: readonly string[] = ['all', 'error', 'near-error'] satisfies TrainingRule[]

/** Checks the options against each other. */
export function parseLearnRequest(options: LearnOptions, cwd: string): ParsedRequest {
  const { spam = [], ham = [], unlearn = [], user, rule } = options
  const wrong = (message: string): ParsedRequest => ({ ok: false, message })
  const named = [...spam, ...ham, ...unlearn]
  if (named.length === 0) return wrong('--spam PATH..., --ham PATH... or --unlearn PATH... has to be given')
  const twice = firstTwice(named.map((each) => (each === '-' ? each : path.resolve(cwd, each))))
  if (twice !== undefined) return wrong(`${twice} is named twice: what is it?`)
  if (rule !== undefined && !rules.includes(rule))
    return wrong(`--rule is one of ${rules.join(', ')}, not "${rule}"`)
  if (user === '') return wrong('--user wants a name')
  const conflict = conflictIn(options, named)
  if (conflict !== undefined) return wrong(conflict)
  let userOf: UserOf = () => user
  if (options['user-from'] !== undefined) {
    const parsed = parseUserPattern(options['user-from'], cwd)
    if (!parsed.ok) return wrong(`--user-from ${parsed.message}`)
    userOf = parsed.userOf
  }
  return {
    ok: true,
    request: { spam, ham, unlearn, userOf, user, rule: rule as TrainingRule | undefined },
  }
}

function conflictIn(options: LearnOptions, named: readonly string[]): string | undefined {
  const { watch, unlearn } = options
  if (options.user !== undefined && options['user-from'] !== undefined)
    return '--user and --user-from do not go together'
  if (!watch) return undefined
  if (named.includes('-')) return '--watch wants folders, and - is standard input'
  if (unlearn !== undefined) return '--watch learns: --unlearn does not go with it'
  if (options['dry-run']) return '--watch learns: --dry-run does not go with it'
  return undefined
}

const firstTwice = (values: readonly string[]): string | undefined =>
  values.find((value, i) => values.indexOf(value) !== i)
