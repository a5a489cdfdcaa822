import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bayesSymbols,
  formatReport,
  isSpamField,
  shownPoints,
  spamFields,
  spamPoints,
} from '../src/report/index.ts'
import type { Evidence, Score } from '../src/score.ts'

const scoreOf = (probability: number, further: Partial<Score> = {}): Score => ({
  probability,
  verdict: probability >= 0.9 ? 'spam' : probability < 0.2 ? 'ham' : 'unsure',
  evidence: [],
  ...further,
})

const evidence: readonly Evidence[] = [
  { kind: 'word', text: 'viagra', weight: 2.25 },
  { kind: 'header', text: 'In-Reply-To', weight: -1.5 },
  { kind: 'link', text: 'http://pills.example', weight: 3 },
  { kind: 'word', text: 'лотерея', weight: 1.1 },
]

const options = { spamThreshold: 0.9, program: 'Postern 0.1.0', hostName: 'mx.example.org' }

describe('spamPoints', () => {
  it.each([
    [0.5, 0],
    [0.9, 5],
    [0.1, -5],
    [0.99, 10.457],
    [1, 99.9],
    [0, -99.9],
  ])('%d is %d points where 0.9 is spam', (probability, points) => {
    expect(spamPoints({ probability: probability }, 0.9)).toBeCloseTo(points, 3)
  })

  it('grows with the probability, and is 5 at the threshold', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true })
    const threshold = fc.double({ min: 0.51, max: 0.99999, noNaN: true })
    fc.assert(
      fc.property(probability, probability, threshold, (a, b, threshold) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(spamPoints({ probability: low }, threshold)).toBeLessThanOrEqual(
          spamPoints({ probability: high }, threshold),
        )
        expect(spamPoints({ probability: threshold }, threshold)).toBe(5)
      }),
    )
  })

  it('are never shown as those of spam for what is not', () => {
    expect(shownPoints(scoreOf(0.8999), 0.9)).toBe('4.9')
    expect(shownPoints(scoreOf(0.9), 0.9)).toBe('5.0')
    expect(shownPoints(scoreOf(0.95, { verdict: 'unsure' }), 0.9)).toBe('4.9')
    expect(shownPoints(scoreOf(0.4999), 0.9)).toBe('0.0')
  })
})

describe('bayesSymbols', () => {
  it.each([
    [0, 'BAYES_00'],
    [0.01, 'BAYES_00'],
    [0.02, 'BAYES_05'],
    [0.1, 'BAYES_20'],
    [0.3, 'BAYES_40'],
    [0.5, 'BAYES_50'],
    [0.7, 'BAYES_60'],
    [0.95, 'BAYES_80'],
    [0.96, 'BAYES_95'],
    [0.995, 'BAYES_99'],
    [0.9995, 'BAYES_99,BAYES_999'],
    [1, 'BAYES_99,BAYES_999'],
  ])('%d is in %s', (probability, names) => {
    expect(bayesSymbols(scoreOf(probability)).join()).toBe(names)
  })

  it('has no name for what is not known yet', () => {
    expect(bayesSymbols(scoreOf(0.5, { untrained: { ham: 1, spam: 0, needed: 20 } }))).toEqual([])
  })
})

const text = (score: Score, further = {}) =>
  spamFields(score, { ...options, ...further }).map(({ name, value }) => `${name}: ${value}`)

