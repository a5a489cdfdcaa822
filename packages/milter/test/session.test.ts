import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createMilterSession,
  type MilterEvent,
  type Modification,
  type Reply,
  type SessionOptions,
  SMFIC,
  SMFIP,
  type State,
  transitions,
} from '../src/index.ts'
import { decideAll, feed, runAll, startRun } from './events.ts'
import {
  bytesOf,
  connectFrame,
  frame,
  framesOf,
  messageFrames,
  number,
  offer,
  piecesOf,
  textOf,
} from './wire.ts'

const hello = offer() + connectFrame + frame('H', 'mail.example.org\0')
const conversation = hello + messageFrames.join('')

describe('a conversation', () => {
  it('is a negotiation, a client, and messages', () => {
    const { events, text } = runAll([
      bytesOf(`${conversation}${frame('U', 'XYZ\0')}${messageFrames.join('')}${frame('Q')}`),
    ])
    const message = [
      { kind: 'mail', sender: { address: 'a@example.org', parameters: ['SIZE=100'] } },
      { kind: 'recipient', recipient: { address: 'b@example.org', parameters: [] } },
      { kind: 'recipient', recipient: { address: 'c@example.org', parameters: ['NOTIFY=NEVER'] } },
      { kind: 'data' },
      { kind: 'header', name: 'From', value: ' a@example.org' },
      { kind: 'header', name: 'Subject', value: ' s\n\tt' },
      { kind: 'end-of-header' },
      { kind: 'body', bytes: bytesOf('hello\r\n'), isLast: true },
      { kind: 'body', bytes: bytesOf('world\r\n'), isLast: true },
      { kind: 'end-of-message' },
    ]
    expect(events).toEqual([
      { kind: 'negotiate', offer: { version: 6, actions: 0x1ff, steps: 0x1f_ffff } },
      {
        kind: 'connect',
        client: {
          hostName: 'mail.example.org',
          address: { family: 'ip4', address: '192.0.2.1', port: 40_000 },
        },
      },
      { kind: 'helo', name: 'mail.example.org' },
      ...message,
      { kind: 'unknown', command: 'XYZ' },
      ...message,
      { kind: 'quit' },
    ])
    expect(
      framesOf(text)
        .map(([letter]) => letter)
        .join(''),
    ).toBe('Occccccccccccccccccccccc')
  })

  it.each<[string, string, unknown]>([
    ['IPv4', 'x\x004\0\x19192.0.2.1\0', { family: 'ip4', address: '192.0.2.1', port: 25 }],
    ['IPv6', 'x\x006\0\x192001:db8::1\0', { family: 'ip6', address: '2001:db8::1', port: 25 }],
    [
      'IPv6 with the prefix',
      'x\x006\0\x19IPv6:2001:db8::1\0',
      { family: 'ip6', address: '2001:db8::1', port: 25 },
    ],
    ['a socket', 'localhost\0L\0\0/run/x\0', { family: 'unix', path: '/run/x' }],
    ['nothing known', 'localhost\0U', { family: 'unknown' }],
    ['a family of the future', 'localhost\0Z\0\0abc\0', { family: 'unknown' }],
  ])('knows a client by %s', (_, data, address) => {
    const { events } = runAll([bytesOf(offer() + frame('C', data))])
    expect(events[1]).toEqual({ kind: 'connect', client: { hostName: data.split('\0')[0], address } })
  })

  it('gives the same events for the same bytes, however they are cut', () => {
    const whole = runAll([bytesOf(conversation)])
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        const run = runAll(piecesOf(bytesOf(conversation), cuts))
        expect(run.events).toEqual(whole.events)
        expect(run.text).toBe(whole.text)
      }),
    )
    const single = runAll(Array.from(bytesOf(conversation), (byte) => Uint8Array.of(byte)))
    expect(single.events).toEqual(whole.events)
  })

  it('goes on after a piece was cut while a reply was owed', () => {
    const session = createMilterSession(decideAll)
    session.receive(bytesOf(offer()))
    expect(session.next()?.kind).toBe('negotiate')
    session.receive(bytesOf(connectFrame))
    session.receive(bytesOf(frame('H', 'a\0').slice(0, 5)))
    session.receive(bytesOf('a\0'))
    expect(session.next()).toBeUndefined()
    session.reply('continue')
    expect(session.next()?.kind).toBe('connect')
    expect(session.next()).toBeUndefined()
    session.reply('continue')
    expect(session.next()).toEqual({ kind: 'helo', name: 'a' })
    expect(session.waitingBytes).toBe(0)
  })

  it('hands on a body chunk in the pieces that came, without copying', () => {
    const run = startRun()
    feed(run, bytesOf(hello + messageFrames.slice(0, 9).join('')))
    const bytes = bytesOf(frame('B', 'x'.repeat(50)))
    run.session.receive(bytes.subarray(0, 25))
    const first = run.session.next()
    expect(first).toMatchObject({ kind: 'body', isLast: false })
    if (first?.kind === 'body') expect([first.bytes.buffer, first.bytes.length]).toEqual([bytes.buffer, 20])
    expect(run.session.awaitsReply).toBe(false)
    expect(run.session.next()).toBeUndefined()
    run.session.receive(bytes.subarray(25))
    expect(run.session.next()).toMatchObject({ kind: 'body', isLast: true })
    expect(run.session.awaitsReply).toBe(true)
  })
})

