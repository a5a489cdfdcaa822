// Text that is shown as it is.
import type { Draft } from './draft.ts'
import { readUrls } from './url-text.ts'
import { withoutUuencoded } from './uuencode.ts'
import { withoutZeroWidth } from './zero-width.ts'

/** `isAscii`: it cannot have characters without width. */
export function readPlainText(text: string, draft: Draft, isAscii: boolean): void {
  const lines = withoutUuencoded(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text, draft)
  const shown = isAscii ? lines : withoutZeroWidth(lines)
  if (shown !== lines) draft.fact('text:zero-width')
  readUrls(shown, draft)
  draft.visible.lineEnd()
  draft.visible.add(shown)
  draft.visible.lineEnd()
}
