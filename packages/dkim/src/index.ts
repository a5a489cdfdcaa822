export {
  diagnoseKey,
  isUsable,
  type KeyDiagnosisInput,
  keyRecordName,
  misplacedNames,
} from './key-diagnosis.ts'
export type {
  ForeignText,
  KeyFinding,
  KeyFindingCode,
  KeyFindingFacts,
  KeySeverity,
} from './key-finding.ts'
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
export { formatKeyFinding, formatSigningKeyError } from './key-sentence.ts'
export { formatKeyZoneLine, splitKeyRecord } from './key-zone-line.ts'
export {
  formatPublicKey,
  type KeyAlgorithm,
  keyFingerprint,
  type PublicKey,
  type PublicKeyErrorCode,
  publicKeyOf,
} from './public-key.ts'
export { publicHalf, readSigningKey, type SigningKey, type SigningKeyErrorCode } from './signing-key.ts'
export { parseTagList, type Tag, type TagList, type TagListErrorCode } from './tag-list.ts'
