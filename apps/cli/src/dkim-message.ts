// A message as it is given on the command line: a file, or what is piped in.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseHostname } from '@postern/addr'
import { createMessageReader, fieldAddresses, fieldBody, fieldName } from '@postern/message'
import type { CliIo } from './io.ts'

export type ReadMessage =
  | { readonly ok: true; readonly message: Buffer }
  | { readonly ok: false; readonly message: string }

/** Reads the message named, or standard input for `-` and for nothing. */
export async function readMessage(named: string | undefined, io: CliIo): Promise<ReadMessage> {
  if (named === undefined || named === '-') {
    const chunks: Uint8Array[] = []
    for await (const chunk of io.stdin) chunks.push(chunk)
    return { ok: true, message: Buffer.concat(chunks) }
  }
  try {
    return { ok: true, message: await readFile(path.resolve(io.cwd, named)) }
  } catch (error) {
    return { ok: false, message: explainUnreadable(error as NodeJS.ErrnoException, named) }
  }
}

function explainUnreadable({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no file ${file}`
  if (code === 'EACCES') return `${file} may not be read by this user`
  if (code === 'EISDIR') return `${file} is a directory`
  return `${file} cannot be read: ${message}`
}

/** Domains of the addresses in From, as the DNS has them; undefined: there is no From, and so no message. */
export function fromDomains(message: Buffer): readonly string[] | undefined {
  const fields: string[] = []
  const reader = createMessageReader(
    {
      field: (raw) => {
        if (fieldName(raw)?.toLowerCase() === 'from') fields.push(raw)
      },
      endOfHeader() {},
      body() {},
    },
    { lineEnds: 'auto' },
  )
  reader.write(message)
  reader.end()
  if (fields.length === 0) return undefined
  const domains = fields
    .flatMap((raw) => fieldAddresses(fieldBody(raw)))
    .map(({ domain }) => parseHostname(Buffer.from(domain, 'latin1').toString('utf8'), { underscore: true }))
    .flatMap((name) => (name.ok ? [name.value] : []))
  return [...new Set(domains)]
}

const LF = 10
const CR = 13

/** Fields for a message, each with its line end, in those that the message has. */
export function formatFields(fields: readonly string[], message: Buffer): Buffer {
  const end = message.indexOf(LF)
  const isUnix = end >= 0 && message[end - 1] !== CR
  const text = fields.map((field) => `${field}\r\n`).join('')
  return Buffer.from(isUnix ? text.replaceAll('\r\n', '\n') : text, 'latin1')
}

/** The message with fields above it. The first line of a mailbox file stays the first. */
export function putAbove(fields: Buffer, message: Buffer): Buffer {
  const isMailbox = message.subarray(0, 5).equals(Buffer.from('From '))
  const at = isMailbox ? message.indexOf(LF) + 1 : 0
  return Buffer.concat([message.subarray(0, at), fields, message.subarray(at)])
}
