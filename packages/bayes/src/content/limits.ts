// How much of a message is looked at. All are ours, chosen on 6,046 messages of the SpamAssassin corpus and for bounded time.

export interface ContentLimits {
  /** Octets of the raw message, from its start. The largest of the corpus has 300,734; spamc's own limit is 500 KB. */
  readonly octets: number
  /** Multiparts and messages inside each other. Mail of people has 4 at most, and bounces of forwards a few more. */
  readonly depth: number
  /** Parts that are read. What comes behind them is not looked at. */
  readonly parts: number
  /** Fields of one header, and its octets. Postfix's header_size_limit is 102,400 for one field; 64 KiB is twice the largest seen. */
  readonly fieldCount: number
  readonly headerOctets: number
  /** Characters of `visible`, and of `hidden`. Words behind them weigh nothing: scoring takes the strongest few hundred. */
  readonly text: number
  readonly links: number
  /** Elements of HTML open at once whose style is known. Browsers stop at 512; deeper ones look as the deepest known. */
  readonly elements: number
}

export const defaultContentLimits: ContentLimits = {
  octets: 512 * 1024,
  depth: 10,
  parts: 200,
  fieldCount: 1000,
  headerOctets: 64 * 1024,
  text: 128 * 1024,
  links: 300,
  elements: 200,
}

/** Characters of one URL that are kept; of an anchor's text; of a name or type; of a boundary (RFC 2046 §5.1.1 allows 70). */
export const URL_LENGTH = 2000
export const ANCHOR_LENGTH = 200
export const NAME_LENGTH = 250
export const BOUNDARY_LENGTH = 250
