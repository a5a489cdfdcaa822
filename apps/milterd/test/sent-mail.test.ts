import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { HeldBody, HoldingLimit } from '../src/held-body.ts'
import { createLearnLimit } from '../src/learn-limit.ts'
import { createSentMail } from '../src/sent-mail.ts'
import { newDirectory } from './in-process.ts'

const sent = (messageId: string, from = 'ann@example.org', toDomain = 'example.com') => ({
  messageId,
  from,
  toDomain,
})

describe.each(['in memory', 'in a file'])('what was sent, %s', (where) => {
  const open = () =>
    createSentMail(where === 'in memory' ? undefined : path.join(newDirectory(), 'new', 'sent-mail'))

  it('is known again by all three', () => {
    const mail = open()
    expect(mail.has(sent('1@a'))).toBe(false)
    mail.remember(sent('1@a'))
    mail.remember(sent('1@a'))
    expect(mail.has(sent('1@a'))).toBe(true)
    expect(mail.has(sent('2@a'))).toBe(false)
    expect(mail.has(sent('1@a', 'bob@example.org'))).toBe(false)
    expect(mail.has(sent('1@a', undefined, 'example.net'))).toBe(false)
    mail.close()
  })
  it('is forgotten for what is newer, never wrongly known', () => {
    const mail = open()
    for (let i = 0; i < 40_000; i++) mail.remember(sent(`${i}@a`))
    let known = 0
    for (let i = 39_000; i < 40_000; i++) if (mail.has(sent(`${i}@a`))) known++
    expect(known).toBe(1000)
    for (let i = 0; i < 1000; i++) expect(mail.has(sent(`${i}@b`))).toBe(false)
    mail.close()
  })
})

it('is shared by processes, and outlives them, in one megabyte', () => {
  const file = path.join(newDirectory(), 'sent-mail')
  const [one, other] = [createSentMail(file), createSentMail(file)]
  one.remember(sent('1@a'))
  other.remember(sent('2@a'))
  expect([one.has(sent('2@a')), other.has(sent('1@a'))]).toEqual([true, true])
  one.close()
  other.close()
  const later = createSentMail(file)
  expect(later.has(sent('1@a'))).toBe(true)
  later.close()
  expect(statSync(file).size).toBe(1_048_576)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

it('is tried again where there is no place for it', () => {
  const directory = newDirectory()
  writeFileSync(path.join(directory, 'file'), '')
  const mail = createSentMail(path.join(directory, 'file', 'sent-mail'))
  expect(() => mail.remember(sent('1@a'))).toThrow()
  expect(() => mail.has(sent('1@a'))).toThrow()
  mail.close()
})

it('is learned so often for each user in a day', () => {
  const limit = createLearnLimit(2)
  const day = 86_400_000
  expect([1, 2, 3].map(() => limit.take('ann', day + 5))).toEqual([true, true, false])
  expect(limit.take('bob', day + 6)).toBe(true)
  expect(limit.take('ann', 2 * day)).toBe(true)
})

it('is held up to what all messages may hold', () => {
  const limit = new HoldingLimit(100)
  const [one, other] = [new HeldBody(limit, 80), new HeldBody(limit, 80)]
  one.add(Buffer.from('a'.repeat(60)))
  one.add(Buffer.from('b'.repeat(60)))
  other.add(Buffer.from('c'.repeat(20)))
  other.add(Buffer.from('d'))
  expect([one.isCut, other.isCut, limit.held]).toEqual([true, true, 100])
  expect(one.message('h\r\n').toString()).toBe(`h\r\n${'a'.repeat(60)}${'b'.repeat(20)}`)
  expect(other.message('').toString()).toBe('c'.repeat(20))
  one.release()
  one.release()
  expect(limit.held).toBe(20)
  other.release()
  expect(limit.held).toBe(0)
  other.add(Buffer.from('late'))
  expect(limit.held).toBe(0)
})
