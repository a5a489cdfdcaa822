// Asks the DNS for a linter that does not wait: whatever a report lacks is asked for, all at once, and the report is made again.
import type { Answer, Budget, MaybeAsync, RecordType, RecordTypes, Resolver } from '@postern/dns'
import { LINT_ADDRESS_QUESTIONS, LINT_QUESTIONS } from './limits.ts'
import { problemOf } from './lint-problem.ts'
import type { SpfLintReport } from './lint-report.ts'
import type { AnswerBook } from './lint-walk.ts'

interface Ports {
  readonly resolver?: Resolver | undefined
  readonly budget?: Budget | undefined
}

/** The report, made as often as it takes. `make` is a pure function of the answers. */
export function inRounds(ports: Ports, make: (book: AnswerBook) => SpfLintReport): MaybeAsync<SpfLintReport> {
  const questions = new LintQuestions(ports)
  return nextRound()

  function nextRound(): MaybeAsync<SpfLintReport> {
    for (;;) {
      const report = make(questions)
      const wait = questions.askAll()
      if (wait === undefined) return questions.finish(report)
      if (wait !== 'answered') return wait.then(nextRound)
    }
  }
}

type AnyAnswer = Answer<RecordTypes[RecordType]>
type Question = readonly [name: string, type: RecordType]

class LintQuestions implements AnswerBook {
  readonly #ports: Ports
  readonly #answers = new Map<string, AnyAnswer | 'unasked'>()
  #missing = new Map<string, Question>()
  #asked = 0
  #askedForAddresses = 0
  #hasUnasked = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  find<K extends RecordType>(name: string, type: K): Answer<RecordTypes[K]> | 'unasked' | undefined {
    const key = `${type} ${name}`
    const answer = this.#answers.get(key)
    if (answer === undefined) this.#missing.set(key, [name, type])
    return answer as Answer<RecordTypes[K]> | 'unasked' | undefined
  }

  /** Asks what was missing. Undefined: nothing was. */
  askAll(): Promise<unknown> | 'answered' | undefined {
    const missing = this.#missing
    if (missing.size === 0) return undefined
    this.#missing = new Map()
    const waiting: Promise<void>[] = []
    for (const [key, [name, type]] of missing) {
      const answer = this.#ask(name, type)
      if (isPromise(answer)) waiting.push(answer.then((known) => void this.#answers.set(key, known)))
      else this.#answers.set(key, answer)
    }
    return waiting.length === 0 ? 'answered' : Promise.all(waiting)
  }

  #ask(name: string, type: RecordType): MaybeAsync<AnyAnswer> | 'unasked' {
    const { resolver, budget } = this.#ports
    const isForRecord = type === 'TXT'
    const hasRoom =
      this.#asked < LINT_QUESTIONS && (isForRecord || this.#askedForAddresses < LINT_ADDRESS_QUESTIONS)
    if (resolver === undefined || !hasRoom) {
      this.#hasUnasked = true
      return 'unasked'
    }
    this.#asked++
    if (!isForRecord) this.#askedForAddresses++
    return resolver.resolve(name, type, budget === undefined ? undefined : { budget })
  }

  finish(report: SpfLintReport): SpfLintReport {
    const problems =
      this.#hasUnasked && this.#ports.resolver !== undefined
        ? [
            ...report.problems,
            problemOf(report.domain, { code: 'too-much-to-ask', limit: LINT_QUESTIONS }, 'advice'),
          ]
        : report.problems
    const isComplete = !this.#hasUnasked && !problems.some(({ code }) => code === 'not-looked-up')
    return { ...report, problems, questions: this.#asked, isComplete }
  }
}

const isPromise = (answer: MaybeAsync<AnyAnswer> | 'unasked'): answer is Promise<AnyAnswer> =>
  answer instanceof Promise
