// The MTA's view of what a filter sends: frames to replies and modifications.

import { bareAddress } from './command.ts'
import { SMFIR } from './constants.ts'
import type { Modification } from './modification.ts'
import { type ByteString, bytesOf } from './octets.ts'
import type { Reply, ReplyCode } from './reply.ts'

/** What one frame of a filter says; `progress` only asks for patience. */
export type FilterFrame =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'modification'; readonly modification: Modification }
  | { readonly kind: 'progress' }

const replies: Readonly<Record<string, Reply>> = {
  [SMFIR.CONTINUE]: 'continue',
  [SMFIR.ACCEPT]: 'accept',
  [SMFIR.REJECT]: 'reject',
  [SMFIR.TEMPFAIL]: 'tempfail',
  [SMFIR.DISCARD]: 'discard',
  [SMFIR.SKIP]: 'skip',
  [SMFIR.SHUTDOWN]: 'shutdown',
  [SMFIR.CONN_FAIL]: 'connection-failure',
}

/** Undefined when the frame is malformed or of a kind that does not exist. Texts of a reply are byte strings. */
export function readFilterFrame(command: string, data: ByteString): FilterFrame | undefined {
  if (command === SMFIR.PROGRESS) return { kind: 'progress' }
  const reply = command === SMFIR.REPLYCODE ? readReplyCode(data) : replies[command]
  if (reply !== undefined) return { kind: 'reply', reply }
  const modification = readModification(command, data)
  return modification && { kind: 'modification', modification }
}

/** `550-5.7.1 first` CRLF `550 5.7.1 last` NUL; percent signs come doubled. */
function readReplyCode(data: ByteString): ReplyCode | undefined {
  if (!/^[45]\d\d[ -][^\0]*\0$/.test(data)) return undefined
  const lines = data.slice(0, -1).split('\r\n')
  const code = lines[0]!.slice(0, 3)
  const enhanced = / ?([245]\.\d{1,3}\.\d{1,3}) /.exec(lines[0]!.slice(4) + ' ')?.[1]
  const texts: string[] = []
  for (const [at, line] of lines.entries()) {
    const isLast = at === lines.length - 1
    if (line.slice(0, 3) !== code || line[3] !== (isLast ? ' ' : '-')) return undefined
    const text = line.slice(4)
    const rest = enhanced !== undefined && text.startsWith(enhanced) ? text.slice(enhanced.length + 1) : text
    texts.push(rest.replaceAll('%%', '%'))
  }
  return { code: Number(code), enhanced, lines: texts }
}

function readModification(command: string, data: ByteString): Modification | undefined {
  switch (command) {
    case SMFIR.ADDHEADER:
      return readHeader(data, (name, value) => ({ kind: 'add-header', name, value }))
    case SMFIR.INSHEADER:
      return readIndexed(data, (index, name, value) => ({ kind: 'insert-header', index, name, value }))
    case SMFIR.CHGHEADER:
      return readIndexed(data, changeOf)
    case SMFIR.REPLBODY:
      return { kind: 'replace-body', body: [bytesOf(data)] }
    case SMFIR.ADDRCPT:
    case SMFIR.ADDRCPT_PAR:
      return readPath(data, (address, parameters) => ({ kind: 'add-recipient', address, parameters }))
    case SMFIR.DELRCPT:
      return readPath(data, (address) => ({ kind: 'delete-recipient', address }))
    case SMFIR.CHGFROM:
      return readPath(data, (address, parameters) => ({ kind: 'change-sender', address, parameters }))
    case SMFIR.QUARANTINE:
      return data.endsWith('\0') ? { kind: 'quarantine', reason: data.slice(0, -1) } : undefined
    default:
      return undefined
  }
}

const changeOf = (occurrence: number, name: string, value: string): Modification =>
  value === ''
    ? { kind: 'delete-header', name, occurrence }
    : { kind: 'change-header', name, occurrence, value }

function readHeader(
  data: ByteString,
  make: (name: string, value: string) => Modification,
): Modification | undefined {
  const [name, value, rest, ...more] = data.split('\0')
  return name && value !== undefined && rest === '' && more.length === 0 ? make(name, value) : undefined
}

function readIndexed(
  data: ByteString,
  make: (index: number, name: string, value: string) => Modification,
): Modification | undefined {
  if (data.length < 4) return undefined
  const [a, b, c, d] = bytesOf(data.slice(0, 4))
  const index = ((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0
  return readHeader(data.slice(4), (name, value) => make(index, name, value))
}

function readPath(
  data: ByteString,
  make: (address: string, parameters: readonly string[]) => Modification,
): Modification | undefined {
  if (!data.endsWith('\0')) return undefined
  const [path, ...parameters] = data.slice(0, -1).split('\0')
  return make(
    bareAddress(path!),
    parameters.flatMap((words) => words.split(' ')).filter((word) => word !== ''),
  )
}
