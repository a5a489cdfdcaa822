import type { BayesSettings } from './bayes-settings.ts'
import { type Lesson, type Pupil, teach } from './learning.ts'
import type { Learned, Unlearned } from './score.ts'
import type { BayesStore } from './store/bayes-store.ts'

interface Waiting {
  readonly pupil: Pupil
  readonly lesson: Lesson
  resolve(result: Learned | Unlearned): void
  reject(error: unknown): void
}

/** Lessons in one transaction at most: it holds the store's lock for about 0.2 ms each. */
const MOST_AT_ONCE = 2000

/** Lessons wait here while a transaction is under way, and go into the next one together. */
export class Lessons {
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  /** How many lessons wait or are under way for each message. */
  readonly #open = new Map<string, number>()
  readonly #store: BayesStore
  readonly #settings: BayesSettings

  constructor(store: BayesStore, settings: BayesSettings) {
    this.#store = store
    this.#settings = settings
  }

  /** Whether a lesson about this message is on its way, so that the store does not have the last word on it. */
  isOpen(prefix: string, digest: string): boolean {
    return this.#open.has(prefix + digest)
  }

  async add(pupil: Pupil, lesson: Lesson): Promise<Learned | Unlearned> {
    const id = pupil.prefix + lesson.digest
    this.#open.set(id, (this.#open.get(id) ?? 0) + 1)
    try {
      return await this.#queued(pupil, lesson)
    } finally {
      const left = (this.#open.get(id) ?? 1) - 1
      if (left === 0) this.#open.delete(id)
      else this.#open.set(id, left)
    }
  }

  #queued(pupil: Pupil, lesson: Lesson): Promise<Learned | Unlearned> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pupil, lesson, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    // What the same turn of the event loop brings goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as Waiting
      const batch: Waiting[] = []
      const rest: Waiting[] = []
      for (const waiting of this.#waiting)
        (waiting.pupil.prefix === first.pupil.prefix && batch.length < MOST_AT_ONCE ? batch : rest).push(
          waiting,
        )
      this.#waiting = rest
      await this.#teach(first.pupil, batch)
    }
    this.#running = undefined
  }

  async #teach(pupil: Pupil, batch: readonly Waiting[]): Promise<void> {
    const lessons = batch.map(({ lesson }) => lesson)
    try {
      pupil.file.isAhead = true
      const results = await this.#store.transact((transaction) =>
        teach(pupil, lessons, this.#settings, transaction),
      )
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Learned | Unlearned)
      })
    } catch (error) {
      // The copy in memory may have learned what the store has not.
      pupil.file.invalidate()
      for (const { reject } of batch) reject(error)
    } finally {
      pupil.file.isAhead = false
    }
  }
}
