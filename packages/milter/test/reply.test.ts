import { describe, expect, it } from 'vitest'
import { type Reply, reply } from '../src/index.ts'
import { effectOf, formatReply, isReply } from '../src/reply.ts'
import { readFilterFrame } from '../src/reply-frame.ts'
import { frame, framesOf } from './wire.ts'

const codeFrame = (answer: Reply) => framesOf(formatReply(answer))[0]!

describe('a reply', () => {
  it.each<[Reply, string]>([
    ['continue', 'c'],
    ['accept', 'a'],
    ['reject', 'r'],
    ['tempfail', 't'],
    ['discard', 'd'],
    ['skip', 's'],
    ['shutdown', '4'],
    ['connection-failure', 'f'],
  ])('%s is %s', (answer, letter) => {
    expect(formatReply(answer)).toBe(frame(letter))
    expect(readFilterFrame(letter, '')).toEqual({ kind: 'reply', reply: answer })
    expect(isReply(answer)).toBe(true)
  })

  it.each<[string, Reply, string]>([
    ['a code and a text', reply(550, 'No such user'), '550 No such user\0'],
    ['an enhanced code', reply(451, '4.7.1', 'Later'), '451 4.7.1 Later\0'],
    [
      'lines',
      reply(550, '5.7.1', ['One', 'Two', 'Three']),
      '550-5.7.1 One\r\n550-5.7.1 Two\r\n550 5.7.1 Three\0',
    ],
    ['line feeds', reply(550, undefined, 'One\nTwo\r\nThree'), '550-One\r\n550-Two\r\n550 Three\0'],
    ['percent signs', reply(550, '100% %s'), '550 100%% %%s\0'],
    ['control characters', reply(550, 'a\0b\rc\x1bd\te\x7f'), '550 a b c d e \0'],
    ['characters beyond ASCII', reply(550, 'grüße 😀'), '550 gr\xc3\xbc\xc3\x9fe \xf0\x9f\x98\x80\0'],
    ['half a character', reply(550, 'a\ud83d'), '550 a\xef\xbf\xbd\0'],
    ['no text, for good', reply(550, '5.7.1', ''), '550 5.7.1 Refused\0'],
    ['no text, for now', reply(450, []), '450 Try again later\0'],
  ])('with %s', (_, answer, text) => {
    expect(codeFrame(answer)).toEqual(['y', text])
  })

  it('is cut to lines of 980 bytes, between characters, and to 32 lines', () => {
    const [, text] = codeFrame(reply(550, '€'.repeat(500)))
    expect(text).toBe(`550 ${'\xe2\x82\xac'.repeat(326)}\0`)
    expect(
      codeFrame(
        reply(
          550,
          Array.from({ length: 50 }, () => 'x'),
        ),
      )[1].split('\r\n'),
    ).toHaveLength(32)
  })

  it.each([
    [250, undefined],
    [600, undefined],
    [550.5, undefined],
    [Number.NaN, undefined],
    [550, '4.7.1'],
    [450, '5.7.1'],
    [550, '2.0.0'],
    [550, '5.7'],
    [550, '5.7.1 x'],
  ])('%d %s is a mistake of the caller', (code, enhanced) => {
    expect(() => reply(code, enhanced, 'x')).toThrow(TypeError)
  })

  it.each([undefined, null, 'maybe', {}, { code: 550 }, 5])('%o is none', (value) => {
    expect(() => formatReply(value as never)).toThrow(TypeError)
    expect(isReply(value)).toBe(false)
  })

  it.each<[Reply, string]>([
    ['continue', 'go-on'],
    ['skip', 'skip'],
    ['accept', 'take'],
    ['discard', 'take'],
    ['reject', 'refuse'],
    ['tempfail', 'refuse'],
    ['shutdown', 'refuse'],
    ['connection-failure', 'refuse'],
    [reply(450, 'x'), 'refuse'],
  ])('%o has the effect %s', (answer, effect) => {
    expect(effectOf(answer)).toBe(effect)
  })
})

describe('the MTA reads', () => {
  it.each<[string, Reply]>([
    ['550 5.7.1 No\0', { code: 550, enhanced: '5.7.1', lines: ['No'] }],
    ['451 Later\0', { code: 451, enhanced: undefined, lines: ['Later'] }],
    ['550-5.7.1 100%% a\r\n550 5.7.1 b\0', { code: 550, enhanced: '5.7.1', lines: ['100% a', 'b'] }],
    ['550 5.7.1\0', { code: 550, enhanced: '5.7.1', lines: [''] }],
    ['550 \0', { code: 550, enhanced: undefined, lines: [''] }],
  ])('%j', (data, answer) => {
    expect(readFilterFrame('y', data)).toEqual({ kind: 'reply', reply: answer })
  })

  it.each([
    ['y', '250 OK\0'],
    ['y', '550'],
    ['y', '550 no NUL'],
    ['y', '550-one\r\n551 two\0'],
    ['y', '550 one\r\n550 two\0'],
    ['y', '550-one\r\n550-two\0'],
    ['h', 'name\0value'],
    ['h', '\0value\0'],
    ['h', 'name\0value\0more\0'],
    ['i', '\0\0'],
    ['m', '\0\0\0\x01name\0'],
    ['+', '<a>'],
    ['q', 'reason'],
    ['z', ''],
    ['C', ''],
  ])('nothing in %s %j', (letter, data) => {
    expect(readFilterFrame(letter, data)).toBeUndefined()
  })
})
