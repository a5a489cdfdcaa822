import type { Command } from '../command.ts'

/** A row of the table of commands; its code is loaded when it is called. */
export interface CommandEntry {
  /** What is typed after `postern`. */
  readonly words: string
  readonly summary: string
  load(): Promise<Command>
}

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    words: 'serve',
    summary: 'run the daemons that the settings enable',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    words: 'config check',
    summary: 'report every mistake in the settings',
    load: async () => (await import('./config-check.ts')).configCheck,
  },
  {
    words: 'config sample',
    summary: 'print a settings file with every setting explained',
    load: async () => (await import('./config-sample.ts')).configSample,
  },
  {
    words: 'import opendkim',
    summary: 'settings that do what an opendkim.conf does',
    load: async () => (await import('./import-opendkim.ts')).importOpendkimCommand,
  },
  {
    words: 'learn',
    summary: 'teach the spam filter: from mailboxes, folders, files',
    load: async () => (await import('./learn.ts')).learn,
  },
  {
    words: 'score',
    summary: 'how likely messages are spam, and why',
    load: async () => (await import('./score.ts')).score,
  },
  {
    words: 'bayes stats',
    summary: 'what the spam filter has learned, and whether it is enough',
    load: async () => (await import('./bayes-stats.ts')).bayesStats,
  },
  {
    words: 'bayes dump',
    summary: 'print all that was learned, as text',
    load: async () => (await import('./bayes-dump.ts')).bayesDump,
  },
  {
    words: 'bayes restore',
    summary: 'take a dump in place of what was learned',
    load: async () => (await import('./bayes-restore.ts')).bayesRestore,
  },
  {
    words: 'bayes merge',
    summary: 'add a dump of another machine',
    load: async () => (await import('./bayes-merge.ts')).bayesMerge,
  },
  {
    words: 'bayes expire',
    summary: 'forget which messages were learned long ago',
    load: async () => (await import('./bayes-expire.ts')).bayesExpire,
  },
  {
    words: 'bayes import',
    summary: 'take over what SpamAssassin or bogofilter has learned',
    load: async () => (await import('./bayes-import.ts')).bayesImport,
  },
  {
    words: 'helo check',
    summary: 'what the daemon says about a HELO name',
    load: async () => (await import('./helo-check.ts')).heloCheck,
  },
  {
    words: 'spf check',
    summary: 'whether a domain lets a client send its mail, and why',
    load: async () => (await import('./spf-check.ts')).spfCheck,
  },
  {
    words: 'spf lint',
    summary: 'what is wrong or unwise about an SPF record',
    load: async () => (await import('./spf-lint.ts')).spfLint,
  },
  {
    words: 'spf suggest',
    summary: 'SPF records that a domain could publish',
    load: async () => (await import('./spf-suggest.ts')).spfSuggest,
  },
  {
    words: 'dkim genkey',
    summary: 'make a key to sign mail with, and the record that publishes it',
    load: async () => (await import('./dkim-genkey.ts')).dkimGenkey,
  },
  {
    words: 'dkim testkey',
    summary: 'what the DNS serves against the keys that sign, and what is wrong',
    load: async () => (await import('./dkim-testkey.ts')).dkimTestkey,
  },
  {
    words: 'dkim sign',
    summary: 'sign a message as the milter would',
    load: async () => (await import('./dkim-sign.ts')).dkimSign,
  },
  {
    words: 'dkim verify',
    summary: 'whether the signatures of a message are good, and why not',
    load: async () => (await import('./dkim-verify.ts')).dkimVerify,
  },
  {
    words: 'dkim rotate',
    summary: 'replace a key step by step, as the DNS allows',
    load: async () => (await import('./dkim-rotate.ts')).dkimRotate,
  },
  {
    words: 'greylist list',
    summary: 'what the greylist knows, newest first',
    load: async () => (await import('./greylist-list.ts')).greylistList,
  },
  {
    words: 'greylist show',
    summary: 'everything about one client, sender or recipient',
    load: async () => (await import('./greylist-show.ts')).greylistShow,
  },
  {
    words: 'greylist check',
    summary: 'what the daemon would answer now; writes nothing',
    load: async () => (await import('./greylist-check.ts')).greylistCheck,
  },
  {
    words: 'greylist allow',
    summary: 'delay a client no more',
    load: async () => (await import('./greylist-allow.ts')).greylistAllow,
  },
  {
    words: 'greylist pause',
    summary: 'let anything to a recipient through for some minutes',
    load: async () => (await import('./greylist-pause.ts')).greylistPause,
  },
  {
    words: 'greylist forget',
    summary: 'remove records',
    load: async () => (await import('./greylist-forget.ts')).greylistForget,
  },
  {
    words: 'greylist export',
    summary: 'print all records as JSON lines or CSV',
    load: async () => (await import('./greylist-export.ts')).greylistExport,
  },
  {
    words: 'greylist stats',
    summary: 'how many records there are, of which kind and state',
    load: async () => (await import('./greylist-stats.ts')).greylistStats,
  },
]
