import type { BayesFilter, Verdict } from '@postern/bayes'
import { complainOfFilter } from '../bayes-filter.ts'
import {
  complain,
  configOption,
  defineCommand,
  type ExitStatus,
  exit,
  jsonOption,
  printJsonLine,
} from '../command.ts'
import type { CliIo } from '../io.ts'
import { type OpenFilter, openFilter } from '../learn/filter.ts'
import { stopOnSignal, whenRead } from '../learn/learn-once.ts'
import { listMail } from '../learn/mail-list.ts'
import { readInOrder } from '../learn/mail-stream.ts'
import { parseNumberOption } from '../option-number.ts'
import { formatExplanation, formatScore, formatUntrained, jsonOfScore } from '../score-answer.ts'
import { printable } from '../text-table.ts'

/** Pieces of evidence that are shown. */
const EVIDENCE = 20

/** bogofilter's. */
const statusOf: Readonly<Record<Verdict, ExitStatus>> = { spam: 0, ham: 1, unsure: 2 }

/** `postern score` with the filter from anywhere: tests bring their own. */
export const createScore = (open: OpenFilter) =>
  defineCommand({
    arguments: ['[FILE...]'],
    options: {
      explain: {
        type: 'boolean',
        short: 'e',
        summary: 'show what speaks for spam and for ham, the strongest first',
      },
      evidence: {
        type: 'string',
        value: 'N',
        summary: `pieces of evidence to show at most; ${EVIDENCE} unless told`,
      },
      user: {
        type: 'string',
        short: 'u',
        value: 'USER',
        summary: "by this user's own model over the shared one",
      },
      'exit-code': { type: 'boolean', summary: 'tell the verdict of one message by the exit status' },
      ...jsonOption,
      ...configOption,
    },
    details: `
Says how likely messages are spam. FILE is a message, an mbox, a Maildir, a folder with messages in files, an archive of these, or - for
standard input, which is read when nothing is named. A line for each message: the verdict (spam, ham, unsure), how likely it is spam, from 0
to 1, and where it is. The weights that --explain shows add up in the log-odds: 0.7 doubles the odds. --json prints a JSON object on a
line for each message.
Exit status: 0 done, 1 something could not be read; with --exit-code 0 spam, 1 ham, 2 unsure, 3 failed, as bogofilter has it. A mistake
on the command line or in the settings is 64.`,
    examples: ['score message.eml', 'score --explain - < message.eml', 'score ~/Maildir/.Junk --json'],
    usageStatus: 64,
    async run({ options, args }, io) {
      const { user, json: isJson = false, explain = false, 'exit-code': isStatus = false } = options
      const shown = parseNumberOption('evidence', options.evidence, { max: 1000, isWhole: true })
      if (!shown.ok) return complain(io, shown.message, 64)
      const failed = isStatus ? 3 : exit.failed
      const opened = await open({ config: options.config, mayCreate: false }, io)
      if (!opened.ok) return complainOfFilter(opened, io, { usage: 64, failed })
      const evidence = explain || options.evidence !== undefined ? (shown.value ?? EVIDENCE) : 0
      const { filter } = opened
      try {
        const answer = await scoreAll(args.length > 0 ? args : ['-'], { filter, user, evidence, isJson }, io)
        if (!isStatus || answer.isFailed) return answer.isFailed ? failed : exit.ok
        if (answer.verdicts.length === 1) return statusOf[answer.verdicts[0]!]
        return complain(io, `--exit-code is for one message, and there are ${answer.verdicts.length}`, 64)
      } finally {
        await filter.close()
      }
    },
  })

export const score = createScore(openFilter)

interface ScoreRequest {
  readonly filter: BayesFilter
  readonly user: string | undefined
  readonly evidence: number
  readonly isJson: boolean
}

interface Scored {
  /** Up to two of them, which is enough to see that there is not one. */
  readonly verdicts: readonly Verdict[]
  readonly isFailed: boolean
}

async function scoreAll(paths: readonly string[], request: ScoreRequest, io: CliIo): Promise<Scored> {
  const { filter, user, evidence, isJson } = request
  const stop = stopOnSignal(io)
  const { cwd } = io
  const listed = await listMail(paths, { cwd, now: io.now(), withSubfolders: false, except: new Set() })
  const verdicts: Verdict[] = []
  let isFailed = false
  let isUntrainedTold = false
  const fail = (place: string, reason: string) => {
    isFailed = true
    complain(io, `${printable(place)} ${reason}`)
  }
  for (const { place, reason } of listed.unreadable) fail(place, reason)
  try {
    for await (const { item } of readInOrder(listed.files, whenRead(io))) {
      if (item.kind === 'unreadable') fail(item.place, item.reason)
      if (item.kind === 'message') {
        const answer = await filter.score(
          item.message,
          user === undefined ? { evidence } : { user, evidence },
        )
        if (verdicts.length < 2) verdicts.push(answer.verdict)
        if (isJson) await printJsonLine(io, jsonOfScore(answer, item.place))
        else await io.stdout.write((evidence > 0 ? formatExplanation : formatScore)(answer, item.place))
        if (answer.untrained && !isUntrainedTold && !isJson) complain(io, formatUntrained(answer.untrained))
        isUntrainedTold = true
      }
      if (stop.aborted || io.stdout.isClosed) break
    }
  } catch (error) {
    isFailed = true
    complain(io, `the filter's store failed: ${(error as Error).message}`)
  }
  return { verdicts, isFailed }
}
