// How much of messages is held at once: requests beyond it wait, unread, in the order they came.

interface Waiting {
  readonly bytes: number
  readonly go: () => void
}

export class HeldBytes {
  private readonly limit: number
  private held = 0
  private queue: Waiting[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  /** Calls `go` now, or when there is room; gives what takes it back, if it is still waiting or held. */
  take(bytes: number, go: () => void): () => void {
    const entry: Waiting = { bytes, go }
    let isGone = false
    if (this.hasRoom(bytes) && this.queue.length === 0) {
      this.held += bytes
      go()
    } else this.queue.push(entry)
    return () => {
      if (isGone) return
      isGone = true
      const at = this.queue.indexOf(entry)
      if (at >= 0) this.queue.splice(at, 1)
      else this.held -= bytes
      this.advance()
    }
  }

  private advance(): void {
    for (let first = this.queue[0]; first !== undefined && this.hasRoom(first.bytes); first = this.queue[0]) {
      this.queue.shift()
      this.held += first.bytes
      first.go()
    }
  }

  /** One is always let in, however large. */
  private hasRoom(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.limit
  }
}
