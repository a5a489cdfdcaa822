// What a run of learning came to, for people and for programs.

import type { BayesStats } from '@postern/bayes'
import { formatTable } from '../text-table.ts'
import { formatCount } from './learn-progress.ts'
import type { LearnOutcome, LearnTally, LearnTask } from './learn-run.ts'
import type { LeftOut } from './mail-item.ts'

export interface LearnReport {
  readonly tally: LearnTally
  /** Of the reading and learning. */
  readonly seconds: number
  readonly leftOut: Readonly<Record<LeftOut, number>>
  /** Undefined after a dry run. */
  readonly filter: FilterState | undefined
}

/** How much the filter knows. */
export interface FilterState {
  readonly stats: BayesStats
  /** Set when the filter does not score yet: messages of each class that it needs. */
  readonly needed: number | undefined
}

/** In the order of the report. */
const outcomeNames: Readonly<Record<LearnOutcome, string>> = {
  found: 'found',
  learned: 'learned',
  relearned: 'relearned, were the other class',
  known: 'known before',
  unneeded: 'not needed, scored right',
  unbalanced: 'held back, too many of this class',
  unlearned: 'unlearned',
  unknown: 'not known',
  unreadable: 'unreadable',
  'passed-over': 'no mail, passed over',
}

/** The report as lines. */
export function formatReport({ tally, seconds, leftOut, filter }: LearnReport): string {
  const tasks = (['spam', 'ham', 'unlearn'] as const).filter(
    (task) => Object.keys(tally.outcomes[task]).length > 0,
  )
  const names = (Object.keys(outcomeNames) as LearnOutcome[]).filter((name) =>
    tasks.some((task) => tally.outcomes[task][name] !== undefined),
  )
  const cell = (task: LearnTask, name: LearnOutcome) => formatCount(tally.outcomes[task][name] ?? 0)
  const rows = [
    ['', ...tasks],
    ...names.map((name) => [outcomeNames[name], ...tasks.map((task) => cell(task, name))]),
  ]
  const table = tasks.length === 0 ? '' : formatTable(rightAligned(rows))
  const left = [
    [leftOut.trashed, 'marked as deleted'],
    [leftOut.draft, 'drafts'],
  ] as const
  const lefts = left.filter(([count]) => count > 0).map(([count, why]) => `${formatCount(count)} ${why}`)
  return [
    table,
    `${formatCount(tally.messages)} messages, ${formatOctets(tally.octets)}${formatRate(tally.messages, seconds)}\n`,
    lefts.length > 0 ? `Left out: ${lefts.join(', ')}\n` : '',
    filter === undefined ? '' : formatState(filter),
  ].join('')
}

/** Columns behind the first, with their right ends below each other. */
function rightAligned(rows: readonly (readonly string[])[]): string[][] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) => row.map((text, i) => (i === 0 ? text : text.padStart(widths[i]!))))
}

function formatRate(messages: number, seconds: number): string {
  if (seconds < 0.05 || messages === 0) return ''
  const span = seconds < 10 ? seconds.toFixed(1) : formatCount(Math.round(seconds))
  return ` in ${span} s: ${formatCount(Math.round(messages / seconds))} messages/s`
}

/** `1,234 octets`, `12 kB`, `3.4 MB` */
export function formatOctets(octets: number): string {
  if (octets < 10_000) return `${formatCount(octets)} octets`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = octets / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** How much the filter knows, and what is missing. */
export function formatState({ stats, needed }: FilterState): string {
  const knows = `The filter has learned ${formatCount(stats.spam)} spam and ${formatCount(stats.ham)} ham`
  if (needed === undefined) return `${knows}.\n`
  const missing = (['spam', 'ham'] as const)
    .filter((each) => stats[each] < needed)
    .map((each) => `${formatCount(needed - stats[each])} more ${each}`)
  const need = missing.length === 0 ? '' : `: ${missing.join(' and ')}`
  return `${knows}. It calls all mail unsure until it has ${formatCount(needed)} of each${need}.\n`
}

/** The report for programs. */
export function jsonOfReport({ tally, seconds, leftOut, filter }: LearnReport): Record<string, unknown> {
  return {
    outcomes: tally.outcomes,
    messages: tally.messages,
    octets: tally.octets,
    seconds: Math.round(seconds * 1000) / 1000,
    leftOut,
    complete: tally.ended === undefined,
    filter: filter === undefined ? null : { ...filter.stats, needed: filter.needed ?? null },
  }
}
