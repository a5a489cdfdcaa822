// The tables of the Bayesian filter: [bayes], what it learns and knows, and [spam], what the milter does with its verdicts.

import { z } from 'zod'

/** Above what an unknown message has. */
const probability = z.number().gt(0.5).max(1)

export const bayes = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .optional()
      .meta({ examples: ['/var/lib/postern/bayes'] })
      .describe(
        'Where what was learned is kept; a path that does not begin with / counts from this file. Without it, the directory "bayes" in that of [store].',
      ),
    spam_threshold: z
      .number()
      .gt(0.5)
      .max(0.9999)
      .default(0.99)
      .describe('From this probability on a message is called spam.'),
    ham_threshold: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.2)
      .describe('Up to this probability a message is called ham; what lies between is "unsure".'),
    min_learned: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10)
      .describe(
        'Messages of each kind that must have been learned before anything is said: until then no mail is called spam or ham, no action is taken, and headers say that the filter is untrained.',
      ),
    train: z
      .enum(['all', 'error', 'near-error'])
      .default('all')
      .describe(
        'Which of the messages that it is given to learn change what it knows: "all", "error" those that it would have called something else, "near-error" also those of which it was not sure.',
      ),
    balance: z
      .number()
      .min(0)
      .max(1000)
      .default(0)
      .describe(
        'A kind that was learned so many times as often as the other is learned only from what was called wrong; 0: no bound.',
      ),
    slot_bits: z
      .int()
      .min(12)
      .max(24)
      .default(20)
      .describe(
        'Size of the model: two to the power of this is how many weights it has, 9 octets each in memory (9 MiB for 20), which never become more. A model that is there keeps its size.',
      ),
    seen_limit: z
      .int()
      .min(1000)
      .max(100_000_000)
      .default(500_000)
      .describe(
        'Learned messages that are remembered, so that each counts once and can be taken back; the oldest are forgotten first.',
      ),
    per_user: z
      .boolean()
      .default(false)
      .describe(
        "Score with what the recipient has taught over what all have: by the address of the recipient where a message has only one, by spamc's user.",
      ),
    learn_sent: z
      .boolean()
      .default(false)
      .describe(
        'The milter learns as ham what users send who have logged in, with bounds (docs/operating/spam.md).',
      ),
    learn_replies: z
      .boolean()
      .default(false)
      .describe(
        'The milter learns as ham what answers mail of our users: it names the Message-ID and comes from the domain that they wrote to.',
      ),
    learn_per_day: z
      .int()
      .min(1)
      .max(100_000)
      .default(20)
      .describe(
        'Messages that learn_sent and learn_replies learn for one user in a day, each, so that one stolen account teaches little.',
      ),
  })
  .describe('The Bayesian filter: what it keeps, when it is sure, what it learns.')

/** Probabilities from which something is done, the mildest first. */
export const spamActionKeys = ['tag_at', 'quarantine_at', 'defer_at', 'reject_at'] as const

const thresholds = {
  tag_at: z
    .number()
    .gt(0.5)
    .max(0.9999)
    .optional()
    .meta({ examples: [0.99] })
    .describe(
      'From this probability of spam on, X-Spam-Flag: YES. Without it, [bayes] spam_threshold, or a lower one of those below.',
    ),
  quarantine_at: probability
    .optional()
    .meta({ examples: [0.9999] })
    .describe("From this probability on, the message goes to Postfix's hold queue. Not set: never."),
  defer_at: probability
    .optional()
    .meta({ examples: [0.9999] })
    .describe('From this probability on, the sender is asked to try again later. Not set: never.'),
  reject_at: probability
    .optional()
    .meta({ examples: [0.9999] })
    .describe('From this probability on, the message is refused. Not set: never.'),
}

type Thresholds = { readonly [key in (typeof spamActionKeys)[number]]?: number | undefined }

