import { describe, expect, it } from 'vitest'
import { parseMaildirName } from '../../src/learn/maildir.ts'
import { isMarkedSpam, readinessOf } from '../../src/learn/watch-rules.ts'

const now = 1_000_000
const after = 86_400

describe('a message is learned', () => {
  it.each<[name: string, folder: 'spam' | 'ham', flags: string, age: number, wasSpam: boolean, when: string]>(
    [
      ['spam, at once, read or not', 'spam', '', 0, false, 'now'],
      ['spam that was read', 'spam', 'S', 0, false, 'now'],
      ['spam on its way elsewhere', 'spam', 'ST', after, false, 'not-yet'],
      ['a draft among the spam', 'spam', 'D', after, false, 'not-yet'],
      ['new mail', 'ham', '', 0, false, 'not-yet'],
      ['mail that nobody has read', 'ham', 'F', 10 * after, false, 'not-yet'],
      ['mail that was just read', 'ham', 'S', 10, false, `later ${after - 10}`],
      ['mail that was read and left in place', 'ham', 'S', after, false, 'now'],
      ['mail that was answered', 'ham', 'RS', 0, false, 'now'],
      ['mail that was answered and thrown away', 'ham', 'RST', 0, false, 'not-yet'],
      ['mail taken out of the spam', 'ham', '', 0, true, 'now'],
      ['mail taken out of the spam and thrown away', 'ham', 'T', 0, true, 'not-yet'],
      ['a draft', 'ham', 'DS', 10 * after, false, 'not-yet'],
    ],
  )('%s', (_, folder, letters, age, wasSpam, when) => {
    const { flags } = parseMaildirName(`1.a:2,${letters}`)
    const readiness = readinessOf({ folder, flags, changedAt: now - age, wasSpam }, now, after)
    expect(readiness.kind === 'later' ? `later ${readiness.at - now}` : readiness.kind).toBe(when)
  })
})

describe('a name in a Maildir', () => {
  it.each<[name: string, base: string, delivered: number | undefined, octets: number | undefined]>([
    ['1700000000.M1P2.host', '1700000000.M1P2.host', 1_700_000_000, undefined],
    ['1700000000.M1P2.host,S=1234,W=1260:2,RS', '1700000000.M1P2.host,S=1234,W=1260', 1_700_000_000, 1234],
    ['1700000000.M1P2.host,W=1260,S=7:2,', '1700000000.M1P2.host,W=1260,S=7', 1_700_000_000, 7],
    ['odd', 'odd', undefined, undefined],
    ['odd;2,S', 'odd', undefined, undefined],
    ['1.a!2,T', '1.a', 1, undefined],
    ['99999999999999.a,S=x', '99999999999999.a,S=x', undefined, undefined],
  ])('%s', (name, base, delivered, octets) => {
    expect(parseMaildirName(name)).toMatchObject({ base, delivered, octets })
  })
  it('has flags', () => {
    expect(parseMaildirName('1.a:2,DRST').flags).toEqual({
      answered: true,
      draft: true,
      seen: true,
      trashed: true,
    })
    expect(parseMaildirName('1.DRST:2,').flags).toEqual({
      answered: false,
      draft: false,
      seen: false,
      trashed: false,
    })
  })
})

it.each([
  ['X-Spam-Flag: YES\n\nx', true],
  ['Subject: a\r\nx-spam-flag: yes\r\n\r\nx', true],
  ['X-Bogosity: Spam, tests=bogofilter\n\n', true],
  ['X-Spam-Flag: NO\n\nx', false],
  ['X-Bogosity: Ham, tests=bogofilter\n\n', false],
  ['Subject: a\n\nX-Spam-Flag: YES\n', false],
  ['Subject: X-Spam-Flag: YES\n\n', false],
  ['X-Spam-Flag: YESTERDAY\n\n', false],
  ['', false],
])('%j: marked as spam: %s', (text, isMarked) => {
  expect(isMarkedSpam(Buffer.from(text))).toBe(isMarked)
})
