// Facts are short names with a value, such as `subject:capitals=3`: what does not depend on anybody's words.

const STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 512, 2048, 8192]

/** A count as the largest step below it, so that 17 links and 20 are the same fact. */
export function stepOf(count: number): number {
  let step = 0
  for (const next of STEPS) {
    if (count < next) break
    step = next
  }
  return step
}

/** The form of a text: runs of capitals, small letters, digits and what is not ASCII as one character each. */
export function shapeOf(text: string, most: number): string {
  let shape = ''
  let before = ''
  const end = Math.min(text.length, 200)
  for (let index = 0; index < end && shape.length < most; index++) {
    const code = text.charCodeAt(index)
    const run = runOf(code)
    if (run !== '' && run === before) continue
    shape += run === '' ? text[index] : run
    before = run
  }
  return shape
}

function runOf(code: number): string {
  if (code > 96 && code < 123) return 'a'
  if (code > 64 && code < 91) return 'A'
  if (code > 47 && code < 58) return '9'
  return code < 32 || code > 126 ? '~' : ''
}

export function domainOf(text: string): string {
  return /@([\w.-]+)/.exec(text)?.[1]?.toLowerCase() ?? ''
}

/** The domain somebody registered, guessed without a public suffix list: its last two labels, three under `co.uk` and the like. */
export function ownerOf(domain: string): string {
  const labels = domain.split('.')
  const { length } = labels
  const isSecondLevel =
    length > 2 && labels[length - 1]?.length === 2 && (labels[length - 2]?.length ?? 9) <= 3
  return labels.slice(isSecondLevel ? -3 : -2).join('.')
}

export const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