/** Frames that lead to a state. */
const paths: Readonly<Record<State, string>> = {
  start: '',
  negotiated: offer(),
  connected: hello,
  envelope: hello + frame('M', '<a>\0'),
  header: hello + frame('M', '<a>\0') + frame('L', 'A\0b\0'),
  body: hello + frame('M', '<a>\0') + frame('N'),
  ended: offer() + frame('Q'),
}
const samples: Readonly<Record<string, string>> = {
  A: frame('A'),
  B: frame('B', 'x'),
  C: connectFrame,
  E: frame('E'),
  H: frame('H', 'x\0'),
  K: frame('K'),
  L: frame('L', 'a\0b\0'),
  M: frame('M', '<a>\0'),
  N: frame('N'),
  O: offer(),
  Q: frame('Q'),
  R: frame('R', '<b>\0'),
  T: frame('T'),
  U: frame('U', 'x\0'),
}

describe('the order of commands', () => {
  const cells = Object.keys(paths).flatMap((state) =>
    Object.keys(samples).map((command) => [state, command] as const),
  )
  it.each(cells)('in state %s, %s is as the table says', (state, command) => {
    const { events } = runAll([bytesOf(paths[state as State] + samples[command])])
    const isAllowed = transitions[state as State][command] !== undefined
    const error = events.find((event) => event.kind === 'protocol-error')
    if (isAllowed || state === 'ended') expect(error).toBeUndefined()
    else expect(error).toMatchObject({ code: 'out-of-order', command, at: paths[state as State].length })
  })

  it('has every command in the table but MACRO, which may come at any time', () => {
    const used = new Set(Object.values(transitions).flatMap((row) => Object.keys(row)))
    expect([...used, SMFIC.MACRO].sort()).toEqual(Object.values(SMFIC).sort())
    for (const state of Object.keys(paths))
      expect(runAll([bytesOf(paths[state as State] + frame('D', 'Mi\0x\0'))]).events).not.toContainEqual(
        expect.objectContaining({ kind: 'protocol-error' }),
      )
  })

  it.each<[string, string, string[]]>([
    ['ABORT', frame('A'), ['abort']],
    ['QUIT', frame('Q'), ['abort', 'quit']],
    ['QUIT_NC', frame('K') + connectFrame, ['abort', 'new-connection', 'connect']],
    ['another MAIL', frame('M', '<b>\0'), ['abort', 'mail']],
    ['another HELO', frame('H', 'x\0'), ['abort', 'helo']],
  ])('%s gives up the message that is open', (_, text, kinds) => {
    const { events } = runAll([bytesOf(paths.envelope + text)])
    expect(events.slice(4).map(({ kind }) => kind)).toEqual(kinds)
  })

  it('ABORT between messages is nothing', () => {
    const { events } = runAll([bytesOf(conversation + frame('A') + frame('A') + frame('M', '<>\0'))])
    expect(events.slice(-2)).toEqual([
      { kind: 'end-of-message' },
      { kind: 'mail', sender: { address: '', parameters: [] } },
    ])
  })

  it('QUIT_NC keeps what was negotiated and forgets the client', () => {
    const session = createMilterSession({ steps: { connect: 'observe', helo: 'decide' } })
    session.receive(bytesOf(offer() + frame('D', 'C{daemon_name}\0x\0') + connectFrame + frame('K')))
    while (session.next() !== undefined) if (session.awaitsReply) session.reply('continue')
    expect(session.connectionMacros.get('daemon_name')).toBeUndefined()
    expect(session.negotiated?.version).toBe(6)
    session.receive(bytesOf(connectFrame + frame('H', 'x\0')))
    expect(session.next()?.kind).toBe('connect')
    expect(session.next()?.kind).toBe('helo')
    expect(session.awaitsReply).toBe(true)
  })

  it('steps that were negotiated away may be left out', () => {
    const { events } = runAll([bytesOf(offer() + frame('L', 'A\0b\0') + frame('B', 'x') + frame('E'))], {
      steps: { header: 'observe', body: 'observe' },
    })
    expect(events.map(({ kind }) => kind)).toEqual(['negotiate', 'header', 'body', 'end-of-message'])
  })

  it('any order of allowed commands is accepted', () => {
    const walk = fc.array(fc.nat(), { maxLength: 40 })
    fc.assert(
      fc.property(walk, (choices) => {
        let state: State = 'start'
        let text = ''
        for (const choice of choices) {
          const row: [string, State | undefined][] = Object.entries(transitions[state]).filter(
            ([letter]) => letter !== 'Q',
          )
          const [command, next] = row[choice % row.length]!
          text += samples[command]
          state = command === 'E' ? 'connected' : next!
        }
        const run = runAll([bytesOf(text)])
        expect(run.events.filter(({ kind }) => kind === 'protocol-error')).toEqual([])
      }),
    )
  })
})

