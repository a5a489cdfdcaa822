// Which of a domain's TXT records is its SPF record: RFC 7208 §4.5.
import { isSpfRecord } from './parse-record.ts'

export type SelectedRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** RFC 7208 §4.5: more than one is a permerror. */
  | { readonly kind: 'multiple'; readonly texts: readonly string[] }

/** `records`: each TXT record as the list of its strings, which are joined without a blank (RFC 7208 §3.3). */
export function selectRecord(records: readonly (readonly string[])[]): SelectedRecord {
  let text: string | undefined
  let texts: string[] | undefined
  for (const strings of records) {
    const joined = strings.length === 1 ? strings[0]! : strings.join('')
    if (!isSpfRecord(joined)) continue
    if (text === undefined) text = joined
    else if (texts === undefined) texts = [text, joined]
    else texts.push(joined)
  }
  if (texts !== undefined) return { kind: 'multiple', texts }
  return text === undefined ? { kind: 'none' } : { kind: 'text', text }
}
