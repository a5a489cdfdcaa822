import { describe, expect, it } from 'vitest'
import {
  defaultGreylistHeader,
  formatGreylistHeader,
  formatGreylistText,
  formatPostgreyLog,
  type GreylistDecision,
} from '../src/index.ts'

it('fills the text', () => {
  const facts = { missingSeconds: 42, recipient: 'user@example.org' }
  expect(formatGreylistText('Wait %s for %r', facts)).toBe('Wait 42 for example.org')
  expect(formatGreylistText('plain', facts)).toBe('plain')
  expect(formatGreylistText('%r', { ...facts, recipient: 'a@$&' })).toBe('$&')
})

it('fills the header', () => {
  const facts = { waitedSeconds: 300, version: '1.2.3', host: 'mx.example.org', now: 1_718_064_300 }
  expect(formatGreylistHeader(defaultGreylistHeader, facts)).toBe(
    'X-Greylist: delayed 300 seconds by postern-1.2.3 at mx.example.org; Tue, 11 Jun 2024 00:05:00 UTC',
  )
})

describe("postgrey's log line", () => {
  const facts = {
    queueId: '4ABC',
    clientName: 'mx.example.org',
    clientAddress: '192.0.2.1',
    sender: 'a@example.org',
    recipient: 'b@example.net',
  }
  const tail =
    'client_name=mx.example.org, client_address=192.0.2.1, sender=a@example.org, recipient=b@example.net'
  const rows: [GreylistDecision, string][] = [
    [{ result: 'defer', reason: 'new', missingSeconds: 300 }, 'action=greylist, reason=new'],
    [{ result: 'defer', reason: 'too-late', missingSeconds: 300 }, 'action=greylist, reason=new'],
    [
      { result: 'defer', reason: 'early-retry', missingSeconds: 7 },
      'action=greylist, reason=early-retry (7s missing)',
    ],
    [
      { result: 'pass', reason: 'waited', waitedSeconds: 301, autoAllowed: false },
      'action=pass, reason=triplet found, delay=301',
    ],
    [{ result: 'pass', reason: 'passed-before' }, 'action=pass, reason=triplet found'],
    [{ result: 'pass', reason: 'client-passes' }, 'action=pass, reason=client AWL'],
    [{ result: 'pass', reason: 'client-allowlist' }, 'action=pass, reason=client whitelist'],
    [{ result: 'pass', reason: 'recipient-allowlist' }, 'action=pass, reason=recipient whitelist'],
    [{ result: 'pass', reason: 'sender-allowlist' }, 'action=pass, reason=sender whitelist'],
  ]
  it.each(rows)('%j', (decision, words) => {
    expect(formatPostgreyLog(decision, facts)).toBe(`4ABC: ${words}, ${tail}`)
  })
  it('leaves out what is empty', () => {
    const bare = { clientAddress: '192.0.2.1', sender: '', recipient: 'b@example.net' }
    expect(formatPostgreyLog(rows[0]![0], bare)).toBe(
      'action=greylist, reason=new, client_address=192.0.2.1, recipient=b@example.net',
    )
  })
})
