import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { removeSpamFields, rewriteMessage } from '../src/index.ts'
import { bytes } from './bytes.ts'

function rewrite(text: string, fields: readonly string[] = ['X-Spam-Flag: YES']): string {
  const message = bytes(text)
  const { header, restAt } = rewriteMessage(message, fields)
  return header + message.subarray(restAt).toString('latin1')
}

describe('rewriteMessage', () => {
  it.each([
    ['new fields on top', 'A: b\n\nbody', 'X-Spam-Flag: YES\nA: b\n\nbody'],
    ['with the line ends of the message', 'A: b\r\n\r\nbody', 'X-Spam-Flag: YES\r\nA: b\r\n\r\nbody'],
    [
      'earlier ones go',
      'X-Spam-Flag: NO\nA: b\nx-spam-level: **\n\nX-Spam-Body: 1',
      'X-Spam-Flag: YES\nA: b\n\nX-Spam-Body: 1',
    ],
    [
      'with their further lines',
      'X-Spam-Status: No,\n\tscore\n more\nA: b\n c\n\n',
      'X-Spam-Flag: YES\nA: b\n c\n\n',
    ],
    [
      'what was before SpamAssassin stays',
      'X-Spam-Prev-Subject: x\n\n',
      'X-Spam-Flag: YES\nX-Spam-Prev-Subject: x\n\n',
    ],
    [
      'below Return-Path',
      'Return-Path: <a@b>\n (x)\nA: b\n\n',
      'Return-Path: <a@b>\n (x)\nX-Spam-Flag: YES\nA: b\n\n',
    ],
    [
      'below the line of an mbox',
      'From a@b Mon\nReturn-Path: <a@b>\nX-Spam-A: 1\n\n',
      'From a@b Mon\nReturn-Path: <a@b>\nX-Spam-Flag: YES\n\n',
    ],
    ['no header', '\nbody', 'X-Spam-Flag: YES\n\nbody'],
    ['no header, CRLF', '\r\nbody', 'X-Spam-Flag: YES\r\n\r\nbody'],
    ['no body', 'A: b\n', 'X-Spam-Flag: YES\nA: b\n'],
    ['nothing', '', 'X-Spam-Flag: YES\n\n'],
    [
      'below Return-Path once others are gone',
      'X-Spam-A: 1\nReturn-Path: <>\nA: b\n\n',
      'Return-Path: <>\nX-Spam-Flag: YES\nA: b\n\n',
    ],
    ['a first line that would continue ours is body', ' NO\nA: b\n\n', 'X-Spam-Flag: YES\n\n NO\nA: b\n\n'],
  ])('%s', (_name, message, expected) => {
    expect(rewrite(message)).toBe(expected)
  })

  it('replaces fields of the names that come', () => {
    expect(rewrite('x-bogosity: Ham\n more\nX-Bogosity-2: a\nA: b\n\n', ['X-Bogosity: Spam'])).toBe(
      'X-Bogosity: Spam\nX-Bogosity-2: a\nA: b\n\n',
    )
  })

  it('folds as the message does', () => {
    expect(rewrite('A: b\r\n\r\n', ['X-Spam-Status: No,\n\ttests=none'])).toBe(
      'X-Spam-Status: No,\r\n\ttests=none\r\nA: b\r\n\r\n',
    )
  })

  it('twice is as once, and the body is never touched', () => {
    const line = fc.constantFrom(
      'A: b',
      'X-Spam-Flag: NO',
      ' folded',
      'Return-Path: <>',
      'From x',
      '',
      'x-spam-x: y',
    )
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const message = lines.join(end) + end
        const once = rewrite(message)
        expect(rewrite(once)).toBe(once)
        const { bodyAt } = rewriteMessage(bytes(message), [])
        expect(once.endsWith(message.slice(bodyAt))).toBe(true)
        expect(once.match(/^X-Spam-Flag: YES\r?\n(?![ \t])/m)).not.toBe(null)
      }),
    )
  })
})

describe('removeSpamFields', () => {
  it('gives nothing when there is nothing to remove', () => {
    expect(removeSpamFields(bytes('A: b\n\nX-Spam-Flag: YES\n'))).toBe(undefined)
  })

  it('gives the message as it was before', () => {
    const [header, rest] = removeSpamFields(bytes('X-Spam-Flag: YES\n\tfolded\nA: b\n\nbody\n'))!
    expect(header + Buffer.from(rest).toString()).toBe('A: b\n\nbody\n')
  })
})
