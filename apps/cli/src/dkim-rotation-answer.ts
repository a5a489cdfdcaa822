// What a run of rotations did, waits for, and wants from the administrator, in sentences.

import { formatKeyZoneLine, keyRecordName } from '@postern/dkim'
import { nameKey } from './dkim-genkey-answer.ts'
import { type Rotation, revokedRecord } from './dkim-rotation.ts'
import type { NameSeen, RotationEvent, Waiting } from './dkim-rotation-advance.ts'
import { formatMoment, isoMoment } from './duration.ts'
import { hangText } from './text-wrap.ts'

/** One unit after a run. */
export interface RotationAnswer {
  readonly id: string
  readonly domains: readonly string[]
  /** The selector that the settings name. */
  readonly selector: string
  /** The file that names it. */
  readonly namedIn: string
  /** Undefined: there has been none. */
  readonly rotation: Rotation | undefined
  readonly events: readonly RotationEvent[]
  readonly waiting: Waiting
  readonly hasFailed: boolean
  /** What a person has to write into that file where we cannot. */
  readonly lines: readonly string[]
  /** Nothing was written. */
  readonly isDry: boolean
  readonly reloadCommand: string | undefined
}

export function formatRotation(answer: RotationAnswer): string {
  return `${headOf(answer)}\n${answer.events.map((event) => formatEvent(event, answer)).join('')}`
}

function headOf({ id, domains, selector, rotation, isDry }: RotationAnswer): string {
  const dry = isDry ? ' (dry run: nothing is written)' : ''
  const names = `${id} (${domains.join(', ')})`
  if (rotation === undefined) return `${names}: selector ${selector}${dry}`
  return `${names}: ${rotation.old.selector} -> ${rotation.new.selector}, ${rotation.state}${dry}`
}

/** A sentence in its place, or several. */
const say = (text: string): string => hangText('  ', text)

function formatEvent(event: RotationEvent, answer: RotationAnswer): string {
  const sentence = sentenceOn(event, answer)
  if (event.code === 'switch-needed')
    return `${say(sentence)}\n${answer.lines.map((line) => `${line}\n`).join('')}\n`
  if (!('names' in event) || event.code === 'served') return say(sentence)
  return `${say(sentence)}${event.names.map(formatTroubles).join('')}${adviceOn(event, answer)}`
}

const formatTroubles = ({ troubles }: NameSeen): string =>
  troubles.map((trouble) => hangText('    ', trouble, '      ')).join('')

function sentenceOn(event: RotationEvent, answer: RotationAnswer): string {
  const { rotation, namedIn, isDry, reloadCommand } = answer
  const next = rotation?.new
  const old = rotation?.old
  switch (event.code) {
    case 'generated': {
      const key = nameKey(rotation?.algorithm ?? 'rsa', event.bits)
      return isDry ? `Would make a new key, ${key}: ${next?.file}.` : `Made a new key, ${key}: ${next?.file}.`
    }
    case 'not-served':
      return `The old key goes on signing until all servers of the zone serve the new one. Now: ${countServing(event.names)}.`
    case 'served':
      return `The new record is on all servers asked: ${countServing(event.names)}.`
    case 'switched':
      return isDry
        ? `Would make ${namedIn} name the new key.`
        : `${namedIn} names the new key now, and nothing else in it has changed.`
    case 'switched-by-hand':
      return `${namedIn} names the new key already.`
    case 'switch-failed':
      return `The new key could not be switched on: ${event.message}.`
    case 'switch-needed':
      return `Switch the new key on yourself, as ${event.message}, and run this again. ${namedIn} is to say:`
    case 'reloaded':
      if (reloadCommand === undefined) return 'The milter signs with the new key.'
      return isDry
        ? `Would run ${reloadCommand}.`
        : `The milter was told to read its settings: ${reloadCommand}.`
    case 'reload-failed':
      return `The milter still signs with the old key, as ${reloadCommand} failed: ${event.message}`
    case 'reload-needed':
      return 'Have the milter read its settings (SIGHUP, systemctl reload), and say so with --reloaded; --reload COMMAND does both.'
    case 'retiring':
      return `The old record (${old?.selector}) has to stay until ${formatMoment(event.until)}, as mail signed with it may be on its way.`
    case 'new-key-missing':
      return `Mail is signed with ${next?.selector}, and the DNS does not serve that any more: put the record back at once.`
    case 'old-key-missing':
      return `The old record (${old?.selector}) is still needed, and not all servers have it: put it back.`
    default:
      return lastSentenceOn(event, answer)
  }
}

