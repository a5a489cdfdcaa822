import type { Budget } from '@postern/dns'

/** The DNS budget of a message, made when the DNS is first asked, which most messages never need. */
export class LazyBudget implements Budget {
  readonly #ports: { newBudget(): Budget }
  #made: Budget | undefined
  constructor(ports: { newBudget(): Budget }) {
    this.#ports = ports
  }
  get #budget(): Budget {
    this.#made ??= this.#ports.newBudget()
    return this.#made
  }
  get deadlineMs(): number {
    return this.#budget.deadlineMs
  }
  get queries(): number {
    return this.#budget.queries
  }
  remainingMs(): number {
    return this.#budget.remainingMs()
  }
  isSpent(): boolean {
    return this.#budget.isSpent()
  }
  take(): boolean {
    return this.#budget.take()
  }
}
