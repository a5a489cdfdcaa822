import { complain, configOption, defineCommand, exit, jsonOption } from '../command.ts'
import type { OpenFilter } from '../learn/filter.ts'
import { openFilter } from '../learn/filter.ts'
import { learnOnce } from '../learn/learn-once.ts'
import { parseLearnRequest } from '../learn/learn-request.ts'

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
stopped.`,
    examples: [
      'learn --spam ~/Maildir/.Junk --ham ~/Maildir/cur ~/Maildir/.Archive',
      'learn --spam spam.mbox.gz --ham ham.tar',
      'learn --spam - < message.eml',
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
      if (options['dry-run']) return learnOnce(request, undefined, how, io)
      const opened = await open({ config: options.config, mayCreate: true }, io)
      if (!opened.ok) return complain(io, opened.message, opened.isUsage ? exit.usage : exit.failed)
      try {
        return await learnOnce(request, opened.filter, how, io)
      } finally {
        await opened.filter.close()
      }
    },
  })

export const learn = createLearn(openFilter)
