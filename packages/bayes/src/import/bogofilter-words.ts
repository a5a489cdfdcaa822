// The words of a message as bogofilter knows them, so that its counts can be looked up.

import type { MailContent } from '../content/index.ts'

// What parts words, above ASCII nothing but spaces.
const SEPARATORS = /[\s\p{Cc}<>;=():&%#@+|/\\{}^"?*,[\]_~`]+/u
const LEAST = 3
const MOST = 30
const MOST_WORDS = 10_000
/** Characters of a text, and of one field, that are looked at. */
const MOST_TEXT = 50_000
const MOST_FIELD = 5000

/** bogofilter marks words of these fields; those of others are all `head:`, with the fields' names among them. */
const tags: Readonly<Record<string, string>> = {
  subject: 'subj:',
  from: 'from:',
  to: 'to:',
  cc: 'to:',
  'return-path': 'rtrn:',
  received: 'rcvd:',
}

/** Calls `visit` with each word as bogofilter writes it; the same one may come again. */
export function eachBogofilterWord(content: MailContent, visit: (word: string) => void): void {
  let left = MOST_WORDS
  const read = (text: string, tag: string) => {
    for (const written of text.slice(0, tag === '' ? MOST_TEXT : MOST_FIELD).split(SEPARATORS)) {
      if (left === 0) return
      left--
      if (written.length > 2 * MOST) continue
      const word = written.replace(/^[-.'!]+/, '').replace(/[-.']+$/, '')
      if (word.length >= LEAST && word.length <= MOST && !/^[\d-]+$/.test(word)) visit(tag + word)
      else if (word.length > 1 && word.startsWith('$')) visit(tag + word)
    }
  }
  for (const { name, value } of content.fields) {
    const tag = tags[name]
    if (tag !== undefined) read(value, tag)
    else read(`${name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())} ${value}`, 'head:')
  }
  read(content.visible, '')
  for (const { url } of content.links.slice(0, 500)) read(url, '')
  read(content.hidden, '')
}