/** What does more must not come earlier. */
function checkOrder(values: Thresholds, context: z.RefinementCtx): void {
  const set = spamActionKeys.filter((key) => values[key] !== undefined)
  for (const [i, key] of set.entries()) {
    const before = set[i - 1]
    if (before !== undefined && values[key]! < values[before]!)
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `must be at least ${before} (${values[before]})`,
      })
  }
}

const recipient = z
  .string()
  .max(320)
  .regex(
    /^([^\s@]+@)?\.?[^\s@.]+(\.[^\s@.]+)*$|^[^\s@]+@$/,
    'must be an address, a domain, ".domain" for all below, or "user@" in any domain',
  )

const group = z
  .strictObject({
    recipients: z
      .array(recipient)
      .min(1)
      .meta({ examples: [['postmaster@', 'sales@example.org', '.example.net']] })
      .describe(
        'Who belongs to it: "user@example.org", "example.org", ".example.org" for all domains below, "postmaster@" in any domain. The first group that names a recipient holds for it.',
      ),
    ...thresholds,
  })
  .superRefine(checkOrder)

export const spam = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Score mail in the milter, write X-Spam headers, and remove those that others wrote.'),
    ...thresholds,
    headers: z
      .enum(['all', 'spam', 'none'])
      .default('all')
      .describe('Which mail gets X-Spam headers: "all", what is tagged as "spam", "none".'),
    reasons: z
      .int()
      .min(0)
      .max(20)
      .default(5)
      .describe(
        'How many words, links and header facts X-Spam-Status and the log name for each side; 0 names none, which is faster.',
      ),
    bogosity_header: z
      .boolean()
      .default(false)
      .describe('Add X-Bogosity, as bogofilter writes it, for rules that look for it.'),
    subject_tag: z
      .string()
      .max(60)
      .regex(/^[ -~]*$/, 'must be printable ASCII')
      .default('')
      .describe('Put before the subject of what is tagged, e.g. "[SPAM]". Breaks DKIM signatures.'),
    refusal_text: z
      .string()
      .min(1)
      .max(300)
      .regex(
        /^([ -z|}~]|\{queue_id\}|\{host\})+$/,
        'must be printable ASCII; its placeholders are {queue_id} and {host}',
      )
      .default('This message looks like spam; please contact the postmaster of {host} if it is not')
      .describe(
        'What refused and deferred senders are told behind 550 5.7.1 or 451 4.7.1; placeholders: {queue_id}, {host}. Why a message looks so is only told in the log.',
      ),
    score_outgoing: z
      .boolean()
      .default(false)
      .describe('Score our own mail as well: of users who have logged in, internal hosts, and this host.'),
    max_octets: z
      .int()
      .min(4096)
      .max(67_108_864)
      .default(524_288)
      .describe('Longer messages are scored on their first part, and X-Spam-Status says so.'),
    max_held_octets: z
      .int()
      .min(1_048_576)
      .max(17_179_869_184)
      .default(134_217_728)
      .describe(
        'Octets of unfinished messages that one process holds for scoring; beyond it, further messages are scored on what there was room for.',
      ),
    timeout_ms: z
      .int()
      .min(100)
      .max(120_000)
      .default(10_000)
      .describe('How long a message waits for its score; then it counts as a failure of the filter.'),
    on_error: z
      .enum(['accept', 'tempfail'])
      .default('accept')
      .describe(
        'Mail that cannot be scored (no store, full disk, a bug): "accept" lets it pass with "not scored" in X-Spam-Status, "tempfail" asks the sender to try again later.',
      ),
    group: z
      .array(group)
      .max(1000)
      .default([])
      .describe(
        'Recipients with thresholds of their own, in place of those above: what a group does not set is not done for it (but tag_at). When recipients of one message differ, the mildest holds for the message.',
      ),
  })
  .superRefine(checkOrder)
  .describe('Scoring in the milter: what mail is scored, and what becomes of spam.')
