export { fitReply, printable, printableName, printableUrl, type SmtpReply, shorten } from './reply.ts'
export {
  fillTemplate,
  formatTemplate,
  parseTemplate,
  type Template,
  type TemplateErrorCode,
} from './template.ts'
