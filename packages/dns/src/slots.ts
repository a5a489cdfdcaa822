/** A bounded number of places, and a bounded line of those who wait for one, first come first served. */
export interface Slots {
  /** Calls `start` when a place is free, at once if one is. False when the line is full: `start` is never called. */
  enter(visitor: Visitor): boolean
  /** Gives a place back. */
  leave(): void
}

export interface Visitor {
  /** Whether it has gone away while it waited: then it is passed over. */
  isGone(): boolean
  start(): void
}

/** Makes `places` places, and a line for `waiting` visitors. */
export function createSlots(places: number, waiting: number): Slots {
  let free = places
  // A queue on an array: taken from `head`, cut when half of it is used up.
  let line: Visitor[] = []
  let head = 0

  function next(): Visitor | undefined {
    while (head < line.length) {
      const visitor = line[head++]!
      if (head > 64 && head * 2 > line.length) {
        line = line.slice(head)
        head = 0
      }
      if (!visitor.isGone()) return visitor
    }
    line = []
    head = 0
    return undefined
  }

  return {
    enter(visitor) {
      if (free > 0) {
        free -= 1
        visitor.start()
        return true
      }
      if (line.length - head >= waiting) return false
      line.push(visitor)
      return true
    },
    leave() {
      const visitor = next()
      if (visitor === undefined) free += 1
      else visitor.start()
    },
  }
}
