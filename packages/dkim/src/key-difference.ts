// How a p= that was meant to be right differs from the right one. Pure text: base64 without white space.
import type { KeyFindingFacts } from './key-finding.ts'

/** What became of `right` on its way into the DNS; undefined when `published` looks like another key, or is the same. */
export function explainDifference(published: string, right: string): KeyFindingFacts | undefined {
  if (published === right || published === '') return undefined
  if (published === right.replaceAll('+', '')) return { code: 'plus-lost' }
  if (published.toLowerCase() === right.toLowerCase()) return { code: 'case-changed' }
  const common = commonStart(published, right)
  // The padding of what is left may have been set right by somebody.
  if (published.replace(/=+$/, '').length === common && common < right.length)
    return { code: 'truncated', characters: common, expected: right.length, isAtStringEnd: false }
  const characters = Math.abs(right.length - published.length)
  if (common + commonEnd(published, right) < Math.min(published.length, right.length)) return undefined
  // All keys of one kind begin and end alike: what little is left of one says nothing.
  if (published.length * 2 < right.length) return undefined
  return { code: published.length < right.length ? 'part-missing' : 'part-added', at: common, characters }
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

function commonEnd(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++
  return length
}