type LastEvent = Extract<
  RotationEvent,
  { code: 'grace-over' | 'not-revoked' | 'done' | 'idle' | 'refused' | 'aborted' }
>

function lastSentenceOn(event: LastEvent, { rotation }: RotationAnswer): string {
  switch (event.code) {
    case 'grace-over':
      return 'No mail needs the old key any more.'
    case 'not-revoked':
      return `Revoke the old key: empty its record, or remove it. Still there: ${event.names
        .filter(({ isSeen }) => !isSeen)
        .map(({ name }) => name)
        .join(', ')}.`
    case 'done':
      return `The old key is revoked, and the rotation is finished. ${rotation?.old.file} is of no use any more.`
    case 'refused':
      return `${event.message}.`
    case 'aborted':
      return `The rotation is given up. Nothing signs with ${rotation?.new.file}; remove its record, if it is published.`
    case 'idle':
      break
  }
  const { reason } = event
  switch (reason.code) {
    case 'finished':
      return `The last rotation was finished on ${formatMoment(reason.at)}; --start begins another.`
    case 'young':
      return `The key is ${reason.days} days old; another is made after ${reason.every}.`
    case 'not-asked':
      return 'No rotation is under way. --domain or --key begins one.'
  }
}

const countServing = (names: readonly NameSeen[]): string =>
  names.map(({ name, serving, asked }) => `${name} on ${serving} of ${asked}`).join(', ')

/** What to publish. */
function adviceOn(
  { code, names }: Extract<RotationEvent, { names: unknown }>,
  { rotation }: RotationAnswer,
): string {
  if (rotation === undefined || code === 'served') return ''
  const isOld = code === 'old-key-missing'
  if (isOld) return ''
  const record = code === 'not-revoked' ? revokedRecord(rotation) : rotation.new.record
  const missing = names.filter(({ isSeen }) => !isSeen)
  const lines = missing.map(({ name }) => `${formatKeyZoneLine(name, record)}\n`).join('')
  return `\nTo publish, as lines for the zone:\n\n${lines}\nand as one string:\n\n${record}\n\n`
}

export function formatRotationStatus(answer: RotationAnswer): string {
  const { rotation, namedIn } = answer
  if (rotation === undefined)
    return `${headOf(answer)}\n${say(`No rotation since it was made. Named in ${namedIn}.`)}`
  const { since, old, new: next, domains } = rotation
  const rows = Object.entries(since).map(([state, at]) => `  ${state.padEnd(9)} ${formatMoment(at)}\n`)
  const names = domains.map((domain) => keyRecordName(next.selector, domain)).join(', ')
  return `${headOf(answer)}\n${rows.join('')}  old key   ${old.file}\n  new key   ${next.file} (${names})\n`
}

/** The shape is documented in README.md. */
export function jsonOfRotation(answer: RotationAnswer) {
  const { id, domains, selector, rotation, events, waiting, hasFailed } = answer
  return {
    key: id,
    domains,
    selector,
    state: rotation?.state ?? null,
    old: rotation?.old ?? null,
    new: rotation?.new ?? null,
    since:
      rotation === undefined
        ? {}
        : Object.fromEntries(Object.entries(rotation.since).map(([state, at]) => [state, isoMoment(at)])),
    waiting,
    failed: hasFailed,
    events: events.map((event) => ({ ...event, message: sentenceOn(event, answer) })),
  }
}
