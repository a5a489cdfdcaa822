import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatFault,
  formatRequest,
  type RequestEvent,
  type RequestLimits,
  RequestReader,
  type SpamdCommand,
  scanCommands,
} from '../src/index.ts'
import { bytes, split } from './bytes.ts'

/** All events of a request that comes in these pieces; with `end`, the peer then says that it is done. */
function read(pieces: readonly Uint8Array[], { end = true, limits = {} as Partial<RequestLimits> } = {}) {
  const reader = new RequestReader(limits)
  const events: RequestEvent[] = []
  const drain = () => {
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event)
  }
  for (const piece of pieces) {
    reader.receive(piece)
    drain()
  }
  if (end) {
    reader.end()
    drain()
  }
  return { reader, events }
}

const readText = (text: string, options?: Parameters<typeof read>[1]) => read([bytes(text)], options).events

/** `head`, the message in quotes, or what the peer is told. */
const summary = (events: readonly RequestEvent[]): string =>
  events
    .map((event) => {
      if (event.kind === 'head') return 'head'
      if (event.kind === 'message') return JSON.stringify(Buffer.from(event.message).toString('latin1'))
      return formatFault(event.fault).trimEnd()
    })
    .join(' ')

describe('a request', () => {
  it('has a head and a message', () => {
    const [head, message] = readText('CHECK SPAMC/1.5\r\nUser: jo\r\nContent-length: 5\r\n\r\nbody\n', {
      end: false,
    })
    expect(head).toEqual({
      kind: 'head',
      head: {
        command: 'CHECK',
        version: 1.5,
        user: 'jo',
        contentLength: 5,
        isCompressed: false,
        messageClass: undefined,
        set: { local: false, remote: false },
        remove: { local: false, remote: false },
      },
    })
    expect(message).toEqual({ kind: 'message', message: bytes('body\n') })
  })

  it('of spamc -L and -C says what to learn and where', () => {
    const heads = [
      'Message-class: spam\r\nSet: local\r\n',
      'Message-class: ham\r\nSet: local\r\nRemove: remote\r\n',
      'Remove: local\r\n',
      'Message-class: SPAM\r\nSet: local, remote\r\n',
    ].map((fields) => readText(`TELL SPAMC/1.5\r\n${fields}Content-length: 0\r\n\r\n`)[0])
    expect(
      heads.map((event) => {
        if (event?.kind !== 'head') return event
        const { messageClass, set, remove } = event.head
        return [messageClass, set.local, set.remote, remove.local, remove.remote]
      }),
    ).toEqual([
      ['spam', true, false, false, false],
      ['ham', true, false, false, true],
      [undefined, false, false, true, false],
      ['spam', true, true, false, false],
    ])
  })

  it.each([
    ['goes to the end without a length', 'CHECK SPAMC/1.2\r\n\r\nany\nthing', 'head "any\\nthing"'],
    ['may be empty', 'CHECK SPAMC/1.2\r\n\r\n', 'head ""'],
    ['may be empty, and say so', 'CHECK SPAMC/1.2\r\nContent-length: 0\r\n\r\n', 'head ""'],
    ['has no headers in version 1.0', 'CHECK SPAMC/1.0\r\nUser: x\r\n\r\n', 'head "User: x\\r\\n\\r\\n"'],
    ['has none with a version that is no number', 'CHECK SPAMC/x\r\nA: b\n', 'head "A: b\\n"'],
    ['TELL has headers in every version', 'TELL SPAMC/1.0\r\nRemove: local\r\n\r\nx', 'head "x"'],
    ['lines may end with a line feed only', 'CHECK SPAMC/1.5\nContent-length: 2\n\nx\n', 'head "x\\n"'],
    ['header names in any case', 'CHECK SPAMC/1.5\r\ncontent-LENGTH:2\r\n\r\nx\nmore', 'head "x\\n"'],
    [
      'of a header twice the last counts',
      'CHECK SPAMC/1.5\r\nContent-length: 9\r\nContent-length: 2\r\n\r\nx\n',
      'head "x\\n"',
    ],
    [
      'unknown headers are passed over',
      'CHECK SPAMC/1.5\r\nX-Other: 1\r\nContent-length: 2\r\n\r\nx\n',
      'head "x\\n"',
    ],
    [
      'what follows a whole line is not looked at',
      'CHECK SPAMC/1.5\r\nContent-length: 2\r\n\r\nx\nPING SPAMC/1.5\r\n',
      'head "x\\n"',
    ],
    ['PING before 1.5 has no headers', 'PING SPAMC/1.2\r\n', 'head'],
    ['PING since 1.5 has', 'PING SPAMC/1.5\r\nUser: x\r\n\r\n', 'head'],
    ['SKIP is done with its head', 'SKIP SPAMC/1.5\r\n\r\nCHECK', 'head'],
  ])('%s', (_name, text, expected) => {
    expect(summary(readText(text))).toBe(expected)
  })

  const mismatch = (expected: number, actual: number) =>
    `head SPAMD/1.0 76 Bad header line: (Content-Length mismatch: Expected ${expected} bytes, got ${actual} bytes)`

  it.each([
    ['nothing', '', 'SPAMD/1.0 76 Bad header line: (closed before headers)'],
    ['another command', 'HELO there\r\n', 'SPAMD/1.0 76 Bad header line: HELO there'],
    ['binary', '\x80\x07 SPAMC/1.5\r\n', 'SPAMD/1.0 76 Bad header line: ?? SPAMC/1.5'],
    ['a command in small letters', 'check SPAMC/1.5\r\n', 'SPAMD/1.0 76 Bad header line: check SPAMC/1.5'],
    [
      'an end among the headers',
      'CHECK SPAMC/1.5\r\nUser: x\r\n',
      'SPAMD/1.0 76 Bad header line: (EOF during headers)',
    ],
    [
      'a line without a colon',
      'CHECK SPAMC/1.5\r\nUser\r\n',
      "SPAMD/1.0 76 Bad header line: (header not in 'Name: value' format)",
    ],
    [
      'control characters in User',
      'CHECK SPAMC/1.5\r\nUser: a\tb\r\n',
      'SPAMD/1.0 76 Bad header line: (User header contains control chars)',
    ],
    [
      'a length that is no number',
      'CHECK SPAMC/1.5\r\nContent-length: -1\r\n',
      'SPAMD/1.0 76 Bad header line: (Content-Length contains non-numeric bytes)',
    ],
    [
      'another class',
      'TELL SPAMC/1.5\r\nMessage-class: eggs\r\n',
      'SPAMD/1.0 76 Bad header line: (Message-class header contains invalid class)',
    ],
    [
      'learning without a class',
      'TELL SPAMC/1.5\r\nSet: local\r\n\r\n',
      'SPAMD/1.0 76 Bad header line: (Message-class header contains invalid class)',
    ],
    [
      'another compression',
      'CHECK SPAMC/1.5\r\nCompress: lzma\r\n',
      'SPAMD/1.0 76 Bad header line: (compression type not supported: lzma)',
    ],
    [
      'compression without a length',
      'CHECK SPAMC/1.5\r\nCompress: zlib\r\n\r\n',
      'SPAMD/1.0 69 Service Unavailable: Compress requires Content-length header',
    ],
    [
      'learning and forgetting',
      'TELL SPAMC/1.5\r\nSet: local\r\nRemove: local\r\n\r\n',
      'SPAMD/1.0 76 Bad header line: Unable to set local and remove local in the same operation.',
    ],
    [
      'too many headers',
      `CHECK SPAMC/1.5\r\n${'A: b\r\n'.repeat(257)}`,
      'SPAMD/1.0 76 Bad header line: (too many headers)',
    ],
    [
      'a long line',
      `CHECK SPAMC/1.5\r\nUser: ${'x'.repeat(9000)}\r\n\r\n`,
      'SPAMD/1.0 76 Bad header line: (line too long)',
    ],
    ['a line without an end', 'x'.repeat(9000), 'SPAMD/1.0 76 Bad header line: (line too long)'],
    ['fewer bytes than announced', 'CHECK SPAMC/1.5\r\nContent-length: 10\r\n\r\nx\n', mismatch(10, 2)],
    ['more bytes in the last line', 'CHECK SPAMC/1.5\r\nContent-length: 5\r\n\r\nab\ncd\nef', mismatch(5, 6)],
    [
      'more bytes, and no end of line',
      'CHECK SPAMC/1.5\r\nContent-length: 5\r\n\r\nab\ncdef',
      mismatch(5, 7),
    ],
    ['bytes where none were announced', 'CHECK SPAMC/1.5\r\nContent-length: 0\r\n\r\nx', mismatch(0, 1)],
  ])('is refused: %s', (_name, text, expected) => {
    expect(summary(readText(text))).toBe(expected)
    // Byte by byte it is the same.
    expect(summary(read([...bytes(text)].map((byte) => Uint8Array.of(byte))).events)).toBe(expected)
  })

  it.each([
    ['CHECK SPAMC/1.5\r\nContent-length: 6\r\n\r\n123456'],
    ['CHECK SPAMC/1.5\r\n\r\n123456'],
    [`CHECK SPAMC/1.5\r\nContent-length: ${'9'.repeat(500)}\r\n\r\n123456`],
  ])('that is too large is read to its end, and kept nowhere', (text) => {
    const events = readText(text, { limits: { messageBytes: 5 } })
    expect(summary(events)).toBe('head SPAMD/1.0 69 Service Unavailable: the message has more than 5 bytes')
  })

  it('whose length ends inside a line is settled by silence, or by the end', () => {
    const { reader, events } = read([bytes('CHECK SPAMC/1.5\r\nContent-length: 4\r\n\r\nbody')], {
      end: false,
    })
    expect(summary(events)).toBe('head')
    expect(reader.isUnsettled).toBe(true)
    expect(reader.settle()).toEqual({ kind: 'message', message: bytes('body') })
    expect(reader.isOver).toBe(true)
    expect(reader.settle()).toBe(undefined)
  })

  it('keeps what comes while nobody asks', () => {
    const reader = new RequestReader()
    reader.receive(bytes('CHECK SPAMC/1.5\r\nContent-length: 6\r\n\r\nab'))
    expect(reader.next()?.kind).toBe('head')
    reader.receive(bytes('cd'))
    reader.receive(bytes('e\n'))
    const event = reader.next()
    expect(event?.kind === 'message' && Buffer.from(event.message).toString()).toBe('abcde\n')
  })

  it('in one piece is not copied', () => {
    const whole = bytes('CHECK SPAMC/1.5\r\nContent-length: 5\r\n\r\nbody\n')
    const [, event] = read([whole], { end: false }).events
    expect(event?.kind === 'message' && event.message.buffer).toBe(whole.buffer)
  })
})

