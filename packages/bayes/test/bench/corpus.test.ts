import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dataFolder, readCorpus } from '../../bench/corpus.ts'
import { dateOrder, randomSplit, shiftSplits } from '../../bench/protocols.ts'

const sources = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const
let folder = ''

function write(source: (typeof sources)[number], name: string, text: string): void {
  writeFileSync(path.join(folder, source, `${name}.txt`), text, 'latin1')
}

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'corpus-'))
  for (const source of sources) mkdirSync(path.join(folder, source))
})

const seconds = (date: string): number => Date.parse(date) / 1000

describe('a folder of messages', () => {
  it('is read without mbox lines, duplicates, and bodies of both classes', () => {
    write('easy-ham-1', '1', 'From a@b  Thu Aug 22 12:36:23 2002\nSubject: x\n\nfirst body\n')
    write('easy-ham-2', '2', 'Subject: y\n\n first\r\n\r\nbody')
    write('hard-ham-1', '3', 'Subject: z\n\nin both\n')
    write('spam-1', '4', 'Subject: z\n\nin  both\n')
    write('spam-2', '5', 'Subject: caf\xe9\n\nb\xa0c\n')
    const { messages, duplicates, inBothClasses } = readCorpus(folder)
    expect(messages.map(({ id }) => id)).toEqual(['easy-ham-1/1', 'spam-2/5'])
    expect([duplicates, inBothClasses]).toEqual([2, 1])
    expect(Buffer.from(messages[0]!.bytes).toString('latin1')).toBe('Subject: x\n\nfirst body\n')
    expect(Buffer.from(messages[1]!.bytes).toString('latin1')).toBe('Subject: caf\xe9\n\nb\xa0c\n')
    expect(messages.map((message) => message.class)).toEqual(['ham', 'spam'])
  })

  it.each([
    [
      'topmost Received',
      'Received: from a\n\tby b; Thu, 22 Aug 2002 07:36:16 -0400 (EDT)\nReceived: from c; Thu, 22 Aug 2002 01:00:00 +0000\n',
      '2002-08-22T11:36:16Z',
    ],
    [
      'next Received when the topmost is absurd',
      'Received: from a; Thu, 22 Aug 2032 07:36:16 +0000\nReceived: from c; Thu, 22 Aug 2002 01:00:00 +0000\n',
      '2002-08-22T01:00:00Z',
    ],
    [
      'mbox line',
      'From a@b  Thu Aug 22 12:36:23 2002\nDate: Thu, 22 Aug 2002 01:00:00 +0000\n',
      '2002-08-22T12:36:23Z',
    ],
    ['Date', 'Date: Thu, 22 Aug 2002 01:00:00 +0200\n', '2002-08-21T23:00:00Z'],
    ['Date without a zone', 'Date: Thu, 22 Aug 2002 01:00:00\n', '2002-08-22T01:00:00Z'],
  ])('%s tells when it arrived', (name, header, date) => {
    write('spam-1', 'dated', `${header}Subject: s\n\n${name}\n`)
    const message = readCorpus(folder).messages.find(({ id }) => id === 'spam-1/dated')
    expect(message?.date).toBe(seconds(date))
  })

  it('has messages without a date first', () => {
    write('spam-1', 'dated', 'Subject: s\n\nno date at all\n')
    const [first] = dateOrder(readCorpus(folder)).filter(({ source }) => source === 'spam-1')
    expect(first).toMatchObject({ id: 'spam-1/dated', date: 0 })
  })
})

describe('the SpamAssassin corpus', () => {
  const corpus = readCorpus(dataFolder(import.meta.filename))
  const count = (messages: readonly { class: string }[]) =>
    (['ham', 'spam'] as const).map((c) => messages.filter((message) => message.class === c).length)

  // As the lab's corpus.py prints them.
  it('is split as in the lab', () => {
    const random = randomSplit(corpus)
    expect([count(random.train), count(random.test)]).toEqual([
      [2074, 931],
      [2036, 798],
    ])
    const [shift] = shiftSplits(corpus)
    expect([count(shift!.train), count(shift!.test)]).toEqual([
      [2472, 462],
      [1638, 1267],
    ])
    expect(corpus).toMatchObject({ duplicates: 207, inBothClasses: 0 })
  })

  it('has every message once in each protocol', () => {
    const all = corpus.messages.map(({ id }) => id).sort()
    const splits = [randomSplit(corpus), ...shiftSplits(corpus)].map(({ train, test }) => [...train, ...test])
    for (const messages of [dateOrder(corpus), ...splits])
      expect(messages.map(({ id }) => id).sort()).toEqual(all)
  })

  it('has a date for every message', () => {
    expect(corpus.messages.filter(({ date }) => date === 0)).toEqual([])
  })
})
