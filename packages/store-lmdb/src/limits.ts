// Every number that bounds the store, with its reason.

export const limits = {
  /** LMDB's page size: small pages, as a greylist's writes are scattered and each rewrites a page (measured: half the time of 8 KiB). */
  pageBytes: 4096,
  /** Longest key kept as it is; LMDB with 4 KiB pages takes up to 1,978. */
  maxKeyBytes: 1024,
  /** A commit begins at the latest when so many entries wait (11 us of CPU an entry at 1,000, 18 us at 256, measured; with more at once the commit itself holds up answers). */
  batchEntries: 2048,
  /** Commits begin at least this far apart under load; after a quiet time the first change is committed at once. */
  commitIntervalMs: 200,
  /** Pause before a failed commit is tried again. */
  retryCommitMs: 1000,
  /** When commits fail for so long that this many entries wait (some 20 MB), updates are refused. */
  maxPendingEntries: 65_536,
  /** Entries looked at in one go while listing or expiring: about a millisecond. */
  sliceEntries: 500,
  /** A journal file that has grown beyond this is cut when its batch is committed; else its pages are used again. */
  journalBytes: 8 * 1024 * 1024,
  /** Rest between two such goes while expiring, so that answers are not held up: a tenth of one core at most. */
  sweepPauseMs: 10,
} as const
