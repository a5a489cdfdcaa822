// Which fields are not as the signer copied them into z=: RFC 6376 §3.5. For people only; a signature is right or it is not.
import { type ByteString, fieldBody } from '@postern/message'
import { relaxedBody } from './canonical-header.ts'
import type { CopiedField } from './copied-fields.ts'
import type { HeaderFields } from './header-fields.ts'

export interface CopiedHeader {
  readonly copiedFields: readonly CopiedField[]
  /** h=, in lower case. */
  readonly signedFields: readonly string[]
  readonly header: HeaderFields
}

/** Names of the signed fields that were copied and have another body now, or are no longer as many. Folds do not matter. */
export function findChangedFields({ copiedFields, signedFields, header }: CopiedHeader): string[] {
  const copies = new Map<string, ByteString[]>()
  for (const { name, body } of copiedFields) {
    const key = name.trim().toLowerCase()
    const bodies = copies.get(key)
    if (bodies === undefined) copies.set(key, [body])
    else bodies.push(body)
  }
  const changed: string[] = []
  for (const name of new Set(signedFields)) {
    const then = copies.get(name)
    if (then === undefined) continue
    const now = header.indexesOf(name).map((index) => fieldBody(header.at(index)))
    // Some signers copy from the top, others from the bottom.
    if (now.length !== then.length || asText(now) !== asText(then)) changed.push(name)
  }
  return changed
}

const asText = (bodies: readonly ByteString[]): string =>
  bodies
    .map((body) => relaxedBody(`:${body}`))
    .sort()
    .join('\r\n')
