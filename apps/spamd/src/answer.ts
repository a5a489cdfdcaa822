// From what the filter says to what spamc is told.

import {
  bayesSymbols,
  formatReport,
  requiredPoints,
  type Score,
  spamFields,
  spamPoints,
} from '@postern/bayes'
import type { ScanAnswer, ScanCommand } from '@postern/spamd/server'
import type { Service } from './service.ts'

/** Commands whose answer names evidence. */
const saysWhy: ReadonlySet<ScanCommand> = new Set(['REPORT', 'REPORT_IFSPAM', 'PROCESS', 'HEADERS'])

/** Enough to name some of both sides, of which one may be the stronger throughout. */
const evidenceCount = 24

export const evidenceFor = (command: ScanCommand): number => (saysWhy.has(command) ? evidenceCount : 0)

export function answerOf(command: ScanCommand, score: Score, service: Service): ScanAnswer {
  const { spamThreshold } = service
  const answer: ScanAnswer = {
    spam: score.verdict === 'spam',
    score: spamPoints(score, spamThreshold),
    threshold: requiredPoints,
  }
  switch (command) {
    case 'CHECK':
      return answer
    case 'SYMBOLS':
      return { ...answer, symbols: bayesSymbols(score) }
    case 'REPORT':
    case 'REPORT_IFSPAM':
      return { ...answer, report: inBytes(formatReport(score, { spamThreshold })) }
    case 'PROCESS':
    case 'HEADERS':
      return { ...answer, fields: spamFields(score, service).map(({ name, value }) => `${name}: ${value}`) }
  }
}

/** UTF-8 as a byte string. */
const inBytes = (text: string): string => Buffer.from(text).toString('latin1')
