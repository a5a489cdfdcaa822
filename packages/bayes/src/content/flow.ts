// Running text, as a browser lays it out: spaces and line ends between pieces never add up.

const NOTHING = 0
const SPACE = 1
const LINE_END = 2

export class Flow {
  text = ''
  isFull = false
  readonly #limit: number
  #gap: 0 | 1 | 2 = NOTHING

  constructor(limit: number) {
    this.#limit = limit
  }

  space(): void {
    if (this.#gap === NOTHING) this.#gap = SPACE
  }

  lineEnd(): void {
    this.#gap = LINE_END
  }

  /** `piece` stands right behind what was added before it, unless a space or line end was asked for. */
  add(piece: string): void {
    if (this.isFull) return
    const gap = this.text === '' || this.#gap === NOTHING ? '' : this.#gap === SPACE ? ' ' : '\n'
    this.#gap = NOTHING
    const room = this.#limit - this.text.length - gap.length
    if (piece.length <= room) {
      if (gap !== '') this.text += gap
      this.text += piece
      return
    }
    this.isFull = true
    if (room > 0) this.text += gap + piece.slice(0, room)
  }
}
