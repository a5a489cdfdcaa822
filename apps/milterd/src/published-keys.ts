// Whether the DNS serves the keys we sign with (`[signing] require_published`).

import type { Dns } from '@postern/daemon'
import { keyRecordName, parseKeyRecord, type SigningKey } from '@postern/dkim'
import type { SigningKeyChoice } from '@postern/signing'

/** A key is looked for again after so long: RFC 6376 §3.6.1 leaves it to the signer; ours is the TTL most zones have. */
const recheckMs = 3_600_000
/** One that is missing may have been published by now. */
const recheckMissingMs = 60_000

/** Whether the DNS serves a key; also true when it does not tell now, which keeps nobody's mail. */
export type PublishedCheck = (choice: SigningKeyChoice, key: SigningKey) => boolean | Promise<boolean>

export function createPublishedCheck({
  resolver,
  newBudget,
}: Pick<Dns, 'resolver' | 'newBudget'>): PublishedCheck {
  const known = new Map<string, { readonly at: number; readonly isServed: boolean | Promise<boolean> }>()
  const look = async (name: string, publicKey: string): Promise<boolean> => {
    const answer = await resolver.resolve(name, 'TXT', { budget: newBudget() })
    if (answer.kind === 'temperror') {
      known.delete(name)
      return true
    }
    const isServed =
      answer.kind === 'records' &&
      answer.records.some((strings) => {
        const record = parseKeyRecord(strings.join(''))
        return record.ok && record.value.publicKey === publicKey
      })
    known.set(name, { at: performance.now(), isServed })
    return isServed
  }
  return ({ domain, selector }, { publicKey }) => {
    const name = keyRecordName(selector, domain).toLowerCase()
    const last = known.get(name)
    const lasts = last?.isServed === false ? recheckMissingMs : recheckMs
    if (last !== undefined && performance.now() - last.at < lasts) return last.isServed
    const isServed = look(name, publicKey)
    known.set(name, { at: performance.now(), isServed })
    return isServed
  }
}