describe('replies', () => {
  it.each(['mail', 'recipient', 'data', 'header', 'end-of-header', 'body', 'end-of-message'])(
    'accept and discard at %s end the message: there is no abort after',
    (at) => {
      for (const reply of ['accept', 'discard'] as const) {
        const frames = at === 'end-of-message' ? messageFrames : messageFrames.slice(0, lengthTo(at))
        const text = hello + frames.join('') + frame('A') + frame('M', '<x>\0')
        const { events } = runAll([bytesOf(text)], decideAll, (event) =>
          event.kind === at ? reply : 'continue',
        )
        expect(events.map(({ kind }) => kind)).not.toContain('abort')
        expect(events.at(-1)).toMatchObject({ kind: 'mail' })
      }
    },
  )

  it.each<[string, boolean]>([
    ['mail', true],
    ['recipient', false],
    ['data', false],
    ['header', true],
    ['end-of-header', true],
    ['body', true],
    ['end-of-message', true],
  ])('a refusal at %s ends the message: %s', (at, isEnd) => {
    const text = hello + messageFrames.slice(0, lengthTo(at)).join('') + frame('A')
    const { events } = runAll([bytesOf(text)], decideAll, (event) =>
      event.kind === at ? 'reject' : 'continue',
    )
    expect(events.at(-1)?.kind).toBe(isEnd ? at : 'abort')
  })

  it('after skip, chunks that come all the same are empty', () => {
    const text = offer({ steps: 0x1f_ffff & ~SMFIP.SKIP }) + conversation.slice(offer().length)
    const { events, text: answers } = runAll([bytesOf(text)], decideAll, (event) =>
      event.kind === 'body' ? 'skip' : 'continue',
    )
    expect(events.filter(({ kind }) => kind === 'body')).toEqual([
      { kind: 'body', bytes: bytesOf('hello\r\n'), isLast: true },
      { kind: 'body', bytes: new Uint8Array(0), isLast: true },
    ])
    // Not negotiated, so not sent.
    expect(framesOf(answers).some(([letter]) => letter === 's')).toBe(false)
    expect(events.at(-1)?.kind).toBe('end-of-message')
  })

  it.each<[string, number, Reply, Modification[]]>([
    ['a reply that is not owed', 3, 'continue', []],
    ['skip elsewhere', 1, 'skip', []],
    ['no reply at all', 1, 'yes' as never, []],
    ['modifications before the end', 1, 'continue', [{ kind: 'quarantine', reason: 'x' }]],
  ])('%s is a mistake of the caller', (_, count, reply, changes) => {
    const session = createMilterSession(decideAll)
    session.receive(bytesOf(hello))
    for (let n = 0; n < count; n++) {
      session.next()
      session.reply('continue')
    }
    session.next()
    expect(() => session.reply(reply, changes)).toThrow(TypeError)
  })

  it('a modification that was not negotiated is a mistake, and the reply is still owed', () => {
    const session = createMilterSession({ steps: {} })
    session.receive(bytesOf(offer({ actions: 0x1 }) + frame('E')))
    session.next()
    session.reply('continue')
    expect(session.next()?.kind).toBe('end-of-message')
    expect(() => session.reply('accept', [{ kind: 'quarantine', reason: 'x' }])).toThrow('does not offer')
    expect(session.awaitsReply).toBe(true)
    expect(textOf(session.reply('accept', [{ kind: 'add-header', name: 'A', value: 'b' }]))).toBe(
      frame('h', 'A\0b\0') + frame('a'),
    )
  })

  it('progress is said only to an MTA that waits', () => {
    const session = createMilterSession({ steps: { mail: 'observe' } })
    session.receive(bytesOf(offer() + frame('M', '<a>\0') + frame('E')))
    session.next()
    session.reply('continue')
    session.next()
    expect(textOf(session.progress())).toBe('')
    session.next()
    expect(textOf(session.progress())).toBe(frame('p'))
  })
})

