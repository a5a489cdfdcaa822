import type { MaybeAsync } from './resolver.ts'

/** Goes on with a value: at once where it is there, so that nothing waits that need not. */
export function andThen<T, U>(value: MaybeAsync<T>, next: (value: T) => MaybeAsync<U>): MaybeAsync<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
