// What a filter changes in a message at its end.

import { SMFIF, SMFIR } from './constants.ts'
import { replyLineBytes } from './limits.ts'
import { bodyChunkBytes, type Negotiated } from './negotiation.ts'
import { type ByteString, cutUtf8, frame, isByteString, octetsOf, uint32, utf8Of } from './octets.ts'

/**
 * Names, values and addresses are byte strings. `occurrence` counts the headers of that name from 1, in the message as it was
 * received. `index` 0 is the top, above the Received field that the MTA itself has written and does not show; 1 is right below
 * that, above the first header that it does show. Addresses are with or without `<>`.
 */
export type Modification =
  | { readonly kind: 'insert-header'; readonly index: number; readonly name: string; readonly value: string }
  | { readonly kind: 'add-header'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'change-header'
      readonly name: string
      readonly occurrence: number
      readonly value: string
    }
  | { readonly kind: 'delete-header'; readonly name: string; readonly occurrence: number }
  | { readonly kind: 'replace-body'; readonly body: readonly Uint8Array[] }
  | { readonly kind: 'add-recipient'; readonly address: string; readonly parameters: readonly string[] }
  | { readonly kind: 'delete-recipient'; readonly address: string }
  | { readonly kind: 'change-sender'; readonly address: string; readonly parameters: readonly string[] }
  | { readonly kind: 'quarantine'; readonly reason: string }

/** The {@link SMFIF} bits one of which a modification needs. */
export const neededActions: Readonly<Record<Modification['kind'], number>> = {
  'insert-header': SMFIF.ADDHDRS,
  'add-header': SMFIF.ADDHDRS,
  'change-header': SMFIF.CHGHDRS,
  'delete-header': SMFIF.CHGHDRS,
  'replace-body': SMFIF.CHGBODY,
  'add-recipient': SMFIF.ADDRCPT | SMFIF.ADDRCPT_PAR,
  'delete-recipient': SMFIF.DELRCPT,
  'change-sender': SMFIF.CHGFROM,
  quarantine: SMFIF.QUARANTINE,
}

/**
 * What is wrong with a modification, in words for the one who wrote the filter, or undefined. An MTA closes the connection to a
 * filter that asks for what was not negotiated.
 */
export function faultOf(change: Modification, { actions }: Negotiated): string | undefined {
  if ((actions & neededActions[change.kind]) === 0) return `${change.kind}: the MTA does not offer it`
  if ('name' in change) {
    // RFC 5322 §2.2: printable ASCII but the colon.
    if (!/^[!-9;-~]+$/.test(change.name)) return `${change.kind}: not a header name: ${change.name}`
    if ('value' in change && !isByteString(change.value)) return `${change.kind}: the value is no byte string`
  }
  if ('index' in change && !isIndex(change.index, 0)) return `${change.kind}: not an index: ${change.index}`
  if ('occurrence' in change && !isIndex(change.occurrence, 1))
    return `${change.kind}: not an occurrence: ${change.occurrence}`
  if ('address' in change && !isPath(change.address))
    return `${change.kind}: not an address: ${change.address}`
  if ('parameters' in change && !change.parameters.every(isParameter))
    return `${change.kind}: not a parameter among ${change.parameters.join(' ')}`
  return undefined
}

const isIndex = (n: number, lowest: number) => Number.isInteger(n) && n >= lowest && n < 0x7fff_ffff
const isPath = (address: string) => /^[^\0-\x1f\x7f\u0100-\uffff]*$/.test(address)
const isParameter = (parameter: string) => /^[^\0- \x7f\u0100-\uffff]+$/.test(parameter)

/** How header values are written. */
export interface HeaderStyle {
  /** Values begin with what stands after the colon, but the MTA adds a space of its own: ours is taken away. */
  readonly dropsSpace: boolean
}

/**
 * The frames of all modifications, in the order in which they hit what was meant. Header changes come first, for each name from
 * its last occurrence to its first: Postfix renumbers after a deletion, sendmail does not. Of two for the same occurrence the
 * last one counts. Then what is inserted and added, in the order it was asked for.
 */
