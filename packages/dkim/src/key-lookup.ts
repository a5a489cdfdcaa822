// Asks the DNS for the keys of a message, all at once and each name once.
import type { Answer, Budget, MaybeAsync, Resolver } from '@postern/dns'

export type KeyRecords = Answer<readonly string[]>

export interface LookupPorts {
  readonly resolver: Resolver
  readonly budget?: Budget | undefined
  readonly signal?: AbortSignal | undefined
}

const TIMEOUT: KeyRecords = { kind: 'temperror', reason: 'timeout' }
const NETWORK: KeyRecords = { kind: 'temperror', reason: 'network' }

export class KeyLookups {
  readonly #ports: LookupPorts
  readonly #known = new Map<string, KeyRecords>()
  readonly #waiting = new Map<string, Promise<void>>()

  constructor(ports: LookupPorts) {
    this.#ports = ports
  }

  ask(name: string): void {
    if (this.#known.has(name) || this.#waiting.has(name)) return
    const answer = this.#ports.signal?.aborted ? TIMEOUT : this.#resolve(name)
    if (isPromise(answer)) this.#waiting.set(name, this.#keep(name, answer))
    else this.#known.set(name, readable(answer))
  }

  /** Whether an answer is still on its way. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** What came, and a timeout for what did not. */
  answer(name: string): KeyRecords {
    return this.#known.get(name) ?? TIMEOUT
  }

  /** When everything is there, or the signal has fired. Does not reject. */
  async all(): Promise<void> {
    const { signal } = this.#ports
    const answers = Promise.all(this.#waiting.values())
    if (signal === undefined) {
      await answers
      return
    }
    if (signal.aborted) return
    let stop = (): void => {}
    const aborted = new Promise<void>((resolve) => (stop = resolve))
    signal.addEventListener('abort', stop)
    await Promise.race([answers, aborted])
    signal.removeEventListener('abort', stop)
  }

  #resolve(name: string): MaybeAsync<KeyRecords> {
    const { resolver, budget } = this.#ports
    // The port forbids it; a resolver that throws all the same must not break a verdict.
    try {
      return resolver.resolve(name, 'TXT', budget === undefined ? undefined : { budget })
    } catch {
      return NETWORK
    }
  }

  async #keep(name: string, answer: Promise<KeyRecords>): Promise<void> {
    this.#known.set(name, await answer.then(readable, () => NETWORK))
    this.#waiting.delete(name)
  }
}

const isPromise = (answer: MaybeAsync<KeyRecords>): answer is Promise<KeyRecords> =>
  typeof answer === 'object' && answer !== null && 'then' in answer

/** An answer as the port promises it. What is none counts as a reply that cannot be read: adapters are written by many. */
function readable(answer: KeyRecords): KeyRecords {
  switch (answer?.kind) {
    case 'records':
      return areStrings(answer.records) ? answer : NETWORK
    case 'nodata':
    case 'nxdomain':
    case 'temperror':
      return answer
    default:
      return NETWORK
  }
}

const areStrings = (records: unknown): boolean =>
  Array.isArray(records) &&
  records.every((strings) => Array.isArray(strings) && strings.every((text) => typeof text === 'string'))
