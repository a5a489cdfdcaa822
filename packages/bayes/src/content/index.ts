export { type ContentLimits, defaultContentLimits } from './limits.ts'
export type { ByteString, MailAttachment, MailContent, MailField, MailLink } from './mail-content.ts'
export { readContent } from './read-content.ts'
