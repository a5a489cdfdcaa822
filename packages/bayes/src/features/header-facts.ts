import type { MailField } from '../content/index.ts'
import { countOf, domainOf, ownerOf, shapeOf, stepOf } from './fact-shape.ts'

const ADDRESS = /[\w.+-]+@[\w.-]+/g
/** Fields whose mere presence tells what program or list sent the message. */
const TELLING = [
  'list-unsubscribe',
  'list-id',
  'list-post',
  'sender',
  'errors-to',
  'organization',
  'x-originating-ip',
  'x-mimeole',
  'x-accept-language',
  'mail-followup-to',
  'dkim-signature',
  'x-mailer',
  'user-agent',
  'feedback-id',
]
/** Those that mail stores and the last hops add are no part of what the sender's program wrote. */
const ADDED = /^(received|return-path|delivered-to|x-original-to|x-spam|status|x-status)/i

/** What the header tells of how the message was made, in names that hold for anybody's mail. */
export function headerFacts(fields: readonly MailField[], names: readonly string[]): string[] {
  const first = new Map<string, string>()
  for (const field of fields) if (!first.has(field.name)) first.set(field.name, field.value)
  const one = (name: string) => first.get(name) ?? ''
  const from = one('from')
  const domain = domainOf(from)
  const facts = [
    ...senderFacts(from, domain, one),
    ...recipientFacts(one('to'), one('cc'), domain),
    ...subjectFacts(one('subject'), first.has('in-reply-to'), first.has('references')),
    ...programFacts(domain, one),
  ]
  for (const name of TELLING) if (first.has(name)) facts.push(`has:${name}`)
  let before = ''
  for (const name of names) {
    if (ADDED.test(name)) continue
    facts.push(`field:${name}`)
    if (before !== '') facts.push(`order:${before}>${name}`)
    before = name
  }
  return facts
}

type FieldValue = (name: string) => string

function relation(other: string, domain: string): string {
  if (other === '') return 'none'
  if (other === domain) return 'same'
  return ownerOf(other) === ownerOf(domain) ? 'owner' : 'other'
}

function senderFacts(from: string, domain: string, one: FieldValue): string[] {
  const local = /([\w.+-]+)@/.exec(from)?.[1] ?? ''
  const facts = [
    `from:${shapeOf(from.replace(ADDRESS, 'ADDR'), 20)}`,
    `from-tld:${domain.slice(domain.lastIndexOf('.') + 1)}`,
    `from-local:${shapeOf(local, 12)}`,
    `reply-to:${relation(domainOf(one('reply-to')), domain)}`,
    `return-path:${relation(domainOf(one('return-path')), domain)}`,
  ]
  if (/\d{3}/.test(local)) facts.push('from-local:digits')
  if (/[bcdfghjklmnpqrstvwxz]{5}/i.test(local)) facts.push('from-local:consonants')
  return facts
}

function recipientFacts(to: string, cc: string, from: string): string[] {
  const facts = [
    `to:${shapeOf(to.replace(ADDRESS, 'ADDR'), 24)}`,
    `to-count:${stepOf(countOf(to, /@/g))}`,
    `cc-count:${stepOf(countOf(cc, /@/g))}`,
  ]
  if (to === '') facts.push('to:none')
  else if (domainOf(to) === from) facts.push('to:own-domain')
  return facts
}

function subjectFacts(subject: string, isReply: boolean, hasReferences: boolean): string[] {
  const letters = subject.replace(/[^A-Za-z]/g, '')
  const capitals = letters.length > 5 ? Math.round((countOf(letters, /[A-Z]/g) / letters.length) * 4) : '-'
  const claimsReply = /^(re|fw|fwd|aw|sv|antw)\b/i.test(subject.replace(/^\s*\[[^\]]*\]\s*/, ''))
  const facts = [
    `subject:length=${stepOf(subject.length)}`,
    `subject:capitals=${capitals}`,
    `subject:marks=${stepOf(countOf(subject, /!/g))}`,
    `reply:${claimsReply ? 're' : '-'}${isReply ? 'i' : '-'}${hasReferences ? 'r' : '-'}`,
  ]
  if (subject.includes('$')) facts.push('subject:money')
  if (/\s{4,}\S+$/.test(subject.slice(-200))) facts.push('subject:tail')
  if (/\s\[?\w*\d\w*\]?$/.test(subject.slice(-60))) facts.push('subject:number-at-end')
  if (/[^\x00-\x7f]/.test(subject)) facts.push('subject:not-ascii')
  if (subject.endsWith('?')) facts.push('subject:question')
  if (/^\s*\[/.test(subject)) facts.push('subject:tag')
  return facts
}

function programFacts(domain: string, one: FieldValue): string[] {
  const id = one('message-id')
  const date = one('date')
  const type = one('content-type').replace(/\s+/g, ' ')
  return [
    `id:${shapeOf(id.split('@', 1)[0] ?? '', 24)}`,
    `id-domain:${relation(domainOf(id), domain)}`,
    `date:${shapeOf(date, 36)}`,
    `zone:${/([+-]\d{4}|[A-Z]{3,4})\s*(\(.*)?$/.exec(date.slice(-60))?.[1] ?? '-'}`,
    `mime:${one('mime-version').slice(0, 8)}`,
    `precedence:${one('precedence').slice(0, 12)}`,
    `priority:${one('x-priority').slice(0, 8)}${one('x-msmail-priority').slice(0, 8)}`,
    `type:${shapeOf(type, 50)}`,
    `top:${type.split(';', 1)[0]?.toLowerCase().slice(0, 40)}`,
    `encoding:${one('content-transfer-encoding').toLowerCase().slice(0, 20)}`,
  ]
}
