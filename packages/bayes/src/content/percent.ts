// %XX undone, to bytes. RFC 2231 §4.
import type { ByteString } from './mail-content.ts'

const ENCODED = /%([0-9A-Fa-f]{2})/g

export const decodePercent = (text: ByteString): Buffer =>
  Buffer.from(
    text.replace(ENCODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
