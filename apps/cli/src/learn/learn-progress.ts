// How far it is, on standard error: a bar on a terminal, now and then a line elsewhere.

import type { Output } from '../io.ts'

export interface LearnProgress {
  /** So many octets of all have been read, with so many messages. */
  show(octetsDone: number, messages: number): void
  /** A line for people, which the bar makes room for. */
  say(line: string): void
  /** Takes the bar away. */
  end(): void
}

export interface ProgressOptions {
  readonly stderr: Output
  /** 0 when not known. */
  readonly totalOctets: number
  readonly isQuiet: boolean
  /** Milliseconds, from any beginning. */
  clock?(): number
}

const BAR_EVERY_MS = 100
const LINE_EVERY_MS = 10_000
/** The rate is that of the last seconds: what is known already goes by faster. */
const RATE_MS = 10_000

export function createProgress({
  stderr,
  totalOctets,
  isQuiet,
  clock = () => performance.now(),
}: ProgressOptions): LearnProgress {
  const isBar = stderr.columns !== undefined
  const every = isBar ? BAR_EVERY_MS : LINE_EVERY_MS
  let shownAt = clock()
  let isShown = false
  const rates = { octets: createRate(shownAt), messages: createRate(shownAt) }
  const end = () => {
    if (isShown) void stderr.write('\r\x1b[K')
    isShown = false
  }
  return {
    show(octetsDone, messages) {
      if (isQuiet) return
      const now = clock()
      if (now - shownAt < every) return
      shownAt = now
      const state = {
        part: totalOctets === 0 ? undefined : Math.min(1, octetsDone / totalOctets),
        messages,
        perSecond: rates.messages(messages, now),
        secondsLeft: Math.max(0, totalOctets - octetsDone) / Math.max(1, rates.octets(octetsDone, now)),
      }
      if (!isBar) return void stderr.write(`postern: ${formatState(state)}\n`)
      const text = formatState(state)
      const room = Math.min(30, stderr.columns! - text.length - 4)
      void stderr.write(`\r${state.part === undefined ? '' : formatBar(state.part, room)}${text}\x1b[K`)
      isShown = true
    },
    say(line) {
      end()
      void stderr.write(`postern: ${line}\n`)
    },
    end,
  }
}

interface ProgressState {
  /** 0 to 1. */
  readonly part: number | undefined
  readonly messages: number
  readonly perSecond: number
  readonly secondsLeft: number
}

/** `43 %, 12,345 messages, 1,830/s, 0:42 left` */
function formatState({ part, messages, perSecond, secondsLeft }: ProgressState): string {
  const counted = `${formatCount(messages)} messages, ${formatCount(Math.round(perSecond))}/s`
  if (part === undefined) return counted
  return `${Math.floor(part * 100)} %, ${counted}, ${formatSpan(secondsLeft)} left`
}

function formatBar(part: number, columns: number): string {
  if (columns < 5) return ''
  const full = Math.floor(part * columns)
  return `[${'='.repeat(full)}${' '.repeat(columns - full)}] `
}

/** `0:42`, `1:05:00` */
export function formatSpan(seconds: number): string {
  const whole = Math.round(Math.min(seconds, 359_999))
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  const tail = two(whole % 60)
  return minutes < 60 ? `${minutes}:${tail}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${tail}`
}

/** `12,345` */
export const formatCount = (count: number): string => count.toLocaleString('en-US')

/** Of a growing number: its growth a second, the old weighing less and less. */
function createRate(startMs: number): (total: number, nowMs: number) => number {
  let last = { total: 0, at: startMs }
  let rate: number | undefined
  return (total, nowMs) => {
    const ms = nowMs - last.at
    if (ms <= 0) return rate ?? 0
    const current = ((total - last.total) * 1000) / ms
    const kept = rate === undefined ? 0 : Math.exp(-ms / RATE_MS)
    rate = kept * (rate ?? 0) + (1 - kept) * current
    last = { total, at: nowMs }
    return rate
  }
}
