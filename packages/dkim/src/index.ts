export {
  DEFAULT_RSA_BITS,
  type GeneratedKey,
  type GenerateKeyOptions,
  generateKey,
} from './key-generation.ts'
export {
  allowsHash,
  formatKeyRecord,
  isForEmail,
  type KeyFlags,
  type KeyRecord,
  type KeyRecordErrorCode,
  parseKeyRecord,
  type UnknownTag,
} from './key-record.ts'
export {
  formatPublicKey,
  type KeyAlgorithm,
  type PublicKey,
  type PublicKeyErrorCode,
  publicKeyOf,
} from './public-key.ts'
export { readSigningKey, type SigningKey, type SigningKeyErrorCode } from './signing-key.ts'
export { parseTagList, type Tag, type TagList, type TagListErrorCode } from './tag-list.ts'
