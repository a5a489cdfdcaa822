import { loadSettings } from '@postern/settings'
import { describe, expect, it } from 'vitest'
import { createSpamPolicy } from '../src/spam-policy.ts'

function policyOf(text: string) {
  const loaded = loadSettings(text)
  if (!loaded.ok) throw new Error(loaded.problems[0]!.message)
  return createSpamPolicy(loaded.settings)
}

const groups = policyOf(`[spam]
quarantine_at = 0.9
[[spam.group]]
recipients = ["ann@example.org", ".example.com", "abuse@", "bücher.example"]
tag_at = 0.95
[[spam.group]]
recipients = ["example.org", "example.com"]
reject_at = 0.8
`)

describe('who belongs to which group', () => {
  it.each([
    ['ann@example.org', 'none'],
    ['Ann@Example.ORG', 'none'],
    ['bob@example.org', 'reject'],
    ['"a@b"@example.org', 'reject'],
    ['bob@mail.example.org', 'quarantine'],
    ['bob@example.com', 'reject'],
    ['bob@mail.example.com', 'none'],
    ['abuse@example.org', 'none'],
    ['abuse', 'none'],
    ['bob', 'quarantine'],
    ['bob@', 'quarantine'],
    ['', 'quarantine'],
    ['bob@bücher.example', 'none'],
  ])('%s', (recipient, action) => {
    expect(groups.judge(0.93, [recipient])).toMatchObject({ action })
  })
  it('is nobody, for no recipient', () => {
    expect(groups.judge(0.93, [])).toEqual({ action: 'quarantine', tagAt: 0.9 })
  })
})

describe('what is tagged', () => {
  it.each([
    ['', 0.99],
    ['bayes.spam_threshold = 0.9', 0.9],
    ['bayes.spam_threshold = 0.9\nspam.tag_at = 0.95', 0.95],
    ['spam.defer_at = 0.999', 0.99],
    ['spam.defer_at = 0.9\nspam.reject_at = 0.95', 0.9],
  ])('with "%s" is what has %d', (text, tagAt) => {
    const policy = policyOf(text)
    expect(policy.judge(tagAt - 0.0001, ['a@b'])).toEqual({ action: 'none', tagAt })
    expect(policy.judge(tagAt, ['a@b']).action).not.toBe('none')
  })
  it('is less where one recipient wants less', () => {
    expect(groups.judge(0.93, ['bob@example.org', 'ann@example.org'])).toEqual({
      action: 'none',
      tagAt: 0.95,
    })
    expect(groups.judge(0.96, ['bob@example.org', 'ann@example.org'])).toEqual({ action: 'tag', tagAt: 0.95 })
  })
})

it('does nothing to what nothing is known of', () => {
  const policy = policyOf('spam.tag_at = 0.51\nspam.reject_at = 0.51')
  expect(policy.judge(0.5, ['a@b']).action).toBe('none')
})
