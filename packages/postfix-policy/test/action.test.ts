import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Action, argumentBytes, formatAction, parseAction, refusalTextBytes } from '../src/index.ts'

const sized = (text: string) => new TextEncoder().encode(text).length

describe('formatAction', () => {
  it.each<[Action, string]>([
    [{ kind: 'dunno' }, 'DUNNO'],
    [{ kind: 'ok' }, 'OK'],
    [{ kind: 'reject' }, 'REJECT'],
    [{ kind: 'defer' }, 'DEFER'],
    [{ kind: 'reject', text: 'go away' }, 'REJECT go away'],
    [{ kind: 'reject', enhanced: '5.7.1', text: 'go away' }, 'REJECT 5.7.1 go away'],
    [{ kind: 'reject', code: 550, enhanced: '5.7.1', text: 'go away' }, '550 5.7.1 go away'],
    [{ kind: 'defer', code: 450, enhanced: '4.7.1', text: 'wait' }, '450 4.7.1 wait'],
    [{ kind: 'defer', code: 421, text: 'bye' }, '421 bye'],
    [{ kind: 'reject', code: 521, text: 'bye' }, '521 bye'],
    [{ kind: 'defer_if_permit', text: '4.2.0 Greylisted' }, 'DEFER_IF_PERMIT 4.2.0 Greylisted'],
    [{ kind: 'defer_if_permit', enhanced: '4.2.0', text: 'Greylisted' }, 'DEFER_IF_PERMIT 4.2.0 Greylisted'],
    [{ kind: 'defer_if_reject', enhanced: '4.7.1' }, 'DEFER_IF_REJECT 4.7.1'],
    [
      { kind: 'prepend', header: 'X-Greylist: delayed 301 seconds' },
      'PREPEND X-Greylist: delayed 301 seconds',
    ],
    [{ kind: 'hold' }, 'HOLD'],
    [{ kind: 'hold', text: 'look at it' }, 'HOLD look at it'],
    [{ kind: 'discard', text: 'junk' }, 'DISCARD junk'],
    [{ kind: 'warn', text: 'odd' }, 'WARN odd'],
    [{ kind: 'info', text: 'seen' }, 'INFO seen'],
    [{ kind: 'filter', destination: 'smtp:[127.0.0.1]:10025' }, 'FILTER smtp:[127.0.0.1]:10025'],
    [{ kind: 'redirect', address: 'x@example.org' }, 'REDIRECT x@example.org'],
    [{ kind: 'bcc', address: 'x@example.org' }, 'BCC x@example.org'],
    [{ kind: 'restriction', names: 'permit_mynetworks, reject' }, 'permit_mynetworks, reject'],
  ])('%j is %s, and back', (action, text) => {
    expect(formatAction(action)).toBe(text)
    const parsed = parseAction(text)
    expect(parsed.ok && formatAction(parsed.value)).toBe(text)
  })

  // A real Postfix 3.7.11 accepted the mail when it was answered "550" alone.
  it.each<[Action, string]>([
    [{ kind: 'reject', code: 550 }, '550 Access denied'],
    [{ kind: 'defer', code: 450, text: ' \r\n' }, '450 Try again later'],
    [{ kind: 'reject', code: 550, enhanced: '5.7.1' }, '550 5.7.1 Access denied'],
  ])('%j does not send a code alone', (action, text) => {
    expect(formatAction(action)).toBe(text)
  })

  it.each<[Action, string]>([
    [{ kind: 'reject', code: 450, text: 'x' }, 'REJECT x'],
    [{ kind: 'defer', code: 550, text: 'x' }, 'DEFER x'],
    [{ kind: 'reject', code: 250, text: 'x' }, 'REJECT x'],
    [{ kind: 'reject', code: 550.5, text: 'x' }, 'REJECT x'],
    [{ kind: 'reject', code: Number.NaN, text: 'x' }, 'REJECT x'],
    [{ kind: 'reject', enhanced: '5.7', text: 'x' }, 'REJECT x'],
    [{ kind: 'reject', enhanced: '5.7.1\nX', text: 'x' }, 'REJECT x'],
    [{ kind: 'reject', enhanced: '3.7.1', text: 'x' }, 'REJECT x'],
  ])('%j leaves out what Postfix would not take', (action, text) => {
    expect(formatAction(action)).toBe(text)
  })

  it.each<[Action, string]>([
    [{ kind: 'reject', text: 'a\r\n\naction=OK\0b\t' }, 'REJECT a action=OK b'],
    [{ kind: 'prepend', header: 'X-A: 1\nX-B: 2' }, 'PREPEND X-A: 1 X-B: 2'],
    [
      { kind: 'filter', destination: 'smtp:a\nOK' },
      'WARN policy action FILTER has a control character in its argument',
    ],
    [
      { kind: 'redirect', address: 'a\0@b' },
      'WARN policy action REDIRECT has a control character in its argument',
    ],
    [{ kind: 'redirect', address: ' ' }, 'WARN policy action REDIRECT has no argument'],
    [{ kind: 'prepend', header: '\n' }, 'WARN policy action PREPEND has no argument'],
    [
      { kind: 'bcc', address: 'x'.repeat(argumentBytes + 1) },
      'WARN policy action BCC has too long an argument',
    ],
    [{ kind: 'restriction', names: '' }, 'WARN policy action restriction has no argument'],
  ])('%j cannot break out of its line', (action, text) => {
    expect(formatAction(action)).toBe(text)
  })

  it('cuts a refusal so that it fits an SMTP reply line, and a header to a header line', () => {
    expect(formatAction({ kind: 'reject', text: 'é'.repeat(999) })).toBe(
      `REJECT ${'é'.repeat(refusalTextBytes / 2)}`,
    )
    expect(sized(formatAction({ kind: 'prepend', header: `X-A: ${'x'.repeat(5000)}` }))).toBe(
      8 + argumentBytes,
    )
  })

  it('throws for what is no action, which is a bug of the caller', () => {
    expect(() => formatAction({ kind: 'explode' } as unknown as Action)).toThrow(TypeError)
  })
})

