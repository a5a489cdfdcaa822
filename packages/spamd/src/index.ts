export { type ByteString, byteStringOf } from './byte-string.ts'
export { formatFault, type PlainFaultCode, type SpamdFault } from './fault.ts'
export { defaultRequestLimits, type RequestLimits } from './limits.ts'
export type { Allocate } from './message-buffer.ts'
export {
  isScanCommand,
  nowhere,
  type Places,
  type RequestHead,
  type ScanCommand,
  type SpamdCommand,
  type SpamdRequest,
  scanCommands,
} from './request.ts'
export { type RequestEvent, RequestReader } from './request-reader.ts'
export { formatRequest, type RequestToSend } from './request-writer.ts'
export {
  formatPoints,
  formatScan,
  formatTell,
  pong,
  type ResponseParts,
  type ScanAnswer,
  type TellAnswer,
} from './response.ts'
export {
  type ParsedResponse,
  parseResponse,
  type ResponseErrorCode,
  type SpamdResponse,
} from './response-parser.ts'
export { findHeaderEnd, type RewrittenMessage, removeSpamFields, rewriteMessage } from './rewrite.ts'
