import { createMessageReader, type MessageReaderOptions } from '../src/index.ts'

export interface Collected {
  readonly fields: readonly string[]
  /** A character for each byte. */
  readonly body: string
  /** How often the end of the header came. */
  readonly ends: number
}

/** Reads a message of one character per byte, cut at these places. */
export function collect(
  text: string,
  options: MessageReaderOptions = {},
  cuts: readonly number[] = [],
): Collected {
  const fields: string[] = []
  let body = ''
  let ends = 0
  const reader = createMessageReader(
    {
      field(raw) {
        if (ends > 0) throw new Error('a field after the end of the header')
        fields.push(raw)
      },
      endOfHeader: () => void ends++,
      body(chunk) {
        if (ends !== 1) throw new Error('a body before the end of the header')
        body += Buffer.from(chunk).toString('latin1')
      },
    },
    options,
  )
  const bytes = Buffer.from(text, 'latin1')
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    // A copy that is overwritten: what a reader has not taken in during the call, it must not look at later.
    const chunk = new Uint8Array(bytes.subarray(from, cut))
    reader.write(chunk)
    chunk.fill(0x58)
    from = cut
  }
  reader.end()
  return { fields, body, ends }
}
