// A request as spamc 4.0.1 writes it.

import type { ByteString } from './byte-string.ts'
import { nowhere, type Places, type SpamdCommand } from './request.ts'

export interface RequestToSend {
  readonly command: SpamdCommand
  /** Bytes of what follows the head, as it is sent; not for PING and SKIP. */
  readonly contentLength?: number
  readonly user?: ByteString | undefined
  readonly isCompressed?: boolean
  readonly messageClass?: 'spam' | 'ham' | undefined
  readonly set?: Places
  readonly remove?: Places
}

const places = (name: string, { local, remote }: Places): string => {
  const named = [local && 'local', remote && 'remote'].filter(Boolean).join(', ')
  return named === '' ? '' : `${name}: ${named}\r\n`
}

/** The head of a request; the message follows. Control characters in the user's name are left out. */
export function formatRequest(request: RequestToSend): ByteString {
  const {
    command,
    contentLength,
    user,
    isCompressed,
    messageClass,
    set = nowhere,
    remove = nowhere,
  } = request
  let text = `${command} SPAMC/1.5\r\n`
  if (messageClass !== undefined) text += `Message-class: ${messageClass}\r\n`
  text += places('Set', set) + places('Remove', remove)
  if (user !== undefined) text += `User: ${user.replaceAll(/[\x00-\x1f\x7f]/g, '')}\r\n`
  if (isCompressed) text += 'Compress: zlib\r\n'
  if (contentLength !== undefined) text += `Content-length: ${contentLength}\r\n`
  return `${text}\r\n`
}
