// The names of what is noted about how a message is made. A model learns them: none may change its meaning.

export type Fact =
  // MIME as it is written, for each part: RFC 2045, RFC 2183. Names in lower case; only what the message has.
  | `type:${string}`
  | `encoding:${string}`
  | `charset:${string}`
  | `disposition:${string}`
  // Structure. `nested:2`: two messages inside it.
  | `nested:${number}`
  | 'nested:deep'
  | 'parts:many'
  | 'links:many'
  | 'html-only'
  // HTML that is called plain text, or nothing.
  | 'html-undeclared'
  // What is wrong with it.
  | 'broken:header'
  | 'broken:type'
  | 'broken:base64'
  | 'broken:quoted-printable'
  | 'broken:no-boundary'
  | 'broken:no-end'
  // Text.
  | 'text:cut'
  | 'text:nul'
  | 'text:zero-width'
  // Elements of HTML, and what was found in them.
  | `html:${ToldElement}`
  | 'html:comment'
  | 'html:conditional'
  | 'html:event'
  | 'html:image-only'
  | 'html:input'
  | 'html:link-mismatch'
  | 'html:password'
  | 'html:pixel'
  | 'html:refresh'
  | `html:hidden-${HiddenBy}`

/** Why text of HTML cannot be read. */
export type HiddenBy = 'display' | 'visibility' | 'size' | 'colour' | 'clip'

export const TOLD_ELEMENTS = [
  'form',
  'script',
  'iframe',
  'object',
  'embed',
  'applet',
  'frame',
  'marquee',
  'base',
  'svg',
  'textarea',
  'select',
  'style',
] as const

/** Elements whose presence is told as it is. */
export type ToldElement = (typeof TOLD_ELEMENTS)[number]

/** A word of a header field as a fact may have it. */
export const factWord = (raw: string): string =>
  /^["\s]*([a-z0-9_.+-]{1,40})/.exec(raw.toLowerCase())?.[1] ?? ''
