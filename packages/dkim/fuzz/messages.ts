// Random messages, well formed and not, of one character per byte.
import type { Random } from './random.ts'

const PIECES = [
  '\r\n',
  ' ',
  '\t',
  'word',
  'a',
  '  ',
  ' \r\n',
  '\r\n\r\n',
  '.',
  '=20',
  '\xe9',
  '\xff',
  '\0',
  '\r',
  '\n',
  ':',
  ';',
]
const NAMES = [
  'From',
  'from',
  'To',
  'Subject',
  'SUBJECT ',
  'Date',
  'Cc',
  'Message-ID',
  'X-A',
  'Received',
  'List-Id',
  'Reply-To',
  'DKIM-Signature',
]
const VALUES = [
  ' x',
  ' Ann <ann@example.org>',
  '',
  ' ',
  '\t a  b ',
  ' a\r\n b',
  ' a\r\n\t\r\n  b',
  '\r\n x',
  ' \xc3\xbc',
  ' \0',
  ' v=1; d=',
  ' a\r b\n c',
]
const ODD_LINES = ['no field', ': x', ' : x', '\xff: x', 'X Y: z', '\0']

export const textOf = (random: Random, longest: number): string =>
  Array.from({ length: random.below(longest) }, () => random.pick(PIECES)).join('')

/** A message as RFC 5322 wants it, more or less. */
export function messageOf(random: Random): string {
  const fields = Array.from({ length: random.below(9) }, () =>
    random.chance(0.1) ? random.pick(ODD_LINES) : `${random.pick(NAMES)}:${random.pick(VALUES)}`,
  )
  // A first line that begins with white space would become a part of what is put above it.
  const header = ['From: Ann <ann@example.org>', ...fields].map((field) => `${field}\r\n`).join('')
  if (random.chance(0.05)) return header
  const body = textOf(random, random.chance(0.05) ? 3000 : 30)
  return `${header}\r\n${random.chance(0.03) ? body.repeat(1 + random.below(200)) : body}`
}

/** The text with some of its characters changed, taken out or added. */
export function changed(random: Random, text: string): string {
  let result = text
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(result.length + 1)
    const piece = random.pick([...PIECES, '', '', 'A', '=', '1'])
    result = result.slice(0, at) + piece + result.slice(at + random.below(3))
  }
  return result
}

/** The bytes of a text in chunks, cut anywhere. */
export function chunksOf(random: Random, text: string): Uint8Array[] {
  const bytes = Buffer.from(text, 'latin1')
  const chunks: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + random.below(random.pick([1, 3, 40, 5000]))
    chunks.push(new Uint8Array(bytes.subarray(from, to)))
    from = to
  }
  return chunks
}
