import fc from 'fast-check'
import type { AuthenticationResults, AuthResult, ReceivedSpf } from '../src/index.ts'

/** Pieces that mean something to a mail header, and some that should not be in one. */
const hostilePiece = fc.constantFrom(
  ...['\r\n', '\r', '\n', '\0', '\t', ' ', '"', '\\', '(', ')', ';', '=', '@', '.', '..', ':', '[', '<', '/'],
  ...['\r\nBcc: all@example.org\r\n', '\n\n', 'example.org', 'a', '1', '-', 'none', 'spf=pass', 'reason='],
  ...['\u00fc', '\u65e5\u672c', '\u{1f4e7}', '\ud83d', '\udce7', '\u0085', '\u2028', '\u00a0', '\x7f', '...'],
)

/** Any text, from nothing to longer than anything that is kept. */
export const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.array(hostilePiece, { maxLength: 12 }).map((pieces) => pieces.join('')) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(hostilePiece, { minLength: 1, maxLength: 5 }), fc.integer({ min: 50, max: 1500 }))
      .map(([pieces, times]) => pieces.join('').repeat(times)),
  },
)

/** What can be carried as it is: no control, no line separator, whole characters, and not too long. */
export const carried = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 24 }),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.array(hostilePiece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    fc.constantFrom(
      '',
      'a@example.org',
      '"a b"@example.org',
      '@example.org',
      '2001:db8::1',
      'b\u00fccher.example',
    ),
  )
  .filter((text) => !/[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]|\p{Surrogate}/u.test(text) && text.length <= 40)

const carriedComment = carried.filter((text) => text !== '' && text === text.replace(/^[\t ]+|[\t ]+$/g, ''))

const keyword = fc.stringMatching(/^[a-z0-9-]{0,8}[a-z0-9]$/)
const spfResult = fc.constantFrom(
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'temperror',
  'permerror',
) as fc.Arbitrary<ReceivedSpf['result']>

const freeKey = fc.stringMatching(/^x-[a-z0-9_.-]{0,9}$/)

const receivedSpfOf = (
  text: fc.Arbitrary<string>,
  comment: fc.Arbitrary<string>,
  key: fc.Arbitrary<string>,
) =>
  fc.record(
    {
      result: spfResult,
      comment,
      identity: fc.oneof(text, fc.constantFrom('mailfrom', 'helo')),
      clientIp: text,
      envelopeFrom: text,
      helo: text,
      receiver: text,
      mechanism: text,
      problem: text,
      extensions: fc.array(fc.record({ key, value: text }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['result'] },
  )

export const hostileReceivedSpf = receivedSpfOf(hostile, hostile, hostile) as fc.Arbitrary<ReceivedSpf>
export const carriedReceivedSpf = receivedSpfOf(carried, carriedComment, freeKey) as fc.Arbitrary<ReceivedSpf>

const authResultOf = (
  text: fc.Arbitrary<string>,
  comment: fc.Arbitrary<string>,
  name: fc.Arbitrary<string>,
) =>
  fc.record(
    {
      method: name,
      methodVersion: fc.nat(),
      result: name,
      comment,
      reason: text,
      properties: fc.array(fc.record({ ptype: name, property: name, value: text }), { maxLength: 3 }),
    },
    { requiredKeys: ['method', 'result', 'properties'] },
  ) as fc.Arbitrary<AuthResult>

const authenticationResultsOf = (
  text: fc.Arbitrary<string>,
  result: fc.Arbitrary<AuthResult>,
  most: number,
) =>
  fc.record(
    { authservId: text, version: fc.constant(1 as const), results: fc.array(result, { maxLength: most }) },
    { requiredKeys: ['authservId', 'results'] },
  ) as fc.Arbitrary<AuthenticationResults>

export const hostileAuthenticationResults = authenticationResultsOf(
  hostile,
  authResultOf(hostile, hostile, hostile),
  8,
)
export const carriedAuthenticationResults = authenticationResultsOf(
  carried,
  authResultOf(carried, carriedComment, keyword),
  3,
)
