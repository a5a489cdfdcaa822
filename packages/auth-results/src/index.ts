export {
  type AuthenticationResults,
  type AuthenticationResultsErrorCode,
  type AuthProperty,
  type AuthResult,
  formatAuthenticationResults,
  parseAuthenticationResults,
} from './authentication-results.ts'
export { authservIdOf, isSameAuthservId } from './authserv-id.ts'
export {
  type FieldOptions,
  formatReceivedSpf,
  parseReceivedSpf,
  type ReceivedSpf,
  type ReceivedSpfErrorCode,
  type SpfIdentity,
  type SpfResultWord,
} from './received-spf.ts'
