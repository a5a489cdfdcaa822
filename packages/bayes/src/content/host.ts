// The host of a URL, and whether two are of one owner.

const URL_LIKE =
  /^\s*(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.)\S|^\s*(?:[a-z0-9_-]{1,63}\.)+[a-z]{2,20}(?:[/:?#]\S*)?\s*$/i
const HOST = /^\s*(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#@]*@)?([^/?#:\s]+)/i
const BARE_HOST = /^\s*([^/?#:@\s]+)/

export const looksLikeUrl = (text: string): boolean => URL_LIKE.test(text)

/** In lower case, '' when there is none. */
export function hostOf(url: string): string {
  const match = HOST.exec(url)?.[1]
  return match === undefined ? '' : match.toLowerCase()
}

/** Of what a person reads as a place: `www.bank.example`, with or without a scheme. */
export const shownHost = (text: string): string =>
  hostOf(text) || (BARE_HOST.exec(text)?.[1] ?? '').toLowerCase()

/** The last two labels are the same; three, where the second is as short as those of registries (`co.uk`). */
export function areRelated(one: string, other: string): boolean {
  return one === other || ownerOf(one) === ownerOf(other)
}

function ownerOf(host: string): string {
  const labels = host.split('.')
  if (labels.length < 3) return host
  const second = labels.at(-2) as string
  const top = labels.at(-1) as string
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.')
}