describe('properties', () => {
  const commands: SpamdCommand[] = [...scanCommands, 'TELL', 'PING', 'SKIP']
  const cuts = fc.array(fc.nat(5000), { maxLength: 20 })

  it('what is written is read', () => {
    const request = fc.record(
      {
        command: fc.constantFrom(...commands),
        user: fc.stringMatching(/^[!-~]{0,20}$/),
        messageClass: fc.constantFrom('spam' as const, 'ham' as const),
        message: fc.uint8Array({ maxLength: 3000 }),
      },
      { requiredKeys: ['command', 'message', 'messageClass'] },
    )
    fc.assert(
      fc.property(request, cuts, ({ message, ...request }, cuts) => {
        const head = formatRequest({
          ...request,
          contentLength: message.length,
          set: { local: true, remote: false },
        })
        const { events } = read(split(Buffer.concat([bytes(head), message]), cuts))
        expect(events[0]).toMatchObject({ kind: 'head', head: { ...request, contentLength: message.length } })
        if (request.command === 'PING' || request.command === 'SKIP') expect(events.length).toBe(1)
        else {
          const [, event] = events
          expect(event?.kind === 'message' && Buffer.from(message).equals(event.message)).toBe(true)
        }
      }),
    )
  })

  it('how the bytes are cut does not matter, and nothing throws', () => {
    const line = fc.oneof(
      fc.constantFrom('CHECK SPAMC/1.5', 'TELL SPAMC/1.3', 'PROCESS SPAMC/1.0', 'PING SPAMC/1.5'),
      fc.constantFrom(
        '',
        'User: x',
        'Content-length: 7',
        'Compress: zlib',
        'Set: local',
        'Remove: local',
        'Message-class: ham',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    )
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\r\n', '\n'))
      .map(([lines, end]) => lines.join(end))
    const limits = { lineBytes: 40, headers: 6, messageBytes: 60 }
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        const whole = summary(readText(text, { limits }))
        expect(summary(read(split(bytes(text), cuts), { limits }).events)).toBe(whole)
      }),
      { numRuns: 500 },
    )
  })
})
