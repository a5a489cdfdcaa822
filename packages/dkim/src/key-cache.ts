// Public keys by the text of their records: making a key of its DER costs more than verifying with it.
import type { ByteString } from '@postern/message'
import { type KeyRecord, type KeyRecordErrorCode, parseKeyRecord } from './key-record.ts'
import { KEPT_KEYS } from './limits.ts'
import { type PublicKey, type PublicKeyErrorCode, publicKeyOf } from './public-key.ts'

/** What a TXT record comes to. */
export type KeyReading =
  | { readonly ok: true; readonly record: KeyRecord; readonly key: PublicKey }
  | {
      readonly ok: false
      /** Undefined: the text is no key record. */
      readonly record: KeyRecord | undefined
      readonly code: KeyRecordErrorCode | PublicKeyErrorCode
    }

export interface KeyCache {
  /** The strings of a record, joined. Nothing is known of the DNS here: a text means the same wherever it is published. */
  read(text: ByteString): KeyReading
}

/** Makes a cache of `keys` readings or a bit more; when it is full, what was not asked for in the meantime goes first. */
export function createKeyCache(keys: number = KEPT_KEYS): KeyCache {
  const generation = Math.max(1, keys >> 1)
  let young = new Map<ByteString, KeyReading>()
  let old = new Map<ByteString, KeyReading>()
  return {
    read(text) {
      const known = young.get(text)
      if (known !== undefined) return known
      const reading = old.get(text) ?? readKey(text)
      if (young.size >= generation) {
        old = young
        young = new Map()
      }
      young.set(text, reading)
      return reading
    },
  }
}

/** The one of the process. */
export const commonKeys: KeyCache = createKeyCache()

function readKey(text: ByteString): KeyReading {
  const parsed = parseKeyRecord(text)
  if (!parsed.ok) return { ok: false, record: undefined, code: parsed.error.code }
  const record = parsed.value
  const key = publicKeyOf(record)
  return key.ok ? { ok: true, record, key: key.value } : { ok: false, record, code: key.error.code }
}
