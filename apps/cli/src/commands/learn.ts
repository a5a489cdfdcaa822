import { complainOfFilter } from '../bayes-filter.ts'
import { complain, configOption, defineCommand, jsonOption } from '../command.ts'
import type { OpenFilter } from '../learn/filter.ts'
import { openFilter } from '../learn/filter.ts'
import { learnOnce } from '../learn/learn-once.ts'
import { parseLearnRequest } from '../learn/learn-request.ts'
import { learnWatching, type WatchOptions } from '../learn/learn-watch.ts'
import { parseNumberOption } from '../option-number.ts'

/** A day: until then most people have cleaned up. */
const AFTER_HOURS = 24
const RESCAN_SECONDS = 60

/** `postern learn` with the filter from anywhere: tests bring their own. */
export const createLearn = (open: OpenFilter) =>
  defineCommand({
    arguments: [],
    options: {
      spam: { type: 'list', value: 'PATH...', summary: 'mail that is spam' },
      ham: { type: 'list', value: 'PATH...', summary: 'mail that is none' },
      unlearn: {
        type: 'list',
        value: 'PATH...',
        summary: 'mail to be taken back, as whatever it was learned',
      },
      user: { type: 'string', short: 'u', value: 'USER', summary: "learn into this user's own model" },
      'user-from': {
        type: 'string',
        value: 'PATTERN',
        summary: 'tell the user from the path: /var/vmail/{domain}/{user}/Maildir',
      },
      rule: {
        type: 'string',
        value: 'RULE',
        summary: 'all, error (scored wrong) or near-error (not surely right); else as the settings say',
      },
      subfolders: {
        type: 'boolean',
        summary: 'of a Maildir also its folders, but for junk, trash and drafts',
      },
      watch: {
        type: 'boolean',
        short: 'w',
        summary: 'go on: learn from these Maildirs as people move mail in them, until stopped',
      },
      after: {
        type: 'string',
        value: 'HOURS',
        summary: `with --watch: ham is what was read and left in place for so long; ${AFTER_HOURS} unless told`,
      },
      rescan: {
        type: 'string',
        value: 'SECONDS',
        summary: `with --watch: look at all folders so often, whatever the system tells; ${RESCAN_SECONDS} unless told`,
      },
      marked: {
        type: 'boolean',
        summary: 'with --watch: also spam that the filter itself has marked (X-Spam-Flag: YES)',
      },
      'dry-run': { type: 'boolean', short: 'n', summary: 'read everything, count it, and learn nothing' },
      quiet: { type: 'boolean', short: 'q', summary: 'show no progress' },
      ...jsonOption,
      ...configOption,
    },
    details: `
Teaches the filter what is spam and what is ham, which is all mail that is no spam. PATH is an mbox, a Maildir or its cur, a
folder with messages in files, such a file, an archive of these (.tar, .zip, and anything with .gz), a pattern in quotes
("/var/vmail/*/Maildir/.Junk"), or - for standard input. Each message counts once, however often it is learned; learned as the other
class, it is taken back first. Spam and ham are mixed in proportion, the oldest first, since what is learned last counts most. Drafts and
what is marked as deleted are left out. ^C ends it behind the messages in hand; a further run passes what is known and goes on.
Exit status: 0 all was read, 1 something was not, or the store failed, 2 a mistake on the command line or in the settings, 130
stopped.

--watch learns what there is in Maildirs and then as people move mail. What is put into a folder of spam is learned as spam; what is taken
out of it into a folder of ham, as ham, both at once. Other mail is ham when it was answered, or was read and left in place (--after). Moving
mail to a folder that is not named says nothing. A mail that the filter has marked is not learned as spam: that would be to learn from its
own answers. SIGTERM ends it.`,
    examples: [
      'learn --spam ~/Maildir/.Junk --ham ~/Maildir/cur ~/Maildir/.Archive',
      'learn --spam spam.mbox.gz --ham ham.tar',
      'learn --spam - < message.eml',
      "learn --watch --spam '/var/vmail/*/Maildir/.Junk' --ham '/var/vmail/*/Maildir'",
    ],
    async run({ options }, io) {
      const parsed = parseLearnRequest(options, io.cwd)
      if (!parsed.ok) return complain(io, parsed.message)
      const { request } = parsed
      const how = {
        withSubfolders: options.subfolders === true,
        isQuiet: options.quiet === true,
        isJson: options.json === true,
      }
      const watch = parseWatchOptions(options)
      if (!watch.ok) return complain(io, watch.message)
      if (options['dry-run']) return learnOnce(request, undefined, how, io)
      const opened = await open({ config: options.config, mayCreate: true }, io)
      if (!opened.ok) return complainOfFilter(opened, io)
      try {
        if (watch.options)
          return await learnWatching(request, opened.filter, { ...how, ...watch.options }, io)
        return await learnOnce(request, opened.filter, how, io)
      } finally {
        await opened.filter.close()
      }
    },
  })

export const learn = createLearn(openFilter)

type ParsedWatch =
  | {
      readonly ok: true
      readonly options?: Pick<WatchOptions, 'afterSeconds' | 'rescanSeconds' | 'withMarked'>
    }
  | { readonly ok: false; readonly message: string }

function parseWatchOptions(options: {
  readonly watch?: boolean
  readonly after?: string
  readonly rescan?: string
  readonly marked?: boolean
}): ParsedWatch {
  const { watch, after, rescan, marked } = options
  const own = { after, rescan, marked }
  const needless = Object.entries(own).find(([, value]) => value !== undefined)?.[0]
  if (!watch)
    return needless === undefined ? { ok: true } : { ok: false, message: `--${needless} goes with --watch` }
  const hours = parseNumberOption('after', after, { max: 10_000 })
  if (!hours.ok) return hours
  const seconds = parseNumberOption('rescan', rescan, { max: 86_400, isWhole: true })
  if (!seconds.ok) return seconds
  return {
    ok: true,
    options: {
      afterSeconds: 3600 * (hours.value ?? AFTER_HOURS),
      rescanSeconds: Math.max(1, seconds.value ?? RESCAN_SECONDS),
      withMarked: marked === true,
    },
  }
}
