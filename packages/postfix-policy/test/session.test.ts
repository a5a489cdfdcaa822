import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicySession, type PolicyEvent, type SessionLimits } from '../src/index.ts'
import { bytesOf, latin1, piecesOf, request, textOf } from './bytes.ts'

/** Events as plain values that can be compared. */
function run(pieces: readonly Uint8Array[], limits?: SessionLimits) {
  const session = createPolicySession(limits)
  const events: PolicyEvent[] = pieces.flatMap((piece) => [...session.receive(piece)])
  const last = session.end()
  if (last !== undefined) events.push(last)
  return events.map((event) => (event.kind === 'request' ? [...event.request.attributes] : event))
}

const small: SessionLimits = { lineBytes: 40, requestBytes: 90, attributes: 3 }

const head = 'request=smtpd_access_policy\n'

// Text that is often a request, and often nearly one.
const line = fc.constantFrom(
  'request=smtpd_access_policy\n',
  'request=junk\n',
  'sender=a@example.org\n',
  'sender=\r\n',
  'helo_name=\xff\xc3\xbc\n',
  '\n',
  '\r\n',
  '\r',
  '\r=1\n',
  '=\n',
  'junk\n',
  'a=\0\n',
  'x='.padEnd(40, 'y') + '\n',
  'x='.padEnd(41, 'y') + '\n',
)
const stream = fc
  .array(fc.oneof({ weight: 6, arbitrary: line }, fc.string({ unit: 'binary-ascii', maxLength: 5 })), {
    maxLength: 12,
  })
  .map((parts) => latin1(parts.join('')))

