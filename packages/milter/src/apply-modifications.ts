// What becomes of a message: a filter's modifications, in the order in which they came, applied as Postfix 3.7 does.

import type { Modification } from './modification.ts'
import { type ByteString, bytesOf, octetsOf } from './octets.ts'

/** A message with its envelope's changes. */
export interface ModifiedMessage {
  readonly message: Uint8Array
  /** Undefined when it stays what it was. */
  readonly sender: string | undefined
  readonly addedRecipients: readonly string[]
  readonly deletedRecipients: readonly string[]
  /** The reason, if the message is quarantined. */
  readonly quarantine: string | undefined
}

interface Field {
  /** Empty for the Received field that the MTA has written itself, which filters neither see nor count by name. */
  readonly name: ByteString
  /** All after the colon. */
  readonly value: ByteString
}

/**
 * Applies modifications to a message with CRLF line ends, as the filter saw it. `leadingSpace`: whether that was negotiated (else
 * the MTA writes a space before each value).
 */
export function applyModifications(
  message: Uint8Array,
  modifications: readonly Modification[],
  options: { readonly leadingSpace?: boolean } = {},
): ModifiedMessage {
  const { fields, body } = splitMessage(message)
  fields.unshift({ name: '', value: '' })
  const space = options.leadingSpace ? '' : ' '
  const pieces: Uint8Array[] = []
  let sender: string | undefined
  let quarantine: string | undefined
  const addedRecipients: string[] = []
  const deletedRecipients: string[] = []
  for (const change of modifications) {
    if ('name' in change) changeFields(fields, change, space)
    else if (change.kind === 'replace-body') pieces.push(...change.body)
    else if (change.kind === 'change-sender') sender = change.address
    else if (change.kind === 'add-recipient') addedRecipients.push(change.address)
    else if (change.kind === 'delete-recipient') deletedRecipients.push(change.address)
    else quarantine = change.reason
  }
  const header = fields
    .filter(({ name }) => name !== '')
    .map(({ name, value }) => `${name}:${value.replaceAll('\n', '\r\n')}\r\n`)
    .join('')
  const isReplaced = modifications.some(({ kind }) => kind === 'replace-body')
  return {
    message: joined([bytesOf(`${header}\r\n`), ...(isReplaced ? pieces : [body])]),
    sender,
    addedRecipients,
    deletedRecipients,
    quarantine,
  }
}

/** Header fields (folds as LF) and the body of a message with CRLF line ends. */
export function splitMessage(message: Uint8Array): { fields: Field[]; body: Uint8Array } {
  const text = octetsOf(message, 0, message.length)
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2
  if (end === 1) return { fields: fieldsOf(text), body: new Uint8Array(0) }
  return { fields: fieldsOf(text.slice(0, end)), body: message.subarray(end + 2) }
}

function fieldsOf(header: ByteString): Field[] {
  if (header === '') return []
  return header
    .replace(/\r\n$/, '')
    .split(/\r\n(?![\t ])/)
    .map((field) => {
      const colon = field.indexOf(':')
      return { name: field.slice(0, colon), value: field.slice(colon + 1).replaceAll('\r\n', '\n') }
    })
}

function changeFields(
  fields: Field[],
  change: Extract<Modification, { readonly name: string }>,
  space: string,
): void {
  if (change.kind === 'delete-header') {
    const at = placeOf(fields, change.name, change.occurrence)
    if (at >= 0) fields.splice(at, 1)
    return
  }
  const field = { name: change.name, value: space + change.value }
  if (change.kind === 'add-header') fields.push(field)
  else if (change.kind === 'insert-header') fields.splice(change.index, 0, field)
  else {
    const at = placeOf(fields, change.name, change.occurrence)
    // What is not there is added.
    if (at < 0) fields.push(field)
    else fields[at] = field
  }
}

function placeOf(fields: readonly Field[], name: string, occurrence: number): number {
  const wanted = name.toLowerCase()
  // As Postfix does, 0 means the first.
  let left = Math.max(occurrence, 1)
  return fields.findIndex((field) => field.name.toLowerCase() === wanted && --left === 0)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
