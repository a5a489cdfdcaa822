// Which part of a host name its owner registered, guessed without a list of public suffixes: the last two labels, or
// three below suffixes of the co.uk kind. Wrong for names directly below an unusual public suffix (two customers of a
// hosting domain look like one owner), which is why only rules that note by default lean on it.

const SECOND_LEVEL = new Set(
  'ac ad asn asso co com csiro ed edu firm gen go gob gouv gov govt gub id info ltd me mi mil muni ne net nhs nic nom or org plc police sch school web'.split(
    ' ',
  ),
)

/** Where the registered domain begins in the name: 0 when the name is no longer than that. */
export function organizationStart(name: string): number {
  const top = name.lastIndexOf('.')
  if (top <= 0) return 0
  const second = name.lastIndexOf('.', top - 1)
  if (second <= 0) return 0
  if (name.length - top !== 3 || !SECOND_LEVEL.has(name.slice(second + 1, top))) return second + 1
  return name.lastIndexOf('.', second - 1) + 1
}

/** Whether both names seem to have one owner. Names are lower-case, without trailing dot. */
export const isSameOrganization = (a: string, b: string): boolean =>
  a === b || a.slice(organizationStart(a)) === b.slice(organizationStart(b))
