// What a request is refused for, and the line that says so. spamc takes any line but the expected one for a failure and then
// keeps the message as it is; the texts are spamd's, as scripts may look for them.

import { type ByteString, printable } from './byte-string.ts'

export type SpamdFault =
  | { readonly code: 'unknown-command'; readonly line: ByteString }
  | { readonly code: 'bad-compression'; readonly value: ByteString }
  /** The message has another length than Content-length says. */
  | { readonly code: 'length-mismatch'; readonly expected: number; readonly actual: number }
  | { readonly code: 'too-large'; readonly limit: number }
  | { readonly code: 'timeout'; readonly seconds: number }
  | { readonly code: PlainFaultCode }

export type PlainFaultCode =
  | 'closed-before-request'
  | 'line-too-long'
  | 'closed-in-header'
  | 'not-a-header'
  | 'too-many-headers'
  /** Control characters in User. */
  | 'bad-user'
  | 'bad-length'
  /** Neither spam nor ham, or none where one is to be learned. */
  | 'bad-class'
  | 'set-and-remove'
  | 'compressed-without-length'
  | 'bad-zlib'
  | 'tell-disabled'
  /** What should have answered has failed. */
  | 'failed'

/** Exit statuses of sysexits.h, as spamd uses them. */
const status = { unavailable: 69, tempfail: 75, protocol: 76, timeout: 79 } as const

const badHeader = (text: string) => `${status.protocol} Bad header line: ${text}`
const unavailable = (text: string) => `${status.unavailable} Service Unavailable: ${text}`

const plain: Readonly<Record<PlainFaultCode, string>> = {
  'closed-before-request': badHeader('(closed before headers)'),
  'line-too-long': badHeader('(line too long)'),
  'closed-in-header': badHeader('(EOF during headers)'),
  'not-a-header': badHeader("(header not in 'Name: value' format)"),
  'too-many-headers': badHeader('(too many headers)'),
  'bad-user': badHeader('(User header contains control chars)'),
  'bad-length': badHeader('(Content-Length contains non-numeric bytes)'),
  'bad-class': badHeader('(Message-class header contains invalid class)'),
  'set-and-remove': badHeader('Unable to set local and remove local in the same operation.'),
  'compressed-without-length': unavailable('Compress requires Content-length header'),
  'bad-zlib': unavailable('zlib: failed to find end of zlib stream'),
  'tell-disabled': unavailable('TELL commands are not enabled, set the --allow-tell switch.'),
  failed: `${status.tempfail} Temporary failure: try again later`,
}

/** The answer. No empty line follows, or spamc would take a refused TELL for one that had nothing to do. */
export const formatFault = (fault: SpamdFault): ByteString => `SPAMD/1.0 ${textOf(fault)}\r\n`

function textOf(fault: SpamdFault): string {
  switch (fault.code) {
    case 'unknown-command':
      return badHeader(printable(fault.line, 200))
    case 'bad-compression':
      return badHeader(`(compression type not supported: ${printable(fault.value)})`)
    case 'length-mismatch': {
      const { expected, actual } = fault
      return badHeader(`(Content-Length mismatch: Expected ${expected} bytes, got ${actual} bytes)`)
    }
    case 'too-large':
      return unavailable(`the message has more than ${fault.limit} bytes`)
    case 'timeout':
      return `${status.timeout} Timeout: (${fault.seconds} second timeout reading input from client)`
    default:
      return plain[fault.code]
  }
}
