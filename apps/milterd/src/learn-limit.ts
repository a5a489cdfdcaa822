// How much of the mail of one user is learned in a day.

const dayMs = 86_400_000
/** With so many users in a day the rest is not learned from: an upper bound of memory. */
const maxUsers = 50_000

export interface LearnLimit {
  /** Whether one more may be learned for this user, which then counts. `now`: milliseconds since 1970. */
  take(user: string, now: number): boolean
}

export function createLearnLimit(perDay: number): LearnLimit {
  const counts = new Map<string, number>()
  let today = 0
  return {
    take(user, now) {
      const day = Math.floor(now / dayMs)
      if (day !== today) counts.clear()
      today = day
      const count = counts.get(user) ?? 0
      if (count >= perDay || (count === 0 && counts.size >= maxUsers)) return false
      counts.set(user, count + 1)
      return true
    },
  }
}
