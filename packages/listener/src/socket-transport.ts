import type net from 'node:net'

/** How long a connection is read and thrown away after our last byte, so that the answer is not lost to a reset. */
const lateMs = 1000

/** What protocol code may do with a connection. */
export class SocketTransport {
  private readonly socket: net.Socket

  constructor(socket: net.Socket) {
    this.socket = socket
  }

  /** False when the peer does not keep up: then `SocketWork.drained` is called later. */
  write(text: string): boolean {
    return this.socket.write(text)
  }

  /** The same for a byte string. */
  writeBytes(text: string): boolean {
    return this.socket.write(text, 'latin1')
  }

  /** Byte strings and bytes in one write to the system; the bytes are not copied. */
  writeParts(parts: readonly (string | Uint8Array)[]): boolean {
    const { socket } = this
    let isTaken = true
    socket.cork()
    for (const part of parts)
      isTaken = typeof part === 'string' ? socket.write(part, 'latin1') : socket.write(part)
    socket.uncork()
    return isTaken
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Sends what is buffered and closes. */
  finish(): void {
    this.socket.destroySoon()
  }

  /** The same for a peer that may still be sending: what comes is thrown away for a while, so that our answer arrives. */
  finishLate(): void {
    const { socket } = this
    let timer: NodeJS.Timeout | undefined
    // From when the system has taken all of it: a long answer to a slow reader takes longer than that.
    socket.end(() => {
      timer = setTimeout(() => socket.destroy(), lateMs)
    })
    socket.resume()
    socket.once('close', () => clearTimeout(timer))
  }
}
