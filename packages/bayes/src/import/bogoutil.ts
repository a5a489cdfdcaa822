// The dump that `bogoutil -d` of bogofilter prints.

import { type ImportErrorCode, type ImportedLine, type ImportParser, parseCount } from './imported-row.ts'

/**
 * Reads lines of `bogoutil -d`: `WORD SPAM HAM DATE`, with the numbers of messages as those of the word `.MSG_COUNT`, in the order of the
 * words. A word may have blanks in it; a date is `20261122`, 0, or missing. Lines about bogofilter itself (`.ENCODING`, `.ROBX`
 * and others) have no row.
 */
export function createBogoutilParser(): ImportParser {
  let line = 0
  let hasTotals = false
  const fail = (code: ImportErrorCode): ImportedLine => ({ ok: false, error: { code, line } })
  return {
    read(text) {
      line++
      if (text === '') return { ok: true }
      const match = withDate.exec(text) ?? withoutDate.exec(text)
      if (match === null) return fail(line === 1 ? 'not-a-dump' : 'line')
      const [, token = '', spamText = '', hamText = '', date = '0'] = match
      if (token !== messages && ownWords.has(token)) return { ok: true }
      const spam = parseCount(spamText)
      const ham = parseCount(hamText)
      if (spam === undefined || ham === undefined) return fail('number')
      if (token !== messages)
        return { ok: true, row: { kind: 'token', token, spam, ham, lastMet: secondsOf(date) } }
      hasTotals = true
      return { ok: true, row: { kind: 'messages', spam, ham } }
    },
    end: () => (hasTotals ? { ok: true } : fail('no-totals')),
  }
}

const withDate = /^(.+) (\d+) (\d+) (\d{8}|0)$/s
const withoutDate = /^(.+) (\d+) (\d+)$/s

const messages = '.MSG_COUNT'

/** What bogofilter notes about itself. */
const ownWords = new Set(['.ENCODING', '.ROBX', '.WORDLIST_VERSION'])

/** The beginning of the day in UTC, in seconds since 1970; 0 for a day that there is not. */
function secondsOf(date: string): number {
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})(\d\d)(\d\d)$/.exec(date) ?? []).map(Number)
  const seconds = Date.UTC(year, month - 1, day) / 1000
  return year < 1970 || month < 1 || month > 12 || day < 1 ? 0 : seconds
}
