// Lists of names in settings: a domain in a list also means the names below it.

/** Names in any case, with their values. Looking one up costs a few map look-ups, however long the list is. */
export class NameList<T = true> {
  readonly #names: ReadonlyMap<string, T>

  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    this.#names = new Map([...entries].map(([name, value]) => [plain(name), value]))
  }

  static of(names: readonly string[]): NameList {
    return new NameList(names.map((name) => [name, true as const]))
  }

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  /** What the list has for the name itself or the nearest name above it. */
  find(name: string): T | undefined {
    if (this.#names.size === 0) return undefined
    const wanted = plain(name)
    for (let at = 0; ; ) {
      const value = this.#names.get(at === 0 ? wanted : wanted.slice(at))
      if (value !== undefined) return value
      const dot = wanted.indexOf('.', at)
      if (dot < 0) return undefined
      at = dot + 1
    }
  }

  has(name: string): boolean {
    return this.find(name) !== undefined
  }
}

const plain = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
