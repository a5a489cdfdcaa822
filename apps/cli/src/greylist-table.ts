import { formatDuration } from './duration.ts'
import { type At, describeState, formatNetwork, type GreylistRecord, lastMoment } from './greylist-record.ts'
import { formatTable, printable } from './text-table.ts'

/** Records for people, a line each. */
export function formatRecordTable(records: readonly GreylistRecord[], at: At): string {
  const head = ['KIND', 'CLIENT', 'SENDER', 'RECIPIENT', 'FIRST SEEN', 'LAST SEEN', 'STATE']
  const rows = records.map((record) => {
    const { kind, client, recipient, digest, entry } = record
    return [
      kind,
      printable(client === undefined ? (digest ?? '-') : clientText(record, at)),
      printable(senderText(record)),
      printable(recipient ?? '-'),
      ago(at.now - entry.first),
      ago(at.now - lastMoment(record)),
      describeState(record, at),
    ]
  })
  // Columns that say nothing about any of the records are left out.
  const isUsed = head.map((_, i) => rows.some((row) => row[i] !== '-'))
  return formatTable([head, ...rows].map((row) => row.filter((_, i) => isUsed[i])))
}

export function senderText({ sender }: GreylistRecord): string {
  return sender === '' ? '<>' : (sender ?? '-')
}

const ago = (seconds: number): string => (seconds < 1 ? 'now' : `${formatDuration(seconds)} ago`)

/** Triplets and allowances are about networks; what a client has gathered is about its address. */
const clientText = ({ kind, client = '' }: GreylistRecord, { identity }: At): string =>
  kind === 'client' ? client : formatNetwork(client, identity)
