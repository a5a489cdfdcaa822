import type { MailContent } from '../content/index.ts'
import { domainOf, ownerOf, stepOf } from './fact-shape.ts'

/** More text than this is not counted through: the shape of a message shows in its start. */
const MOST_TEXT = 2048

/** What the body is like, without its words. */
export function bodyFacts(content: MailContent): string[] {
  const text = content.visible.slice(0, MOST_TEXT)
  return [
    ...content.facts.map((fact) => `part:${fact}`),
    ...linkFacts(content),
    ...textFacts(text),
    `text:length=${stepOf(content.visible.length)}`,
    `text:hidden=${stepOf(content.hidden.length)}`,
    `attachments:${stepOf(content.attachments.length)}`,
    ...content.attachments.slice(0, 20).map(({ type, name }) => `attached:${type} ${extensionOf(name)}`),
  ]
}

const extensionOf = (name: string): string => /\.(\w{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? '-'

function linkFacts({ links, fields }: MailContent): string[] {
  const hosts = new Set<string>()
  const kinds = { href: 0, image: 0, form: 0, text: 0 }
  let hasMailto = false
  let isOdd = false
  let isShown = false
  for (const { url, kind, shown } of links) {
    kinds[kind]++
    isShown ||= shown !== undefined
    hasMailto ||= /^mailto:/i.test(url)
    const host = /^https?:\/*([^/:?#\s]+)/i.exec(url)?.[1]?.toLowerCase()
    if (host !== undefined) hosts.add(host)
    isOdd ||= /^https?:\/\/[^/]*[@:%]/i.test(url)
  }
  const owners = new Set([...hosts].map(ownerOf))
  const sender = ownerOf(domainOf(fields.find((field) => field.name === 'from')?.value ?? ''))
  const facts = [
    `links:${stepOf(kinds.href + kinds.text)}`,
    `link-hosts:${stepOf(hosts.size)}`,
    `link-owners:${stepOf(owners.size)}`,
    `link-sender:${hosts.size === 0 ? 'none' : owners.has(sender)}`,
    `images:${stepOf(kinds.image)}`,
  ]
  if ([...hosts].some((host) => /^[\d.]+$/.test(host))) facts.push('link:address')
  if (isOdd) facts.push('link:odd')
  if (isShown) facts.push('link:shows-another')
  if (hasMailto) facts.push('link:mailto')
  if (kinds.form > 0) facts.push('link:form')
  return facts
}

function textFacts(text: string): string[] {
  let small = 0
  let capital = 0
  let marks = 0
  let money = 0
  let wide = 0
  let quoted = 0
  let longest = 0
  let line = 0
  let longWords = 0
  let word = 0
  let shouts = 0
  let run = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 10) {
      if (line > longest) longest = line
      line = 0
    } else {
      if (line === 0 && code === 62) quoted++
      line++
    }
    if (code <= 32) word = 0
    else if (++word === 30) longWords++
    if (code > 64 && code < 91) {
      capital++
      if (++run === 4) shouts++
      continue
    }
    run = 0
    if (code > 96 && code < 123) small++
    else if (code === 33) marks++
    else if (code === 36) money++
    else if (code > 127) wide++
  }
  const letters = small + capital
  const lower = text.toLowerCase()
  const facts = [
    `text:capitals=${letters > 20 ? Math.round((capital / letters) * 10) : '-'}`,
    `text:marks=${stepOf(marks)}`,
    `text:money=${stepOf(money)}`,
    `text:not-ascii=${stepOf(wide)}`,
    `text:quoted=${stepOf(quoted)}`,
    `text:longest-line=${stepOf(Math.max(longest, line))}`,
    `text:long-words=${stepOf(longWords)}`,
    `text:unsubscribe=${lower.includes('unsubscribe') || lower.includes('remove')}`,
    `text:shouts=${stepOf(shouts)}`,
  ]
  if (text.includes('\n-- \n') || text.includes('\n--\n')) facts.push('text:signature')
  if (text.includes('BEGIN PGP')) facts.push('text:pgp')
  if (text.includes('wrote:\n')) facts.push('text:quotes-writer')
  return facts
}