const anyText = fc.string({ unit: 'binary', size: 'max', maxLength: 1500 })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const anyAction = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'reject',
      'defer',
      'defer_if_permit',
      'defer_if_reject',
      'hold',
      'discard',
      'warn',
      'info',
    ),
    code: optional(fc.oneof(fc.integer({ min: 390, max: 610 }), fc.double())),
    enhanced: optional(fc.oneof(fc.constantFrom('5.7.1', '4.2.0'), anyText)),
    text: optional(anyText),
  }),
  fc.record({ kind: fc.constant('prepend'), header: anyText }),
  fc.record({ kind: fc.constant('filter'), destination: anyText }),
  fc.record({ kind: fc.constantFrom('redirect', 'bcc'), address: anyText }),
  fc.record({ kind: fc.constant('restriction'), names: anyText }),
) as fc.Arbitrary<Action>

// Actions in the form in which they come back: nothing that is left out or changed on the way.
const word = fc
  .stringMatching(/^[a-zäöü<>@:.,/%-][ -~]{0,30}[!-~]$/)
  .map((text) => text.replace(/ {2,}/g, ' '))
const enhanced = fc.constantFrom('4.2.0', '5.7.1', '2.0.0', '5.123.456')
const words = (kinds: readonly Action['kind'][], extra: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ kind: fc.constantFrom(...kinds), text: word, ...extra }, { requiredKeys: ['kind'] })
const canonical = fc.oneof(
  fc.constantFrom<Action>({ kind: 'dunno' }, { kind: 'ok' }),
  words(['reject', 'defer', 'defer_if_permit', 'defer_if_reject'], { enhanced }),
  words(['hold', 'discard', 'warn', 'info']),
  fc.record({ kind: fc.constant('reject'), code: fc.integer({ min: 500, max: 599 }), text: word }),
  fc.record({ kind: fc.constant('defer'), code: fc.integer({ min: 400, max: 499 }), enhanced, text: word }),
  fc.record({ kind: fc.constant('prepend'), header: word }),
  fc.record({ kind: fc.constant('filter'), destination: word }),
  fc.record({ kind: fc.constantFrom('redirect', 'bcc'), address: word }),
  fc.record({ kind: fc.constant('restriction'), names: word }),
) as fc.Arbitrary<Action>

describe('actions as text', () => {
  it('are one bounded line without control characters, whatever is in them', () => {
    fc.assert(
      fc.property(anyAction, (action) => {
        const text = formatAction(action)
        expect(text).not.toMatch(/[\0-\x1f\x7f]/)
        expect(text).toMatch(/^\S/)
        expect(sized(text)).toBeLessThanOrEqual(1024)
      }),
      { numRuns: 300 },
    )
  })

  it('come back as they were', () => {
    fc.assert(
      fc.property(canonical, (action) => {
        expect(parseAction(formatAction(action))).toEqual({ ok: true, value: action })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('parseAction', () => {
  it.each<[string, Action]>([
    ['dunno', { kind: 'dunno' }],
    ['reject lower case', { kind: 'reject', text: 'lower case' }],
    ['OK with words', { kind: 'ok' }],
    ['1732270000', { kind: 'ok' }],
    ['550', { kind: 'ok' }],
    ['550 5.7.1', { kind: 'reject', code: 550, enhanced: '5.7.1' }],
    ['450 4.7.1  spaced ', { kind: 'defer', code: 450, enhanced: '4.7.1', text: 'spaced' }],
    ['REJECT 550 not a code here', { kind: 'reject', text: '550 not a code here' }],
    ['reject_unauth_destination', { kind: 'restriction', names: 'reject_unauth_destination' }],
    ['250 ok', { kind: 'restriction', names: '250 ok' }],
    ['  HOLD', { kind: 'hold' }],
  ])('reads %j as Postfix does', (text, action) => {
    expect(parseAction(text)).toEqual({ ok: true, value: action })
  })

  it.each([
    ['', 'empty', 0],
    ['   ', 'empty', 3],
    ['PREPEND', 'missing-argument', 7],
    [' filter ', 'missing-argument', 7],
    ['REDIRECT', 'missing-argument', 8],
    ['BCC', 'missing-argument', 3],
    ['REJECT a\nb', 'control-character', 8],
  ])('refuses %j', (text, code, at) => {
    expect(parseAction(text)).toEqual({ ok: false, error: { code, at } })
  })
})
