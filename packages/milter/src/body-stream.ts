// A message's body as an async iterable: pushed by the connection, pulled by the handler.

export class BodyStream implements AsyncIterable<Buffer> {
  private readonly highBytes: number
  private readonly chunks: Buffer[] = []
  private bytes = 0
  private isEnded = false
  private isDropped = false
  private failure: Error | undefined = undefined
  /** The handler waits for a chunk or the end. */
  private wakeReader: (() => void) | undefined = undefined
  /** The connection waits for the handler to catch up. */
  private wakeWriter: (() => void) | undefined = undefined

  constructor(highBytes: number) {
    this.highBytes = highBytes
  }

  /** A promise when the reader is far behind. */
  push(chunk: Buffer): Promise<void> | undefined {
    if (this.isDropped) return undefined
    this.chunks.push(chunk)
    this.bytes += chunk.length
    this.wakeReader?.()
    if (this.bytes <= this.highBytes) return undefined
    return new Promise((resolve) => {
      this.wakeWriter = resolve
    })
  }

  end(): void {
    this.isEnded = true
    this.wakeReader?.()
  }

  /** The message is given up: the iteration throws. */
  fail(error: Error): void {
    this.failure = error
    this.drop()
    this.wakeReader?.()
  }

  /** Nobody reads any more. */
  drop(): void {
    this.isDropped = true
    this.chunks.length = 0
    this.bytes = 0
    this.wakeWriter?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        const chunk = this.chunks.shift()
        if (chunk !== undefined) {
          this.bytes -= chunk.length
          if (this.bytes <= this.highBytes / 2) this.wakeWriter?.()
          yield chunk
        } else if (this.failure !== undefined) throw this.failure
        else if (this.isEnded || this.isDropped) return
        else
          await new Promise<void>((resolve) => {
            this.wakeReader = resolve
          })
      }
    } finally {
      this.drop()
    }
  }
}
