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

/** The form of a text: runs of capitals, small letters and digits as one character each. */
export const shapeOf = (text: string, most: number): string =>
  text
    .slice(0, 200)
    .replace(/[A-Z]+/g, 'A')
    .replace(/[a-z]+/g, 'a')
    .replace(/[0-9]+/g, '9')
    .replace(/[^\x20-\x7e]+/g, '~')
    .slice(0, most)

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
