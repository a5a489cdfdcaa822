// The lines of docs/operating, made ready for a throw-away Postfix. What is written there is what is tested: only the places
// below differ, and a test fails when one that it names is not in the text.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { checkout } from './daemon.ts'

const pages = ['postfix.md', 'spf.md', 'milter.md', 'spamd.md', 'learning.md', 'spam.md'].map(
  (name) => `docs/operating/${name}`,
)
const text = pages.map((page) => readFileSync(path.join(checkout, page), 'utf8')).join('')

/** What the page says, and what it is here: `'127.0.0.1:10023'` by `'127.0.0.1:40123'`. */
export type Places = Readonly<Record<string, string>>

/** The block whose fence is titled so, e.g. `/etc/postfix/main.cf by TCP`. */
export function documented(title: string, places: Places = {}): string {
  const [, block] = new RegExp(`^\`\`\`[a-z]+ ${escaped(title)}\\n(.*?)^\`\`\`$`, 'ms').exec(text) ?? []
  if (block === undefined) throw new Error(`${pages.join(', ')} have no block titled ${title}`)
  return Object.entries(places).reduce((done, [said, here]) => {
    if (!done.includes(said)) throw new Error(`the block ${title} does not say ${said}`)
    return done.replaceAll(said, here)
  }, block)
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
