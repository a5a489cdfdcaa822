// The results as Markdown tables, and the learning curve as plots.

import {
  type Calibration,
  type CurvePoint,
  calibrate,
  countVerdicts,
  hamLostAtShare,
  learningCurve,
  rocaPercent,
  spamMissedAt,
  spamMissedAtShare,
  type Verdicts,
} from './metrics.ts'
import { drawPlot, type Series } from './plot.ts'
import type { Speed } from './speed.ts'
import type { Outcome } from './subject.ts'

export interface Quality extends Verdicts {
  readonly rocaPercent: number | undefined
  readonly spamMissedAtHamLost: Readonly<Record<string, number>>
  readonly hamLostAtSpamMissed: Readonly<Record<string, number>>
  readonly calibration: Calibration
  readonly curve: readonly CurvePoint[]
  /** (1-ROCA) % of a stream without its beginning. */
  readonly settledRocaPercent?: number | undefined
}

/** A tool, or our filter in one of its set-ups. */
export interface Column<Value> {
  readonly tool: string
  readonly value: Value
}

const WINDOWS = 12
// SpamAssassin and rspamd say nothing before they have learned 200 of each class, which weighs most in their total.
const SETTLED = 1000
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`

export function judge(outcomes: readonly Outcome[], isStream: boolean): Quality {
  const counts = [0, 2, 3, 10].map((n) => [`${n}`, spamMissedAt(outcomes, n)])
  const shares = [0.0005, 0.001, 0.005].map((s) => [percent(s), spamMissedAtShare(outcomes, s)])
  return {
    ...countVerdicts(outcomes),
    rocaPercent: rocaPercent(outcomes),
    spamMissedAtHamLost: Object.fromEntries([...counts, ...shares]),
    hamLostAtSpamMissed: Object.fromEntries(
      [0.005, 0.01, 0.02].map((s) => [percent(s), hamLostAtShare(outcomes, s)]),
    ),
    calibration: calibrate(outcomes),
    curve: isStream ? learningCurve(outcomes, WINDOWS) : [],
    ...(isStream ? { settledRocaPercent: rocaPercent(outcomes.slice(SETTLED)) } : {}),
  }
}

/** One protocol: the tools beside each other. */
export function reportQuality(title: string, columns: readonly Column<Quality>[]): string {
  const first = columns[0]?.value
  if (first === undefined) return ''
  const missed = Object.keys(first.spamMissedAtHamLost).map((at) => at.replace(' %', '\u00a0%'))
  const lost = Object.keys(first.hamLostAtSpamMissed).map((at) => at.replace(' %', '\u00a0%'))
  return [
    `### ${title} (${first.ham} ham, ${first.spam} spam)`,
    '',
    ...table(
      [
        'tool',
        '(1-ROCA) %',
        'ham as spam',
        'spam as ham',
        'unsure ham + spam',
        'spam caught',
        `spam missed at ${missed.join(' / ')} ham lost`,
        `ham lost at ${lost.join(' / ')} spam missed`,
        'calibration error',
        'Brier',
      ],
      columns.map(({ tool, value }) => [
        tool,
        fixed(value.rocaPercent, 4),
        value.hamAsSpam,
        value.spamAsHam,
        `${value.unsureHam} + ${value.unsureSpam}`,
        percent(shareCaught(value)),
        Object.values(value.spamMissedAtHamLost).join(' / '),
        Object.values(value.hamLostAtSpamMissed).join(' / '),
        fixed(value.calibration.error, 4),
        fixed(value.calibration.brier, 5),
      ]),
    ),
    '',
  ].join('\n')
}

/** Every protocol, by its name, on one line. */
export function reportSummary(qualities: Readonly<Record<string, readonly Column<Quality>[]>>): string {
  const protocols = Object.entries(qualities)
  const tools = [...new Set(protocols.flatMap(([, columns]) => columns.map(({ tool }) => tool)))]
  if (tools.length === 0) return ''
  const cell = (value: Quality | undefined): string =>
    value === undefined
      ? ''
      : `${fixed(value.rocaPercent, 4)}; ${value.hamAsSpam}; ${percent(shareCaught(value))}`
  return [
    '### All protocols: (1-ROCA) %; ham called spam; spam called spam',
    '',
    ...table(
      ['protocol', ...tools],
      protocols.map(([name, columns]) => [
        name,
        ...tools.map((wanted) => cell(columns.find(({ tool }) => tool === wanted)?.value)),
      ]),
    ),
    '',
  ].join('\n')
}

const shareCaught = ({ spam, spamAsHam, unsureSpam }: Verdicts): number =>
  (spam - spamAsHam - unsureSpam) / spam

