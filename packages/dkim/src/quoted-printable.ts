// dkim-quoted-printable: RFC 6376 §2.11.
import type { ByteString } from '@postern/message'
import { withoutWhiteSpace } from './tag-list.ts'

const HEX_OCTET = /=([0-9A-F]{2})/g
// RFC 8616 §5: in internationalized header fields, UTF-8 need not be encoded.
const UNSAFE = /[^!-:<>-~\x80-\xff]/
const STRAY_EQUALS = /=(?![0-9A-F]{2})/

/** The octets that are encoded, white space left out; undefined when the text is not of this encoding. */
export function decodeQuotedPrintable(text: ByteString): ByteString | undefined {
  const value = withoutWhiteSpace(text)
  if (!value.includes('=')) return UNSAFE.test(value) ? undefined : value
  if (STRAY_EQUALS.test(value) || UNSAFE.test(value.replaceAll('=', ''))) return undefined
  return value.replace(HEX_OCTET, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Encodes octets: what is not printable ASCII, `;`, `=`, and `|` for the sake of z=. */
export const encodeQuotedPrintable = (octets: ByteString): ByteString =>
  octets.replace(
    /[^!-:<>-{}~]/g,
    (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
