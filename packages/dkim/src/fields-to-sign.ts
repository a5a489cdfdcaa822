// Which header fields a signature lists: RFC 6376 §5.4, §5.4.1.
import type { HeaderFields } from './header-fields.ts'
import { LISTED_FIELDS } from './limits.ts'

/**
 * Fields that are signed when they are there: the core of RFC 6376 §5.4.1, what says how the body is read, and the fields of
 * mailing lists (RFC 8058 §4 wants List-Unsubscribe and List-Unsubscribe-Post signed).
 */
export const DEFAULT_FIELDS: readonly string[] = [
  'From',
  'Reply-To',
  'Subject',
  'Date',
  'To',
  'Cc',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'In-Reply-To',
  'References',
  'Sender',
  'Resent-Date',
  'Resent-From',
  'Resent-Sender',
  'Resent-To',
  'Resent-Cc',
  'Resent-Message-ID',
  'List-Id',
  'List-Help',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
]

/**
 * Fields listed once more than they are there, so that none can be added: RFC 6376 §5.4. Not List-*, Sender and Reply-To,
 * which mailing lists add to mail that they pass on.
 */
export const DEFAULT_OVERSIGNED_FIELDS: readonly string[] = ['From', 'Subject', 'Date', 'To', 'Message-ID']

// RFC 6376 §5.4: what is changed, added or taken out on the way, and the signatures themselves.
const NEVER_SIGNED: ReadonlySet<string> = new Set([
  'return-path',
  'received',
  'received-spf',
  'dkim-signature',
  'authentication-results',
  'arc-seal',
  'arc-message-signature',
  'arc-authentication-results',
  'delivered-to',
  'x-original-to',
  'bcc',
  'resent-bcc',
])

export interface FieldChoice {
  /** Fields to sign where they are there. Default DEFAULT_FIELDS. From is always signed. */
  readonly fields?: readonly string[] | undefined
  /** Of those, ones to leave out. */
  readonly omitFields?: readonly string[] | undefined
  /** Fields to list once more than they are there. Default DEFAULT_OVERSIGNED_FIELDS. */
  readonly oversignFields?: readonly string[] | undefined
}

/** Takes the choice of a signer and gives what lists the fields of a message for h=. */
export function createFieldChooser(choice: FieldChoice): (header: HeaderFields) => string[] {
  const omitted = new Set((choice.omitFields ?? []).map(lowered))
  const isSigned = (name: string) => name === 'from' || !(omitted.has(name) || NEVER_SIGNED.has(name))
  const oversigned = new Set(
    (choice.oversignFields ?? DEFAULT_OVERSIGNED_FIELDS).map(lowered).filter(isSigned),
  )
  const wanted = (choice.fields ?? DEFAULT_FIELDS).map(lowered).filter(isSigned)
  const names = new Set(['from', ...wanted, ...oversigned])
  return (header) => {
    const list: string[] = []
    for (const name of names) {
      const there = header.indexesOf(name).length
      // RFC 6376 §5.4: From has to be listed even where there is none.
      const times = there + (oversigned.has(name) || (there === 0 && name === 'from') ? 1 : 0)
      for (let i = 0; i < times && list.length < LISTED_FIELDS; i++) list.push(name)
    }
    return list
  }
}

const lowered = (name: string): string => name.trim().toLowerCase()