export function formatModifications(
  changes: readonly Modification[],
  negotiated: Negotiated,
  style: HeaderStyle,
): ByteString {
  let text = ''
  for (const change of headerChanges(changes)) text += formatModification(change, negotiated, style)
  for (const change of changes)
    if (!('occurrence' in change)) text += formatModification(change, negotiated, style)
  return text
}

type HeaderChange = Extract<Modification, { readonly occurrence: number }>

function headerChanges(changes: readonly Modification[]): HeaderChange[] {
  const latest = new Map<string, HeaderChange>()
  for (const change of changes)
    if ('occurrence' in change) latest.set(`${change.name.toLowerCase()}:${change.occurrence}`, change)
  return [...latest.values()].sort((a, b) => b.occurrence - a.occurrence)
}

function formatModification(change: Modification, negotiated: Negotiated, style: HeaderStyle): ByteString {
  switch (change.kind) {
    case 'insert-header':
      return frame(SMFIR.INSHEADER, uint32(change.index) + formatHeader(change, style))
    case 'add-header':
      return frame(SMFIR.ADDHEADER, formatHeader(change, style))
    case 'change-header':
      return frame(SMFIR.CHGHEADER, uint32(change.occurrence) + formatHeader(change, style))
    case 'delete-header':
      return frame(SMFIR.CHGHEADER, `${uint32(change.occurrence)}${change.name}\0\0`)
    case 'replace-body':
      return formatBody(change.body, bodyChunkBytes(negotiated))
    case 'add-recipient':
      return formatRecipient(change.address, change.parameters, negotiated)
    case 'delete-recipient':
      return frame(SMFIR.DELRCPT, `${pathOf(change.address)}\0`)
    case 'change-sender':
      return frame(SMFIR.CHGFROM, pathOf(change.address) + formatParameters(change.parameters))
    case 'quarantine':
      return frame(
        SMFIR.QUARANTINE,
        `${cutUtf8(utf8Of(change.reason), replyLineBytes).replaceAll(/[\0-\x1f\x7f]/g, ' ')}\0`,
      )
  }
}

const formatHeader = (header: { readonly name: string; readonly value: string }, style: HeaderStyle) => {
  const value = cleanValue(header.value)
  // Not of a lone space: what is left would be empty, and that deletes.
  const isDropped = style.dropsSpace && value.startsWith(' ') && value.length > 1
  return `${header.name}\0${isDropped ? value.slice(1) : value}\0`
}

/** Folds are LF and a blank on the wire. A line break that is no fold would begin another header, so it gets a blank. */
export const cleanValue = (value: ByteString): ByteString =>
  /[\0\r\n]/.test(value)
    ? value
        .replaceAll('\0', '')
        .replaceAll(/\r\n?/g, '\n')
        .replace(/\n+$/, '')
        .replaceAll(/\n+/g, '\n')
        .replaceAll(/\n(?![\t ])/g, '\n ')
    : value

/** An address in angle brackets. */
export const pathOf = (address: string) =>
  address.startsWith('<') && address.endsWith('>') ? address : `<${address}>`

const formatParameters = (parameters: readonly string[]) =>
  parameters.length === 0 ? '\0' : `\0${parameters.join(' ')}\0`

function formatRecipient(
  address: string,
  parameters: readonly string[],
  { actions }: Negotiated,
): ByteString {
  const isPlain = parameters.length === 0 || (actions & SMFIF.ADDRCPT_PAR) === 0
  if (isPlain && actions & SMFIF.ADDRCPT) return frame(SMFIR.ADDRCPT, `${pathOf(address)}\0`)
  return frame(SMFIR.ADDRCPT_PAR, pathOf(address) + formatParameters(parameters))
}

/** An empty body is one empty chunk: without any, the MTA would keep the old one. */
function formatBody(body: readonly Uint8Array[], limit: number): ByteString {
  let text = ''
  for (const piece of body)
    for (let from = 0; from < piece.length; from += limit)
      text += frame(SMFIR.REPLBODY, octetsOf(piece, from, Math.min(piece.length, from + limit)))
  return text === '' ? frame(SMFIR.REPLBODY) : text
}
