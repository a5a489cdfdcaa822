export { type CanonicalInput, type CanonicalInputOptions, canonicalInputs } from './canonical-input.ts'
export type { CopiedField } from './copied-fields.ts'
export { keyRecordName } from './domain-name.ts'
export type { VerifyRules } from './early-checks.ts'
export { DEFAULT_FIELDS, DEFAULT_OVERSIGNED_FIELDS, type FieldChoice } from './fields-to-sign.ts'
export { createKeyCache, type KeyCache, type KeyReading } from './key-cache.ts'
export {
  diagnoseKey,
  isKeyUsable,
  type KeyDiagnosisInput,
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
export { foreignKind } from './key-repair.ts'
export { formatKeyFinding, formatSigningKeyError } from './key-sentence.ts'
export { formatKeyZoneLine, splitKeyRecord } from './key-zone-line.ts'
export type { DkimLimits } from './limits.ts'
export {
  formatPublicKey,
  type KeyAlgorithm,
  keyFingerprint,
  type PublicKey,
  type PublicKeyErrorCode,
  publicKeyOf,
} from './public-key.ts'
export type {
  Coverage,
  DkimResultWord,
  KeyFacts,
  ReasonCode,
  SignatureResult,
  Verification,
} from './result.ts'
export { formatDkimReason } from './sentence.ts'
export { sign } from './sign.ts'
export {
  type Canonicalization,
  type CanonicalizationName,
  type DkimSignature,
  type ParsedSignature,
  parseSignature,
  type SignatureError,
  type SignatureErrorCode,
} from './signature.ts'
export {
  type CanonicalizationPair,
  createSigner,
  type SignatureRequest,
  type Signer,
  type SignOptions,
} from './signer.ts'
export { publicHalf, readSigningKey, type SigningKey, type SigningKeyErrorCode } from './signing-key.ts'
export { parseTagList, type Tag, type TagList, type TagListErrorCode } from './tag-list.ts'
export { createVerifier, type Verifier, type VerifyOptions } from './verifier.ts'
export { type MessageInput, verify } from './verify.ts'