const lengthTo = (kind: string) =>
  ({ mail: 2, recipient: 4, data: 6, header: 7, 'end-of-header': 9, body: 10, 'end-of-message': 12 })[kind]!

describe('macros', () => {
  const macrosAt = (text: string, at: string, options: SessionOptions = decideAll) => {
    const session = createMilterSession(options)
    session.receive(bytesOf(text))
    let event: MilterEvent | undefined
    do {
      event = session.next()
      if (event?.kind === at) return session
      if (session.awaitsReply) session.reply('continue')
    } while (event !== undefined)
    throw new Error(`no ${at}`)
  }
  const before =
    offer() +
    frame('D', 'Cj\0mx\0{daemon_name}\0smtpd\0') +
    connectFrame +
    frame('D', 'H{tls_version}\0TLSv1.3\0')

  it('are found with and without braces, the latest stage first, the connection last', () => {
    const text = `${before}${frame('H', 'x\0')}${messageFrames.slice(0, -1).join('')}${frame('D', 'Ei\0Q2\0')}${frame('E')}`
    const { messageMacros } = macrosAt(text, 'end-of-message')
    expect(
      ['i', '{i}', 'auth_authen', '{auth_authen}', 'rcpt_addr', 'tls_version', 'j', '{j}', 'x'].map((name) =>
        messageMacros.get(name),
      ),
    ).toEqual(['Q2', 'Q2', 'user', 'user', 'b@example.org', 'TLSv1.3', 'mx', 'mx', undefined])
  })

  it('of a message do not outlive it, those of the connection do', () => {
    const text =
      before +
      frame('H', 'x\0') +
      messageFrames.join('') +
      frame('D', 'M{mail_addr}\0z\0') +
      frame('M', '<z>\0') +
      frame('U', 'q\0')
    const session = macrosAt(text, 'unknown')
    expect(
      ['i', 'auth_authen', 'mail_addr', 'daemon_name'].map((name) => session.messageMacros.get(name)),
    ).toEqual([undefined, undefined, 'z', 'smtpd'])
    expect(session.connectionMacros.get('tls_version')).toBe('TLSv1.3')
  })

  it.each([
    ['a value is missing', 'Mi\0Q1\0x\0', 'Q1'],
    ['the last NUL is missing', 'Mi\0Q1\0j\0y', 'Q1'],
    ['there are none', 'M', undefined],
    ['a value is empty', 'Mi\0\0', ''],
    ['the stage is unknown', 'zi\0Q1\0', undefined],
    ['the stage is missing', '', undefined],
  ])('are read as far as they go when %s', (_, data, expected) => {
    const session = macrosAt(hello + frame('D', data) + frame('M', '<a>\0'), 'mail')
    expect(session.messageMacros.get('i')).toBe(expected)
  })
})

