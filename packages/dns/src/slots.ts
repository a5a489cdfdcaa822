// A bounded number of places on the wire, shared out among messages: one whose domains answer slowly, or ask for much, keeps
// its own questions waiting and not those of others.

/** A bounded number of places, and a bounded line of those who wait for one. */
export interface Slots {
  /** Calls `start` when there is a place, at once if there is one. False when the line is full: `start` is never called. */
  enter(visitor: Visitor): boolean
  /** Gives the place of a visitor that was started back. */
  leave(visitor: Visitor): void
}

export interface Visitor {
  /** On whose behalf it comes; without one, a visitor stands for itself. */
  readonly owner?: object | undefined
  /** Whether it has gone away while it waited: then it is passed over. */
  isGone(): boolean
  start(): void
}

export interface SlotsOptions {
  readonly places: number
  /** Of these, kept for owners who hold none. */
  readonly reserved: number
  /** How many may wait. */
  readonly waiting: number
}

interface Account {
  held: number
  readonly line: Visitor[]
}

export function createSlots({ places, reserved, waiting }: SlotsOptions): Slots {
  let free = places
  let inLine = 0
  /** Of owners with a place or somebody in line. */
  const accounts = new Map<object, Account>()
  /** Owners with somebody in line, by whether they hold a place. Each set is in the order of their turns. */
  const withNone = new Set<object>()
  const withSome = new Set<object>()

  const accountOf = (owner: object): Account => {
    let account = accounts.get(owner)
    if (account === undefined) {
      account = { held: 0, line: [] }
      accounts.set(owner, account)
    }
    return account
  }
  const mayEnter = ({ held }: Account) => free > (held === 0 ? 0 : reserved)
  const take = (account: Account) => {
    free -= 1
    account.held += 1
  }
  /** Puts an owner where it belongs; one that is there already keeps its turn. */
  const file = (owner: object, { held, line }: Account) => {
    const [right, wrong] = held === 0 ? [withNone, withSome] : [withSome, withNone]
    wrong.delete(owner)
    if (line.length > 0) right.add(owner)
    else {
      right.delete(owner)
      if (held === 0) accounts.delete(owner)
    }
  }
  /** Lets in who is next, as long as there is room. */
  const admit = () => {
    for (;;) {
      const owner = first(withNone) ?? first(withSome)
      if (owner === undefined) return
      const account = accountOf(owner)
      if (!mayEnter(account)) return
      const visitor = account.line.shift()!
      inLine -= 1
      const isGone = visitor.isGone()
      if (!isGone) take(account)
      withNone.delete(owner)
      withSome.delete(owner)
      file(owner, account)
      if (!isGone) visitor.start()
    }
  }

  return {
    enter(visitor) {
      const owner = visitor.owner ?? visitor
      const account = accountOf(owner)
      const isAdmitted = mayEnter(account)
      const isFull = !isAdmitted && inLine >= waiting
      if (isAdmitted) take(account)
      else if (!isFull) {
        account.line.push(visitor)
        inLine += 1
      }
      file(owner, account)
      if (isAdmitted) visitor.start()
      return !isFull
    },
    leave(visitor) {
      const owner = visitor.owner ?? visitor
      const account = accountOf(owner)
      account.held -= 1
      free += 1
      file(owner, account)
      admit()
    },
  }
}

const first = (owners: Set<object>): object | undefined => owners.values().next().value