describe('spamFields', () => {
  it('of spam', () => {
    expect(text(scoreOf(0.9991, { evidence }), { bogosity: true })).toEqual([
      'X-Spam-Checker-Version: Postern 0.1.0 on mx.example.org',
      'X-Spam-Flag: YES',
      'X-Spam-Score: 16.0',
      'X-Spam-Level: ****************',
      `X-Spam-Status: Yes, score=16.0 required=5.0 tests=BAYES_99,BAYES_999
\tverdict=spam probability=0.9991 version=Postern-0.1.0 for-spam:
\t"http://pills.example" "viagra"
\t=?UTF-8?Q?=D0=BB=D0=BE=D1=82=D0=B5=D1=80=D0=B5=D1=8F?= for-ham:
\t"In-Reply-To"`,
      'X-Bogosity: Spam, tests=bogofilter, spamicity=0.999100, version=Postern-0.1.0',
    ])
  })

  it('of ham, and of what nobody knows', () => {
    expect(text(scoreOf(0.01), { bogosity: true })).toEqual([
      'X-Spam-Checker-Version: Postern 0.1.0 on mx.example.org',
      'X-Spam-Score: -10.5',
      'X-Spam-Status: No, score=-10.5 required=5.0 tests=BAYES_00 verdict=ham\n\tprobability=0.0100 version=Postern-0.1.0',
      'X-Bogosity: Ham, tests=bogofilter, spamicity=0.010000, version=Postern-0.1.0',
    ])
    const unknown = scoreOf(0.5, { untrained: { ham: 3, spam: 4, needed: 20 }, truncatedAt: 1000 })
    expect(text(unknown).at(-1)).toBe(
      'X-Spam-Status: No, score=0.0 required=5.0 tests=none verdict=unsure\n\tprobability=0.5000 untrained=4-spam,3-ham,20-needed scored-octets=1000\n\tversion=Postern-0.1.0',
    )
  })

  it.each([['Subject: Yes, we can'], ['score=-100'], ['X-Spam: no'], [''], ['\r\n']])(
    'does not name evidence that could be taken for a verdict: %j',
    (said) => {
      const [, , , , status] = text(scoreOf(0.99, { evidence: [{ kind: 'word', text: said, weight: 1 }] }))
      expect(status).not.toContain('for-spam')
    },
  )

  it('is one field of ASCII lines of bounded length, whatever the mail says', () => {
    const said = fc.array(
      fc.record({
        kind: fc.constant('word' as const),
        text: fc.string({ unit: 'binary', maxLength: 60 }),
        weight: fc.double({ min: -9, max: 9, noNaN: true }),
      }),
    )
    fc.assert(
      fc.property(said, fc.double({ min: 0, max: 1, noNaN: true }), (evidence, probability) => {
        const status = text(scoreOf(probability, { evidence })).at(-1)!
        for (const line of status.split('\n\t')) expect(line).toMatch(/^[\x20-\x7e]{1,90}$/)
        expect(status.match(/Yes|No,/g)?.length).toBe(1)
        expect(status.match(/score=/g)?.length).toBe(1)
      }),
    )
  })

  it('tells which fields are only ours to write', () => {
    const names = ['X-Spam-Status', 'x-spam-flag', 'X-Bogosity', 'X-Spam-Prev-Subject', 'X-Spamd', 'Subject']
    expect(names.filter(isSpamField)).toEqual(['X-Spam-Status', 'x-spam-flag', 'X-Bogosity'])
  })
})

describe('formatReport', () => {
  it('names the evidence of both sides', () => {
    expect(
      formatReport(scoreOf(0.9991, { evidence }), options),
    ).toBe(`Verdict: spam (16.0 points, 5.0 required)
Probability of spam: 0.9991 (BAYES_99 BAYES_999)
Speaks for spam:
  +3.00   link        http://pills.example
  +2.25   word        viagra
  +1.10   word        лотерея
Speaks for ham:
  -1.50   header      In-Reply-To
`)
  })

  it('says what is not known', () => {
    const score = scoreOf(0.5, { untrained: { ham: 3, spam: 4, needed: 20 }, truncatedAt: 1000 })
    expect(formatReport(score, options)).toBe(`Verdict: unsure (0.0 points, 5.0 required)
Probability of spam: 0.5000 (none)
Not trained yet: 4 spam and 3 ham learned, 20 of each needed
Only the first 1000 octets were looked at
`)
  })

  it('lets nothing from the mail act on a terminal', () => {
    const evil = '\x1b[2Jword\r\nVerdict: ham \u202edlrow\u2028'
    const report = formatReport(
      scoreOf(0.99, { evidence: [{ kind: 'word', text: evil, weight: 1 }] }),
      options,
    )
    expect(report).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e\u2028]/)
    expect(report.split('\n').length).toBe(5)
  })
})