/** Of the messages told so much, how many were spam. */
export function reportCalibration(columns: readonly Column<Quality>[]): string {
  if (columns.length === 0) return ''
  const edges = new Map<string, number>()
  for (const { value } of columns)
    for (const { from, to } of value.calibration.bins) edges.set(`${from}-${to}`, from)
  const rows = [...edges].sort(([, a], [, b]) => a - b)
  return [
    'Told probability against the share that was spam (messages):',
    '',
    ...table(
      ['told', ...columns.map(({ tool }) => tool)],
      rows.map(([name, from]) => [
        name,
        ...columns.map(({ value }) => {
          const bin = value.calibration.bins.find((b) => b.from === from)
          return bin === undefined ? '' : `${fixed(bin.told, 3)} → ${fixed(bin.found, 3)} (${bin.count})`
        }),
      ]),
    ),
    '',
  ].join('\n')
}

/** Window by window: errors at the tool's thresholds, unsure, and (1-ROCA) % of the window. */
export function reportCurve(columns: readonly Column<Quality>[]): string {
  if (columns.length === 0) return ''
  const windows = columns[0]?.value.curve ?? []
  return [
    'Along the stream, in each window: ham as spam + spam as ham / unsure / (1-ROCA) %:',
    '',
    ...table(
      ['messages', ...columns.map(({ tool }) => tool)],
      windows.map(({ from, to }, i) => [
        `${from + 1} to ${to}`,
        ...columns.map(({ value }) => {
          const { verdicts, rocaPercent } = value.curve[i]!
          const unsure = verdicts.unsureHam + verdicts.unsureSpam
          return `${verdicts.hamAsSpam} + ${verdicts.spamAsHam} / ${unsure} / ${fixed(rocaPercent, 3)}`
        }),
      ]),
    ),
    '',
    `(1-ROCA) % without the first ${SETTLED} messages: ${columns
      .map(({ tool, value }) => `${tool} ${fixed(value.settledRocaPercent, 4)}`)
      .join(', ')}.`,
    '',
  ].join('\n')
}

export function reportSpeed(columns: readonly Column<Speed>[]): string {
  if (columns.length === 0) return ''
  return [
    '### Speed (one process, one message after the other)',
    '',
    ...table(
      [
        'tool',
        'learned/s',
        'scored/s',
        'score p50 / p99 ms',
        'at 50 KB p50 / p99 ms',
        'octets on disk per message learned',
      ],
      columns.map(({ tool, value }) => [
        tool,
        value.learnedPerSecond.toFixed(0),
        value.scoredPerSecond.toFixed(0),
        `${fixed(value.p50Milliseconds, 2)} / ${fixed(value.p99Milliseconds, 2)}`,
        `${fixed(value.largeP50Milliseconds, 2)} / ${fixed(value.largeP99Milliseconds, 2)}`,
        value.octetsPerMessage.toFixed(0),
      ]),
    ),
    '',
  ].join('\n')
}

/** The plots of the stream, by file name. */
export function drawCurves(columns: readonly Column<Quality>[]): Readonly<Record<string, string>> {
  const series = (y: (point: CurvePoint) => number | undefined): Series[] =>
    columns.map(({ tool, value }) => ({
      name: tool,
      points: value.curve.flatMap((point) => {
        const at = y(point)
        return at === undefined ? [] : [[point.to, at] as const]
      }),
    }))
  const rate = (part: (v: Verdicts) => number) => (point: CurvePoint) =>
    (100 * part(point.verdicts)) / (point.to - point.from)
  const xLabel = 'messages, in the order they arrived'
  return {
    'learning-roca.svg': drawPlot({
      title: 'Immediate feedback: pairs ranked wrong, of all messages so far',
      xLabel,
      yLabel: '(1-ROCA) %',
      series: series((point) => point.totalRocaPercent),
      logFrom: 0.001,
    }),
    'learning-errors.svg': drawPlot({
      title: 'Immediate feedback: wrong at the own thresholds, per window',
      xLabel,
      yLabel: '% of the messages',
      series: series(rate((v) => v.hamAsSpam + v.spamAsHam)),
    }),
    'learning-unsure.svg': drawPlot({
      title: 'Immediate feedback: left unsure, per window',
      xLabel,
      yLabel: '% of the messages',
      series: series(rate((v) => v.unsureHam + v.unsureSpam)),
    }),
    'calibration.svg': drawPlot({
      title: 'Immediate feedback: what was told and what was found',
      xLabel: 'told probability of spam',
      yLabel: 'share that was spam',
      series: columns.map(({ tool, value }) => ({
        name: tool,
        points: value.calibration.bins.map(({ told, found }) => [told, found] as const),
      })),
      isDiagonalDrawn: true,
    }),
  }
}

const fixed = (value: number | undefined, places: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(places)

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}