describe('a peer that breaks the protocol', () => {
  const small: SessionOptions = {
    ...decideAll,
    limits: { frameBytes: 100, macroBytes: 30, envelopeBytes: 60 },
  }
  it.each<[string, string, object]>([
    ['a frame of nothing', number(0) + 'x', { code: 'empty-frame', command: undefined, at: 0 }],
    ['a frame too long', number(101) + 'M', { code: 'frame-too-long', command: 'M', at: 0 }],
    [
      'a body chunk too long',
      hello + frame('M', '<a>\0') + frame('N') + number(101) + 'B',
      { code: 'frame-too-long', command: 'B' },
    ],
    ['a length of 4 GB', '\xff\xff\xff\xffB', { code: 'frame-too-long' }],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n', { code: 'frame-too-long', command: '/', at: 0 }],
    ['SMTP', 'EHLO x\r\n', { code: 'frame-too-long', command: ' ' }],
    [
      'a command that does not exist',
      offer() + frame('X'),
      { code: 'unknown-command', command: 'X', at: 17 },
    ],
    ['a reply', offer() + frame('c'), { code: 'unknown-command', command: 'c' }],
    ['an offer too short', frame('O', number(6)), { code: 'malformed', command: 'O', at: 0 }],
    ['version 1', offer({ version: 1 }), { code: 'unsupported-version', command: 'O' }],
    ['a second offer', offer() + offer(), { code: 'out-of-order', command: 'O', at: 17 }],
    [
      'a name without its NUL',
      offer() + connectFrame + frame('H', 'abc'),
      { code: 'malformed', command: 'H' },
    ],
    ['no name at all', offer() + connectFrame + frame('H'), { code: 'malformed', command: 'H' }],
    ['a sender without its NUL', hello + frame('M', '<a>'), { code: 'malformed', command: 'M' }],
    ['no sender', hello + frame('M'), { code: 'malformed', command: 'M' }],
    ['a client without a family', offer() + frame('C', 'host\0'), { code: 'malformed', command: 'C' }],
    ['a client without a port', offer() + frame('C', 'host\x004'), { code: 'malformed', command: 'C' }],
    [
      'a client without its NUL',
      offer() + frame('C', 'host\x004\0\x19192.0.2.1'),
      { code: 'malformed', command: 'C' },
    ],
    ['nothing of a client', offer() + frame('C'), { code: 'malformed', command: 'C' }],
    ['a header without a value', paths.envelope + frame('L', 'A\0'), { code: 'malformed', command: 'L' }],
    ['a header without its NUL', paths.envelope + frame('L', 'A\0b'), { code: 'malformed', command: 'L' }],
    ['a header of nothing', paths.envelope + frame('L'), { code: 'malformed', command: 'L' }],
    [
      'a header without any NUL, before one with',
      paths.envelope + frame('L', 'abc') + frame('L', 'A\0b\0'),
      { code: 'malformed' },
    ],
    ['macros too large', frame('D', `Mi\0${'x'.repeat(40)}\0`), { code: 'macros-too-large', command: 'D' }],
    [
      'an envelope too large',
      hello + frame('M', `<${'a'.repeat(40)}>\0`) + frame('R', '<b@example.org>\0').repeat(2),
      { code: 'envelope-too-large', command: 'R' },
    ],
    ['half a length', '\0\0', { code: 'unfinished-frame', command: undefined, at: 0 }],
    ['half a frame', offer() + frame('H', 'x\0').slice(0, -1), { code: 'unfinished-frame', at: 17 }],
    [
      'half a body chunk',
      paths.body + frame('B', 'abc').slice(0, -1),
      { code: 'unfinished-frame', command: 'B' },
    ],
  ])('with %s', (_, text, expected) => {
    for (const pieces of [[bytesOf(text)], Array.from(bytesOf(text), (byte) => Uint8Array.of(byte))]) {
      const { events, session } = runAll(pieces, small)
      expect(events.at(-1)).toMatchObject({ kind: 'protocol-error', ...expected })
      session.receive(bytesOf(conversation))
      expect(session.next()).toBeUndefined()
      expect(session.end()).toBeUndefined()
    }
  })

  it('takes frames, macros and envelopes of exactly the limits', () => {
    const text =
      hello +
      frame('M', '<a>\0') +
      frame('L', `A\0${'b'.repeat(96)}\0`) +
      frame('N') +
      frame('B', 'c'.repeat(99))
    expect(runAll([bytesOf(text)], small).events.at(-1)).toMatchObject({ kind: 'body' })
    expect(runAll([bytesOf(frame('D', `Mi\0${'x'.repeat(25)}\0`))], small).events).toEqual([])
  })

  it('a NUL inside a header value is part of it', () => {
    const { events } = runAll([bytesOf(paths.envelope + frame('L', 'A\0b\0c\0'))])
    expect(events.at(-1)).toEqual({ kind: 'header', name: 'A', value: 'b\0c' })
  })

  it('10,000 headers and a line of a megabyte are no error', () => {
    const long = 'x'.repeat(1_048_576)
    const text = paths.envelope + frame('L', 'A\0b\0').repeat(10_000) + frame('L', `A\0${long}\0`)
    const { events } = runAll([bytesOf(text)])
    expect(events).toHaveLength(4 + 10_001)
    expect(events.at(-1)).toEqual({ kind: 'header', name: 'A', value: long })
  })

  it('never throws, and holds no more than one frame, whatever the bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(samples), ...messageFrames).map(bytesOf),
      fc.uint8Array({ maxLength: 30 }),
      fc
        .tuple(fc.constantFrom(...'ABCDEHKLMNOQRTU'), fc.uint8Array({ maxLength: 40 }))
        .map(([letter, bytes]) => bytesOf(frame(letter, textOf(bytes)))),
    )
    const replies = fc.constantFrom('continue', 'accept', 'reject', 'tempfail', 'discard' as const)
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(replies, { minLength: 5, maxLength: 5 }),
        (pieces, answers) => {
          const run = startRun(small)
          let n = 0
          feed(run, bytesOf(hello))
          for (const bytes of pieces) {
            feed(run, bytes, () => answers[n++ % 5]!)
            expect(run.session.waitingBytes).toBeLessThanOrEqual(104)
          }
          expect(() => run.session.end()).not.toThrow()
        },
      ),
      { numRuns: 2000 },
    )
  })
})
