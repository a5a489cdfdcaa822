export {
  type AddressLiteralErrorCode,
  formatAddressLiteral,
  parseAddressLiteral,
} from './address-literal.ts'
export {
  type Cidr,
  type CidrErrorCode,
  type CidrOptions,
  cidrContains,
  formatCidr,
  networkOf,
  parseCidr,
} from './cidr.ts'
export {
  type Hostname,
  type HostnameErrorCode,
  type HostnameOptions,
  isFullyQualified,
  labelsOf,
  parseHostname,
  toUnicodeHostname,
} from './hostname.ts'
export { formatIp, type Ip, type IpErrorCode, ipFromBytes, isSameIp, parseIp, unmapIp } from './ip.ts'
export {
  type ForwardPath,
  formatMailbox,
  type Mailbox,
  type MailboxErrorCode,
  type NullPath,
  type Postmaster,
  parseForwardPath,
  parseMailbox,
  parseReversePath,
  type ReversePath,
} from './mailbox.ts'
export { type Parsed, type ParseError, parsed, parseError } from './parsed.ts'
