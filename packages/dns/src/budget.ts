/** What the queries made for one message may use together: time until a deadline, and a number of queries. */
export interface Budget {
  /** When the time is over: milliseconds on the clock that the budget was made with. */
  readonly deadlineMs: number
  /** How many queries were taken from it. */
  readonly queries: number
  /** Milliseconds left; 0 when the time is over. */
  remainingMs(): number
  /** Whether nothing is left: no time, or no query. */
  isSpent(): boolean
  /** Counts one query. False, and nothing counted, when the budget is spent: do not ask. */
  take(): boolean
}

export interface BudgetOptions {
  /** Absolute, on the clock of `now`. */
  readonly deadlineMs: number
  /** The clock, in milliseconds. */
  readonly now: () => number
  /** Unlimited when left out. */
  readonly maxQueries?: number | undefined
}

/** Makes the budget of one message. Answers from a cache are free; each question to a server is one query. */
export function createBudget(options: BudgetOptions): Budget {
  const { deadlineMs, now } = options
  const maxQueries = options.maxQueries ?? Number.POSITIVE_INFINITY
  let queries = 0
  // A NaN in the deadline or the clock means that no time is left.
  const remainingMs = () => Math.max(0, deadlineMs - now()) || 0
  const isSpent = () => queries >= maxQueries || remainingMs() === 0
  return {
    deadlineMs,
    get queries() {
      return queries
    },
    remainingMs,
    isSpent,
    take() {
      if (isSpent()) return false
      queries += 1
      return true
    },
  }
}
