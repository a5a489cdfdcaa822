import { describe, expect, it } from 'vitest'
import { formatProblems, loadSettings } from '../src/index.ts'

/** The mistakes of a settings file, a line each. */
function mistakes(text: string): string[] {
  const loaded = loadSettings(text)
  return loaded.ok ? [] : [...formatProblems(loaded.problems, 'f')]
}

describe('thresholds', () => {
  it('rise with what is done', () => {
    expect(mistakes('[spam]\ntag_at = 0.9\ndefer_at = 0.95\nreject_at = 0.95')).toEqual([])
    expect(mistakes('[spam]\ntag_at = 0.9\ndefer_at = 0.99\nreject_at = 0.95').join()).toMatch(
      /^f:4:\d+: .*reject_at must be at least defer_at \(0\.99\), not 0\.95/,
    )
    expect(mistakes('[spam]\nquarantine_at = 0.9\ntag_at = 0.95').join()).toContain(
      'quarantine_at must be at least tag_at (0.95), not 0.9',
    )
  })
  it.each([
    ['reject_at = 0.5', 'reject_at must be a number above 0.5, at most 1, not 0.5'],
    ['reject_at = 99', 'reject_at must be a number above 0.5, at most 1, not 99'],
    ['tag_at = 1', 'tag_at must be a number above 0.5, at most 0.9999, not 1'],
    ['refusal_text = "no {evidence}"', 'its placeholders are {queue_id} and {host}'],
    ['subject_tag = "[Späm]"', 'must be printable ASCII'],
  ])('%s', (line, message) => {
    expect(mistakes(`[spam]\n${line}`).join()).toContain(message)
  })
})

describe('groups of recipients', () => {
  it('are tables of their own', () => {
    const loaded = loadSettings(`[spam]
reject_at = 0.999
[[spam.group]]
recipients = ["postmaster@", "abuse@"]
[[spam.group]]
recipients = ["example.org", ".example.net", "ann@example.com"]
reject_at = 0.9
`)
    expect(loaded).toMatchObject({
      ok: true,
      settings: { spam: { group: [{ recipients: ['postmaster@', 'abuse@'] }, { reject_at: 0.9 }] } },
    })
  })
  it.each([
    ['[spam.group]\nrecipients = ["a@b"]', 'group must be a list of tables, not a table: its header is in'],
    ['[[spam.group]]\nreject_at = 0.9', 'recipients in element 1 of group must be set'],
    ['[[spam.group]]\nrecipients = []', 'recipients in element 1 of group may not be empty'],
    [
      '[[spam.group]]\nrecipients = ["a b"]',
      'element 1 of recipients in element 1 of group must be an address',
    ],
    [
      '[[spam.group]]\nrecipients = ["a@b"]\nreject_at = "x"',
      'reject_at in element 1 of group must be a number',
    ],
    [
      '[[spam.group]]\nrecipients = ["a@b"]\nrejectat = 0.9',
      'rejectat is no setting here; did you mean reject_at?',
    ],
    [
      '[[spam.group]]\nrecipients = ["a@b"]\ndefer_at = 0.9\nreject_at = 0.8',
      'reject_at in element 1 of group must be at least defer_at (0.9), not 0.8',
    ],
  ])('%s', (text, message) => {
    expect(mistakes(text).join()).toContain(message)
  })
})
