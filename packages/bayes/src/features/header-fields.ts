// Which fields of the header speak, and how.

/** What filters and mail stores write into a message: learning it would be learning our own verdict. */
const MARKS =
  /^(x-spam|x-bogosity|x-postern|x-mozilla|x-evolution|x-uid|x-imap|x-keywords|status$|x-status$|content-length$|lines$|authentication-results$|arc-)/

export const isMark = (name: string): boolean => MARKS.test(name)

/** Fields of the way a message took, not of who wrote it: right at home, wrong for mail of another place. */
const ROUTE =
  /^(received|date|message-id|x-.*|delivered-to|return-path|status|resent.*|in-reply-to|references|list-.*|sender|errors-to|precedence|mailing-list|dkim.*|domainkey.*|authentication.*|lines|content-length)$/

const isRoute = new Map<string, boolean>()

/** The answer for each name is remembered: a header repeats the same thirty. */
export function isRouteField(name: string): boolean {
  let known = isRoute.get(name)
  if (known === undefined) {
    known = ROUTE.test(name)
    if (isRoute.size < 2000) isRoute.set(name, known)
  }
  return known
}
