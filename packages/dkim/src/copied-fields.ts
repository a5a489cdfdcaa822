// z=: the header fields as they were when the message was signed. RFC 6376 §3.5.
import type { ByteString } from '@postern/message'
import { COPIED_FIELDS } from './limits.ts'
import { decodeQuotedPrintable } from './quoted-printable.ts'

/** A field as the signer copied it. */
export interface CopiedField {
  readonly name: string
  /** What stood behind the colon. */
  readonly body: ByteString
}

/** The fields of z=, those left out that cannot be read: they are for diagnosis only, and vouch for nothing. */
export function parseCopiedFields(value: ByteString): CopiedField[] {
  return value.split('|', COPIED_FIELDS).flatMap((copy) => {
    const text = decodeQuotedPrintable(copy)
    const colon = text?.indexOf(':') ?? -1
    return text === undefined || colon <= 0
      ? []
      : [{ name: text.slice(0, colon), body: text.slice(colon + 1) }]
  })
}
