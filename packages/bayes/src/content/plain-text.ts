// Text that is shown as it is, and what all shown text is freed from.
import type { Draft } from './draft.ts'
import { readUrls } from './url-text.ts'
import { withoutUuencoded } from './uuencode.ts'

/** What has no width: soft hyphen, zero-width and directional marks, fillers. It takes words apart for programs only. */
const ZERO_WIDTH = new RegExp(
  `[${[
    '\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f',
    '\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff',
  ].join('')}]`,
  'g',
)

export function withoutZeroWidth(text: string, draft: Draft): string {
  if (text.search(ZERO_WIDTH) < 0) return text
  draft.fact('text:zero-width')
  return text.replace(ZERO_WIDTH, '')
}

const NUL = /\0+/g

/** Line ends as "\n", no NUL: programs show nothing for it, or stop; UTF-16 called something else is full of them. */
export function normalLines(text: string, draft: Draft): string {
  let result = text
  if (result.includes('\0')) {
    draft.fact('text:nul')
    result = result.replace(NUL, '')
  }
  return result.includes('\r') ? result.replace(/\r\n?/g, '\n') : result
}

/** `isAscii`: it cannot have characters without width. */
export function readPlainText(text: string, draft: Draft, isAscii: boolean): void {
  const lines = withoutUuencoded(normalLines(text, draft), draft)
  const shown = isAscii ? lines : withoutZeroWidth(lines, draft)
  readUrls(shown, draft)
  draft.visible.lineEnd()
  draft.visible.add(shown)
  draft.visible.lineEnd()
}
