// The dump that `sa-learn --backup` of SpamAssassin prints.

import { type ImportErrorCode, type ImportedLine, type ImportParser, parseCount } from './imported-row.ts'

const VERSION = 3

/**
 * Reads lines of `sa-learn --backup`, with tabs between their parts: `v 3 db_version`, which comes first, `v N num_spam`,
 * `v N num_nonspam`, `t SPAM HAM TIME TOKEN`, `s s|h ID`. The row of the messages comes when both numbers are known.
 */
export function createSaBackupParser(): ImportParser {
  let line = 0
  let spam: number | undefined
  let ham: number | undefined
  const fail = (code: ImportErrorCode): ImportedLine => ({ ok: false, error: { code, line } })

  const readVariable = (value: string, name: string): ImportedLine => {
    const count = parseCount(value)
    if (count === undefined) return fail('number')
    if (name === 'num_spam') spam = count
    else if (name === 'num_nonspam') ham = count
    else return { ok: true }
    return spam === undefined || ham === undefined
      ? { ok: true }
      : { ok: true, row: { kind: 'messages', spam, ham } }
  }

  return {
    read(text) {
      line++
      const [kind, ...parts] = text.split('\t')
      const [first = '', second = '', third = '', fourth = ''] = parts
      if (line === 1) {
        if (kind !== 'v' || !second.startsWith('db_version')) return fail('not-a-dump')
        return parseCount(first) === VERSION ? { ok: true } : fail('version')
      }
      if (kind === 't' && parts.length === 4) {
        const counts = { spam: parseCount(first), ham: parseCount(second), lastMet: parseCount(third) }
        if (counts.spam === undefined || counts.ham === undefined || counts.lastMet === undefined)
          return fail('number')
        if (!isToken(fourth)) return fail('line')
        const row = {
          kind: 'token',
          token: fourth,
          ...(counts as Record<keyof typeof counts, number>),
        } as const
        return { ok: true, row }
      }
      if (kind === 's' && parts.length === 2 && second !== '' && (first === 's' || first === 'h'))
        return { ok: true, row: { kind: 'seen', as: first === 's' ? 'spam' : 'ham', id: second } }
      if (kind === 'v' && parts.length === 2) return readVariable(first, second)
      return text === '' ? { ok: true } : fail('line')
    },
    end() {
      if (line === 0) return fail('not-a-dump')
      return spam === undefined || ham === undefined ? fail('no-totals') : { ok: true }
    },
  }
}

/** Five octets. */
const isToken = (text: string): boolean => /^[0-9a-f]{10}$/.test(text)
