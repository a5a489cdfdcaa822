// Whether all servers of a zone say about a key what a rotation wants them to.

import {
  diagnoseKey,
  foreignKind,
  formatKeyFinding,
  isKeyUsable,
  keyRecordName,
  parseKeyRecord,
  type SigningKey,
} from '@postern/dkim'
import type { Answer } from '@postern/dns'
import { type AuthoritativeOptions, askAllServers, type ServerAnswer } from './dkim-authoritative.ts'
import type { NameSeen } from './dkim-rotation-advance.ts'

export interface LookOptions extends AuthoritativeOptions {
  /** Servers that do not answer do not count, as long as one does. */
  readonly ignoresUnreachable: boolean
}

/** What is wrong with an answer, as a sentence; undefined: it is as wanted. */
type Judge = (answer: Answer<readonly string[]>) => string | undefined

interface Name {
  readonly selector: string
  readonly domain: string
}

/** Whether the record of this key is served, in a state that receivers can use. */
export function lookForKey(name: Name, key: SigningKey, options: LookOptions): Promise<NameSeen> {
  return look(name, options, (answer) => {
    const findings = diagnoseKey({ ...name, key, answer })
    if (isKeyUsable(findings)) return undefined
    return formatKeyFinding(findings.find(({ severity }) => severity === 'error') ?? findings[0]!)
  })
}

/** Whether no key is served there any more: its record is empty, or gone. */
export function lookForNoKey(name: Name, options: LookOptions): Promise<NameSeen> {
  return look(name, options, (answer) => {
    if (answer.kind !== 'records') return undefined
    const texts = answer.records.map((strings) => strings.join('')).filter((text) => !foreignKind(text))
    const isEmpty = (text: string) => {
      const record = parseKeyRecord(text)
      return record.ok && record.value.publicKey === ''
    }
    return texts.every(isEmpty) ? undefined : 'The old key is still there.'
  })
}

async function look({ selector, domain }: Name, options: LookOptions, judge: Judge): Promise<NameSeen> {
  const name = keyRecordName(selector, domain)
  const asked = await askAllServers(name, options)
  if (!asked.ok) return { name, isSeen: false, serving: 0, asked: 0, troubles: [`${asked.message}.`], ttl: 0 }
  const serving = asked.answers.filter(
    ({ answer }) => answer.kind !== 'temperror' && judge(answer) === undefined,
  )
  const others = asked.answers.filter((each) => !serving.includes(each))
  const counting = others.filter(({ answer }) => answer.kind !== 'temperror' || !options.ignoresUnreachable)
  return {
    name,
    isSeen: counting.length === 0 && serving.length > 0,
    serving: serving.length,
    asked: asked.answers.length,
    troubles: troublesOf(counting.length === 0 && serving.length === 0 ? others : counting, judge),
    ttl: Math.max(0, ...asked.answers.map(({ answer }) => (answer.kind === 'records' ? answer.ttl : 0))),
  }
}

/** Servers with the same trouble are told of together. */
function troublesOf(answers: readonly ServerAnswer[], judge: Judge): string[] {
  const servers = new Map<string, string[]>()
  for (const { server, answer } of answers) {
    const trouble = answer.kind === 'temperror' ? `No answer (${answer.reason}).` : (judge(answer) ?? '')
    servers.set(trouble, [...(servers.get(trouble) ?? []), server])
  }
  return [...servers].map(([trouble, names]) => `${names.join(', ')}: ${trouble}`)
}