describe('session', () => {
  it('gives the same events for the same bytes, however they are cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (bytes, cuts, isSmall) => {
        const limits = isSmall ? small : {}
        const whole = run([bytes], limits)
        expect(run(piecesOf(bytes, cuts), limits)).toEqual(whole)
        expect(
          run(
            Array.from(bytes, (byte) => Uint8Array.of(byte)),
            limits,
          ),
        ).toEqual(whole)
      }),
      { numRuns: 3000 },
    )
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ size: 'max', maxLength: 300 }), { maxLength: 10 }), (pieces) => {
        for (const event of run(pieces)) expect(event).toBeDefined()
      }),
      { numRuns: 1000 },
    )
  })

  it('holds back one request and no more, whatever the lines', () => {
    const piece = fc.oneof(line, fc.constantFrom('a=b\n', 'c=', 'd'))
    fc.assert(
      fc.property(fc.array(piece, { size: 'max', minLength: 40, maxLength: 60 }), (texts) => {
        const session = createPolicySession(small)
        let heldBack = 0
        for (const text of [head, ...texts]) {
          heldBack += text.length
          const events = session.receive(latin1(text))
          if (events.some((event) => event.kind === 'protocol-error')) return
          if (events.length > 0) heldBack = 0
          expect(heldBack).toBeLessThanOrEqual(90)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reads many requests from one chunk', () => {
    const sizes = Array.from({ length: 50 }, (_, n) => String(n))
    const bytes = bytesOf(sizes.map((size) => request(`size=${size}`)).join(''))
    const events = createPolicySession().receive(bytes)
    expect(events.map((event) => event.kind === 'request' && event.request.get('size'))).toEqual(sizes)
  })

  it.each([
    ['a line too long', head + 'x='.padEnd(41, 'y'), { code: 'line-too-long', at: 68, awaitsReply: true }],
    ['an endless first line', 'x'.repeat(50), { code: 'line-too-long', at: 40, awaitsReply: false }],
    [
      'a request too large',
      head + 'aa=aaaaaaaaaaaaaaaaaaaaaaaaaaaa\n'.repeat(2),
      { code: 'request-too-large', at: 90, awaitsReply: true },
    ],
    [
      'too many attributes',
      head + 'a=\nb=\nc=\n\n',
      { code: 'too-many-attributes', at: 35, awaitsReply: true },
    ],
    ['no attribute', head + 'a=\nhello\n\n', { code: 'not-an-attribute', at: 36, awaitsReply: true }],
    ['no name', head + '=a\n\n', { code: 'not-an-attribute', at: 28, awaitsReply: true }],
    [
      'another protocol',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      { code: 'not-an-attribute', at: 15, awaitsReply: false },
    ],
    ['SMTP', 'EHLO mail.example.org\r\n', { code: 'not-an-attribute', at: 22, awaitsReply: false }],
    ['TLS', '\x16\x03\x01\x00\xa5\x01', { code: 'binary', at: 3, awaitsReply: false }],
    ['a NUL in a value', head + 'a=\0\n\n', { code: 'binary', at: 30, awaitsReply: true }],
    ['a NUL in a name', head + 'a\0=\n\n', { code: 'binary', at: 29, awaitsReply: true }],
    [
      'another request',
      'request=junk\nsize=1\n\n',
      { code: 'not-a-policy-request', at: 20, awaitsReply: true },
    ],
    ['no request', 'size=1\n\n', { code: 'not-a-policy-request', at: 7, awaitsReply: true }],
    [
      'a later request line',
      head + 'request=\n\n',
      { code: 'not-a-policy-request', at: 37, awaitsReply: true },
    ],
    ['nothing but an empty line', '\n', { code: 'not-a-policy-request', at: 0, awaitsReply: false }],
    [
      'an empty line after a request',
      head + '\n\n',
      { code: 'not-a-policy-request', at: 29, awaitsReply: true },
    ],
    ['a missing empty line', head + 'a=\n', { code: 'unfinished-request', at: 31, awaitsReply: false }],
    ['half a line', 'requ', { code: 'unfinished-request', at: 4, awaitsReply: false }],
  ])('says where %s goes wrong', (_, text, expected) => {
    const events = run([latin1(text)], small)
    expect(events.at(-1)).toMatchObject({ kind: 'protocol-error', ...expected })
  })

  it('takes lines, requests and attributes of exactly the limits', () => {
    const longest = 'x='.padEnd(40, 'y') + '\n'
    expect(run([bytesOf(head + longest + '\n')], small)).toHaveLength(1)
    const largest = head + longest + 'z='.padEnd(90 - 28 - 41 - 2, 'z') + '\n\n'
    expect(largest).toHaveLength(90)
    expect(run([bytesOf(largest)], small)[0]).toHaveLength(3)
  })

  it('shows a bounded, printable excerpt', () => {
    const [, event] = createPolicySession().receive(latin1(request() + 'x'.repeat(100) + '\x01\xff\n'))
    expect(event).toMatchObject({ code: 'not-an-attribute', excerpt: 'x'.repeat(61) + '???' })
    expect(createPolicySession().receive(bytesOf('request=junk\nsize=1\n\n'))[0]).toMatchObject({
      excerpt: 'request=junk?size=1?',
    })
  })

  it('reads nothing after an error, nor after the end', () => {
    const failed = createPolicySession()
    expect(failed.receive(bytesOf('junk\n'))).toHaveLength(1)
    expect(failed.receive(bytesOf(request()))).toEqual([])
    expect(failed.end()).toBeUndefined()
    const ended = createPolicySession()
    expect(ended.end()).toBeUndefined()
    expect(ended.receive(bytesOf(request()))).toEqual([])
  })

  it('answers once for each request, and once more for an error that waits for an answer', () => {
    const session = createPolicySession()
    session.receive(bytesOf(request() + request() + 'junk\n'))
    expect(textOf(session.reply({ kind: 'dunno' }))).toBe('action=DUNNO\n\n')
    expect(textOf(session.reply({ kind: 'reject', text: 'grüße\n\naction=OK' }))).toBe(
      'action=REJECT grüße action=OK\n\n',
    )
    expect(textOf(session.reply({ kind: 'ok' }))).toBe('action=OK\n\n')
    expect(() => session.reply({ kind: 'dunno' })).toThrow(TypeError)
  })
})
