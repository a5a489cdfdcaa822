import { mkdtempSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyModifications, type MilterClientOptions, sendMessage } from '../src/client.ts'
import { SMFIP } from '../src/index.ts'
import {
  accept,
  createMilterServer,
  type Decision,
  type MilterDeciders,
  type MilterMessage,
  type MilterObservers,
  reply,
} from '../src/server.ts'
import { dial, dialRaw, gate, greet, type Lab, outgoing, someone, startServer } from './lab.ts'
import { bytesOf, connectFrame, frame, offer, textOf } from './wire.ts'

const versions = [2, 3, 4, 6] as const
const hello = offer() + connectFrame + frame('H', 'x\0')

/** Handlers of all steps that note what they are called with. */
function noting(notes: unknown[]): MilterObservers<undefined> {
  const note =
    (name: string) =>
    (subject: object, ...rest: unknown[]) => {
      const isMessage = 'sender' in subject
      notes.push([
        name,
        isMessage,
        ...rest.map((value) => (value instanceof Buffer ? value.toString('latin1') : value)),
      ])
    }
  return {
    connect: note('connect'),
    helo: note('helo'),
    mail: note('mail'),
    recipient: note('recipient'),
    data: note('data'),
    header: note('header'),
    endOfHeader: note('endOfHeader'),
    body: note('body'),
    unknown: note('unknown'),
    abort: note('abort'),
    close: note('close'),
  }
}

describe('what is negotiated', () => {
  const envelope = SMFIP.NR_CONN | SMFIP.NR_HELO | SMFIP.NR_MAIL | SMFIP.NR_RCPT
  const none = SMFIP.NODATA | SMFIP.NOHDRS | SMFIP.NOEOH | SMFIP.NOBODY | SMFIP.NOUNKNOWN | SMFIP.SKIP
  const nothing = () => {}
  it.each<[string, Parameters<typeof createMilterServer>[0], number]>([
    ['no handler', {}, envelope | none],
    ['the end only', { decide: { endOfMessage: nothing } }, envelope | none],
    ['everything observed', { observe: noting([]) }, 0xff080 | SMFIP.SKIP],
    ['a header observed', { observe: { header: nothing } }, (envelope | none | SMFIP.NR_HDR) & ~SMFIP.NOHDRS],
    ['a header decided', { decide: { header: nothing } }, (envelope | none) & ~SMFIP.NOHDRS],
    ['a recipient decided', { decide: { recipient: nothing } }, (envelope | none) & ~SMFIP.NR_RCPT],
    ['the content', { decide: { content: nothing } }, (envelope | none | SMFIP.NR_BODY) & ~SMFIP.NOBODY],
    ['leading spaces', { leadingSpace: true }, envelope | none | SMFIP.HDR_LEADSPC],
    ['refused recipients', { rejectedRecipients: true }, envelope | none | SMFIP.RCPT_REJ],
  ])('with %s', async (_, options, steps) => {
    const lab = await startServer(options)
    // On TCP the MTA waits for an answer to DATA, or what follows it would wait for an ACK.
    const onTcp = steps & ~(SMFIP.NODATA | SMFIP.NR_DATA)
    expect((await dial(lab)).negotiated).toEqual({ version: 6, actions: 0xff, steps: onTcp })
    const socket = path.join(mkdtempSync(path.join(os.tmpdir(), 'milter-')), 'socket')
    const listened = await lab.server.listen({ kind: 'unix', path: socket })
    if (!listened.ok) throw new Error(listened.error.message)
    expect((await dial({ address: listened.value })).negotiated).toMatchObject({ steps })
  })

  it('has DATA answered on TCP, also where it is only looked at', async () => {
    const seen: string[] = []
    const client = await greet(await startServer({ observe: { data: () => seen.push('data') } }))
    await client.mail('a')
    await client.recipient('b')
    expect(await client.data()).toMatchObject({ ok: true, reply: 'continue' })
    expect(seen).toEqual(['data'])
  })

  it('asks for macros', async () => {
    const lab = await startServer({
      macros: { mail: ['i', 'auth_authen'] },
      decide: { mail: (message) => reply(550, `${message.macro('i')} ${message.macro('{mail_addr}')}`) },
    })
    const client = await greet(lab)
    expect(client.requestedMacros).toEqual({ mail: ['i', '{auth_authen}'] })
    // The client sends only what was asked for.
    expect(await client.mail('a', [], { i: 'Q', mail_addr: 'a' })).toMatchObject({
      reply: { lines: ['Q undefined'] },
    })
  })

  it.each<[string, object]>([
    ['a step that is observed and decided', { observe: { header() {} }, decide: { header() {} } }],
    ['body and content', { decide: { body() {}, content() {} } }],
    ['observed body and content', { observe: { body() {} }, decide: { content() {} } }],
    ['no error reply', { errorReply: 'perhaps' }],
    ['skip as error reply', { errorReply: 'skip' }],
  ])('%s is a mistake of the caller', (_, options) => {
    expect(() => createMilterServer(options)).toThrow(TypeError)
  })
})

describe.each(versions)('with an MTA of version %i', (version) => {
  const options: MilterClientOptions = { version }

  it.each(['observe', 'decide'] as const)('handlers that %s see everything in its order', async (group) => {
    const notes: unknown[] = []
    const client = await greet(await startServer({ [group]: noting(notes), leadingSpace: true }), options)
    const outcome = await sendMessage(client, outgoing())
    expect(outcome).toMatchObject({ ok: true, reply: 'continue', step: 'endOfMessage' })
    await client.unknown('XYZ')
    await client.mail('x')
    await client.quit()
    const path = (address: string) => ({ address, parameters: [] })
    const expected = [
      ['connect', false, someone],
      ['helo', false, 'mail.example.org'],
      ['mail', true, path('a@example.org')],
      ['recipient', true, path('b@example.org')],
      ['recipient', true, path('c@example.org')],
      ['data', true],
      ['header', true, 'From', ' a@example.org'],
      ['header', true, 'Subject', ' one\n\ttwo'],
      ['endOfHeader', true],
      ['body', true, 'hello\r\n'],
      ['unknown', false, 'XYZ'],
      ['mail', true, path('x')],
      ['abort', true],
      ['close', false],
    ]
    expect(notes).toEqual(
      expected.filter(
        ([name]) =>
          (name !== 'data' || version >= 4) &&
          (name !== 'unknown' || version >= 3) &&
          (group === 'observe' || (name !== 'abort' && name !== 'close')),
      ),
    )
  })

  it('all modifications arrive', async () => {
    const lab = await startServer({
      decide: {
        endOfMessage(message) {
          message.insertHeader(0, 'X-Top', 'top')
          message.addHeader('X-End', 'end')
          message.changeHeader('Subject', 1, 'changed')
          message.deleteHeader('From', 1)
          message.replaceBody([Buffer.from('first\r\n'), Buffer.from('second\r\n')])
          message.replaceBody(Buffer.from('new\r\n'))
          message.addRecipient('d@example.org', ['NOTIFY=NEVER'])
          message.deleteRecipient('b@example.org')
          message.changeSender('z@example.org')
          message.quarantine('looks odd')
          return 'accept'
        },
      },
    })
    const client = await greet(lab, options)
    const outcome = await sendMessage(client, outgoing())
    expect(outcome).toMatchObject({ ok: true, reply: 'accept', step: 'endOfMessage' })
    const { message, ...envelope } = applyModifications(
      outgoing().message,
      outcome.ok ? outcome.modifications : [],
    )
    expect(textOf(message)).toBe('X-Top: top\r\nSubject: changed\r\nX-End: end\r\n\r\nnew\r\n')
    expect(envelope).toEqual({
      sender: 'z@example.org',
      addedRecipients: ['d@example.org'],
      deletedRecipients: ['b@example.org'],
      quarantine: 'looks odd',
    })
  })

  it.each<[keyof MilterDeciders<undefined>, Awaited<Decision>]>([
    ['mail', 'reject'],
    ['recipient', 'tempfail'],
    ['recipient', 'accept'],
    ['header', reply(550, '5.7.1', ['No', 'and no'])],
    ['endOfHeader', 'discard'],
    ['body', 'reject'],
    ['endOfMessage', reply(451, 'Later')],
    ['content', 'reject'],
  ])('%s may answer %o, at once or later', async (step, answer) => {
    for (const isLater of [false, true]) {
      const decide = { [step]: () => (isLater ? Promise.resolve(answer) : answer) }
      const client = await greet(await startServer({ decide }), options)
      const outcome = await sendMessage(client, outgoing())
      expect(outcome).toMatchObject({ reply: answer, step: step === 'content' ? 'endOfMessage' : step })
      // The connection goes on.
      expect(await client.mail('x')).toMatchObject({ ok: true })
    }
  })

  it('skip spares the rest of the body', async () => {
    let bytes = 0
    const lab = await startServer({
      decide: {
        body(_, chunk) {
          bytes += chunk.length
          return bytes >= 100_000 ? 'skip' : undefined
        },
      },
    })
    const client = await greet(lab, options)
    const message = bytesOf(`A: b\r\n\r\n${'x'.repeat(500_000)}`)
    expect(await sendMessage(client, outgoing({ message }))).toMatchObject({ reply: 'continue' })
    expect(bytes).toBeLessThanOrEqual(100_000 + 65_535)
  })

  it('values have the same shape whether the MTA keeps leading spaces or not', async () => {
    const message = bytesOf('A: b\r\nB:c\r\nC:  d\r\nD:\te\r\n\r\n')
    for (const leadingSpace of [true, false]) {
      const values: string[] = []
      const lab = await startServer({
        leadingSpace,
        observe: { header: (_, _name, value) => values.push(value) },
        decide: { endOfMessage: (open) => open.addHeader('X', leadingSpace ? ' y' : 'y') },
      })
      const client = await greet(lab, options)
      const outcome = await sendMessage(client, outgoing({ message }))
      // Without the flag an MTA takes one space away, so "B:c" looks like "B: c".
      const isExact = leadingSpace && version === 6
      expect(values).toEqual(
        leadingSpace
          ? [' b', isExact ? 'c' : ' c', '  d', isExact ? '\te' : ' \te']
          : ['b', 'c', ' d', '\te'],
      )
      const result = applyModifications(message, outcome.ok ? outcome.modifications : [], {
        leadingSpace: isExact,
      })
      expect(textOf(result.message)).toContain('\r\nX: y\r\n')
    }
  })
})

describe('a message', () => {
  it('knows its envelope, its macros and its state', async () => {
    const seen: unknown[] = []
    const lab = await startServer({
      createState: () => ({ headers: 0 }),
      observe: {
        connect(session) {
          session.data = 'mine'
        },
        header: (message) => message.state.headers++,
      },
      decide: {
        endOfMessage(message) {
          seen.push(message.queueId, message.sender, message.recipients, message.state, message.macro('j'))
          seen.push(
            message.session.helo,
            message.session.client,
            message.session.data,
            message.session.macro('{j}'),
          )
          seen.push(message.session.negotiated?.version, message.session.id)
        },
      },
    })
    const client = await greet(lab)
    await sendMessage(client, outgoing())
    expect(seen).toEqual([
      'Q1',
      { address: 'a@example.org', parameters: [] },
      [
        { address: 'b@example.org', parameters: [] },
        { address: 'c@example.org', parameters: [] },
      ],
      { headers: 2 },
      'mx.example.net',
      'mail.example.org',
      someone,
      'mine',
      'mx.example.net',
      6,
      1,
    ])
    seen.length = 0
    await sendMessage(client, outgoing({ macros: {}, recipients: ['b'] }))
    // Nothing of the message before.
    expect(seen.slice(0, 4)).toEqual([
      undefined,
      { address: 'a@example.org', parameters: [] },
      [{ address: 'b', parameters: [] }],
      { headers: 2 },
    ])
  })

  it('has the recipients that were accepted', async () => {
    const seen: string[] = []
    const lab = await startServer({
      rejectedRecipients: true,
      decide: {
        recipient: (_, { address }) => (address === 'b@example.org' ? 'reject' : undefined),
        endOfMessage: (message) => void seen.push(...message.recipients.map(({ address }) => address)),
      },
    })
    const client = await greet(lab)
    await client.mail('a')
    await client.recipient('b@example.org')
    await client.recipient('c@example.org', [], { rcpt_mailer: 'smtp' })
    await client.recipient('d@example.org', [], { rcpt_mailer: 'error' })
    expect(await client.endOfMessage()).toMatchObject({ reply: 'continue' })
    expect(seen).toEqual(['c@example.org'])
  })

  it('that all recipients are refused for is given up', async () => {
    const lab = await startServer({ decide: { recipient: () => 'reject' } })
    const outcome = await sendMessage(await greet(lab), outgoing())
    expect(outcome).toMatchObject({
      reply: 'reject',
      step: 'recipient',
      refusedRecipients: ['b@example.org', 'c@example.org'],
    })
  })

  it('is over when it is over', async () => {
    let kept: MilterMessage<undefined> | undefined
    const lab = await startServer({
      decide: {
        endOfMessage(message) {
          kept = message
        },
      },
    })
    const client = await greet(lab)
    await sendMessage(client, outgoing())
    expect(() => kept?.addHeader('A', 'b')).toThrow('the message is over')
    kept?.progress()
    expect(await sendMessage(client, outgoing())).toMatchObject({ ok: true, modifications: [] })
  })

  it('gets its changes and the reply in one write', async () => {
    const lab = await startServer({
      observe: { header() {} },
      decide: {
        endOfMessage(message) {
          message.addHeader('A', 'b'.repeat(2000))
          message.insertHeader(0, 'C', 'd')
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(offer())
    await peer.frames(1)
    peer.write(connectFrame + frame('H', 'x\0') + frame('M', '<a>\0') + frame('L', 'A\0b\0') + frame('E'))
    expect((await peer.frames(4)).map(([letter]) => letter).join('')).toBe('Ohic')
    expect(peer.reads).toHaveLength(2)
  })

  it('that is accepted before its end keeps the changes asked for until there', async () => {
    const calls: string[] = []
    const lab = await startServer({
      observe: { body: () => calls.push('body') },
      decide: {
        header(message) {
          calls.push('header')
          message.addHeader('X', 'y')
          return 'accept'
        },
        endOfMessage: () => void calls.push('endOfMessage'),
      },
    })
    const outcome = await sendMessage(await greet(lab), outgoing())
    expect(outcome).toMatchObject({
      reply: 'accept',
      step: 'endOfMessage',
      modifications: [{ kind: 'add-header', name: 'X', value: 'y' }],
    })
    expect(calls).toEqual(['header'])
  })

  it('that is refused or thrown away is not changed', async () => {
    for (const answer of ['reject', 'discard', reply(550, 'no')] as const) {
      const lab = await startServer({
        decide: {
          endOfMessage(message) {
            message.addHeader('X', 'y')
            return answer
          },
        },
      })
      expect(await sendMessage(await greet(lab), outgoing())).toMatchObject({
        reply: answer,
        modifications: [],
      })
    }
  })

  it('that takes long shows signs of life', async () => {
    const [started, proceed] = [gate(), gate()]
    const lab = await startServer({
      decide: {
        async endOfMessage(message) {
          message.progress()
          started.pass()
          await proceed.promise
          message.progress()
          return accept
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0') + frame('E'))
    await started.promise
    expect((await peer.frames(2)).map(([letter]) => letter).join('')).toBe('Op')
    proceed.pass()
    expect((await peer.frames(4)).map(([letter]) => letter).join('')).toBe('Oppa')
  })
})

describe('handlers', () => {
  it('that take time are waited for, in the order of the events', async () => {
    const order: string[] = []
    const slow = async (name: string) => {
      order.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${name} ends`)
    }
    const lab = await startServer({
      observe: {
        mail: () => slow('mail'),
        header: (_, name) => slow(name),
        body: () => void order.push('body'),
      },
      decide: { recipient: () => slow('recipient'), endOfMessage: () => slow('end') },
    })
    const message = bytesOf('A: b\r\nC: d\r\n\r\nx')
    await sendMessage(await greet(lab), outgoing({ message, recipients: ['r'] }))
    const pairs = (names: string[]) => names.flatMap((name) => [`${name} begins`, `${name} ends`])
    expect(order).toEqual([...pairs(['mail', 'recipient', 'A', 'C']), 'body', ...pairs(['end'])])
  })

  it('may use this', async () => {
    const counter = {
      count: 0,
      header() {
        this.count++
      },
    }
    await sendMessage(await greet(await startServer({ observe: counter })), outgoing())
    expect(counter.count).toBe(2)
  })

  it('that only observe may return what they like, but no reply', async () => {
    const errors: unknown[] = []
    const lab = await startServer({
      observe: { header: (_, name) => (name === 'Bad' ? 'accept' : name), mail: () => 5 },
      onHandlerError: (error, { handler }) => errors.push([handler, String(error)]),
    })
    const client = await greet(lab)
    expect(await sendMessage(client, outgoing())).toMatchObject({ reply: 'continue' })
    const message = bytesOf('Bad: x\r\n\r\n')
    expect(await sendMessage(client, outgoing({ message }))).toMatchObject({ reply: 'tempfail' })
    expect(errors).toEqual([['header', expect.stringContaining('observe answered "accept"')]])
  })

  it('of a body that answer in the middle of a chunk are not called for its rest', async () => {
    const pieces: number[] = []
    const lab = await startServer({
      decide: {
        body(_, chunk) {
          pieces.push(chunk.length)
          return 'reject'
        },
      },
    })
    const peer = await dialRaw(lab.address)
    const chunk = frame('B', 'x'.repeat(60_000))
    peer.write(hello + frame('M', '<a>\0') + chunk.slice(0, 20_000))
    await expect.poll(() => pieces.length).toBe(1)
    peer.write(chunk.slice(20_000))
    expect((await peer.frames(2))[1]).toEqual(['r', ''])
    expect(pieces).toHaveLength(1)
  })

  const failing: [string, () => never | Promise<never>][] = [
    [
      'throw',
      () => {
        throw new Error('boom')
      },
    ],
    ['reject', () => Promise.reject(new Error('boom'))],
  ]
  const steps = [
    'mail',
    'recipient',
    'data',
    'header',
    'endOfHeader',
    'body',
    'endOfMessage',
    'content',
  ] as const
  const cases = failing.flatMap(([how, act]) => [
    ...steps.map((step) => ['decide', step, how, act] as const),
    ...steps.slice(0, 6).map((step) => ['observe', step, how, act] as const),
  ])

  it.each(cases)(
    'that fail in %s.%s because they %s are reported, and the mail comes again',
    async (group, step, _, act) => {
      const failures: unknown[] = []
      const aborted: unknown[] = []
      let isFailing = true
      const handlers = { [step]: () => (isFailing ? act() : undefined) }
      const abort = (message: MilterMessage<undefined>) => aborted.push(message.sender.address)
      const lab = await startServer({
        observe: { abort, ...(group === 'observe' ? handlers : {}) },
        decide: group === 'decide' ? handlers : {},
        onHandlerError: (error, { handler, message }) =>
          failures.push([handler, String(error), message?.sender.address]),
      })
      const client = await greet(lab)
      const recipients = ['b@example.org']
      expect(await sendMessage(client, outgoing({ recipients }))).toMatchObject({
        ok: true,
        reply: 'tempfail',
      })
      expect(failures).toEqual([[step, 'Error: boom', 'a@example.org']])
      isFailing = false
      expect(await sendMessage(client, outgoing({ recipients }))).toMatchObject({
        ok: true,
        reply: 'continue',
      })
      expect(aborted).toEqual(['a@example.org'])
      expect(lab.server.stats).toMatchObject({ handlerErrors: 1, protocolErrors: 0 })
    },
  )

  it.each(['connect', 'helo', 'unknown'] as const)('that fail in %s fail the connection', async (step) => {
    for (const group of ['observe', 'decide'] as const) {
      const lab = await startServer({
        [group]: { [step]: failing[0]![1] },
        errorReply: reply(451, '4.3.0', 'Our fault'),
      })
      const client = await greet(lab)
      await client.unknown('X')
      expect(await sendMessage(client, outgoing())).toMatchObject({
        ok: true,
        reply: { lines: ['Our fault'] },
      })
      // Another connection is another one.
      expect((await dial(lab)).negotiated.version).toBe(6)
    }
  })

  it.each<[string, Partial<Parameters<typeof createMilterServer>[0]>, number]>([
    ['createState', { createState: failing[0]![1] }, 1],
    ['abort', { observe: { abort: failing[0]![1] } }, 1],
    ['close', { observe: { close: failing[0]![1] } }, 1],
    ['onConnection', { onConnection: failing[0]![1] }, 1],
    ['onHandlerError', { decide: { mail: failing[0]![1] }, onHandlerError: failing[0]![1] }, 2],
  ])('a failure of %s harms nobody', async (_, options, count) => {
    const lab = await startServer(options)
    const client = await greet(lab)
    await client.mail('x')
    client.abort()
    await client.quit()
    expect(lab.server.stats.handlerErrors).toBe(count)
    expect((await dial(lab)).negotiated.version).toBe(6)
  })

  it('that ask for what was not negotiated, or cannot be, fail', async () => {
    const wishes: ((message: MilterMessage<undefined>) => void)[] = [
      (message) => message.quarantine('x'),
      (message) => message.addHeader('A:', 'x'),
      (message) => message.addHeader('A', '\u{1F600}'),
    ]
    for (const wish of wishes) {
      const errors: unknown[] = []
      const lab = await startServer({
        decide: { endOfMessage: wish },
        onHandlerError: (error) => errors.push(error),
      })
      const client = await greet(lab, { actions: 0x1 })
      expect(await sendMessage(client, outgoing())).toMatchObject({ reply: 'tempfail', modifications: [] })
      expect(errors).toEqual([expect.any(TypeError)])
    }
  })

  it.each([
    ['skip at the end of the message', { endOfMessage: () => 'skip' as const }],
    ['something that is no reply', { endOfMessage: () => 'later' as never }],
  ])('that answer %s fail', async (_, decide) => {
    const lab = await startServer({ decide })
    expect(await sendMessage(await greet(lab), outgoing())).toMatchObject({ reply: 'tempfail' })
    expect(lab.server.stats.handlerErrors).toBe(1)
  })

  it('may be answered with accept when they fail: then mail does not stop because of us', async () => {
    const lab = await startServer({ observe: { header: failing[0]![1] }, errorReply: 'accept' })
    expect(await sendMessage(await greet(lab), outgoing())).toMatchObject({ reply: 'accept' })
  })
})

describe('content', () => {
  const collect = async (body: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = []
    for await (const chunk of body) chunks.push(chunk)
    return Buffer.concat(chunks).toString('latin1')
  }

  it.each([0, 1, 65_535, 200_000, 3_000_000])('is the whole body, of %i bytes', async (length) => {
    const body = 'x\n'.repeat(length / 2)
    let seen: string | undefined
    const order: string[] = []
    const lab = await startServer({
      observe: { endOfHeader: () => void order.push('endOfHeader') },
      decide: {
        async content(_, chunks) {
          order.push('content')
          seen = await collect(chunks)
        },
        endOfMessage: () => void order.push('endOfMessage'),
      },
    })
    const outcome = await sendMessage(await greet(lab), outgoing({ message: bytesOf(`A: b\r\n\r\n${body}`) }))
    expect(outcome).toMatchObject({ ok: true, reply: 'continue' })
    expect(seen === body).toBe(true)
    expect(order).toEqual(['endOfHeader', 'content', 'endOfMessage'])
  })

  it('need not be read to its end', async () => {
    let chunks = 0
    const lab = await startServer({
      decide: {
        async content(_, body) {
          for await (const _chunk of body) {
            chunks++
            return reply(550, 'enough')
          }
          return undefined
        },
        endOfMessage: () => 'accept',
      },
    })
    const client = await greet(lab)
    const message = bytesOf(`A: b\r\n\r\n${'x'.repeat(2_000_000)}`)
    expect(await sendMessage(client, outgoing({ message }))).toMatchObject({
      reply: { code: 550 },
      step: 'endOfMessage',
    })
    expect(chunks).toBe(1)
  })

  it('that is not read at all holds nothing up', async () => {
    const lab = await startServer({ decide: { content: () => undefined } })
    const message = bytesOf(`A: b\r\n\r\n${'x'.repeat(2_000_000)}`)
    expect(await sendMessage(await greet(lab), outgoing({ message }))).toMatchObject({ reply: 'continue' })
  })

  it('of a message that is given up throws', async () => {
    const [ended, started] = [gate<string>(), gate()]
    const lab = await startServer({
      decide: {
        async content(_, body) {
          try {
            for await (const _chunk of body) started.pass()
          } catch (error) {
            ended.pass(String(error))
            throw error
          }
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0') + frame('B', 'x'))
    await started.promise
    peer.write(frame('A') + frame('M', '<b>\0') + frame('E'))
    expect(await ended.promise).toContain('given up')
    expect((await peer.frames(2))[1]).toEqual(['c', ''])
    expect(lab.server.stats.handlerErrors).toBe(0)
  })

  it('that is read slowly holds back the MTA, not our memory', async () => {
    const proceed = gate()
    let bytes = 0
    const lab = await startServer({
      decide: {
        async content(_, body) {
          await proceed.promise
          for await (const chunk of body) bytes += chunk.length
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0'))
    const chunk = frame('B', 'x'.repeat(65_535))
    let sent = 0
    // Until the server stops reading, the system's buffers are full and no write is finished any more.
    for (; sent < 2000 && peer.socket.writableLength < 500_000; sent++) {
      peer.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(sent).toBeLessThan(2000)
    peer.write(frame('E'))
    proceed.pass()
    expect((await peer.frames(2))[1]).toEqual(['c', ''])
    expect(bytes).toBe(sent * 65_535)
  })
})

describe('a connection', () => {
  it('that is lost in a message gives it up', async () => {
    const notes: string[] = []
    const closed = gate()
    const lab = await startServer({
      observe: {
        abort: (message) => notes.push(`abort ${message.sender.address}`),
        close(session) {
          notes.push(`close ${session.helo}`)
          closed.pass()
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0'))
    await peer.frames(1)
    peer.socket.resetAndDestroy()
    await closed.promise
    expect(notes).toEqual(['abort a', 'close x'])
  })

  it('that is lost while a handler is at work gives the message up at once', async () => {
    const [begun, aborted, proceed] = [gate(), gate(), gate()]
    const lab = await startServer({
      observe: { abort: () => aborted.pass() },
      decide: {
        async endOfMessage(message) {
          begun.pass()
          await proceed.promise
          message.addHeader('too', 'late')
        },
      },
    })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0') + frame('E'))
    await begun.promise
    peer.socket.resetAndDestroy()
    await aborted.promise
    proceed.pass()
    expect((await dial(lab)).negotiated.version).toBe(6)
    expect(lab.server.stats.handlerErrors).toBe(0)
  })

  it('may go on with another SMTP client', async () => {
    const notes: unknown[] = []
    const lab = await startServer({
      observe: {
        connect(session) {
          notes.push(['connect', session.data])
          session.data = 'used'
        },
        close: (session) => notes.push(['close', session.helo, session.data]),
      },
      decide: { endOfMessage: (message) => reply(550, `${message.session.helo} ${message.macro('j')}`) },
    })
    const client = await greet(lab)
    await client.mail('x')
    client.newConnection()
    await client.connect(someone)
    await client.helo('second')
    expect(await sendMessage(client, outgoing())).toMatchObject({ reply: { lines: ['second undefined'] } })
    await client.quit()
    expect(notes).toEqual([
      ['connect', undefined],
      ['close', 'mail.example.org', 'used'],
      ['connect', undefined],
      ['close', 'second', 'used'],
    ])
  })

  it.each<[string, string, string]>([
    ['rubbish', '\xff'.repeat(100), 'frame-too-long'],
    ['HTTP', 'GET / HTTP/1.0\r\n\r\n', 'frame-too-long'],
    ['a command out of order', hello + frame('B', 'x'), 'out-of-order'],
    ['an unknown command', hello + frame('?'), 'unknown-command'],
  ])('that breaks the protocol with %s is reported and closed, others are not', async (_, text, code) => {
    const errors: unknown[] = []
    const lab = await startServer({
      onProtocolError: (error, session) => errors.push([error.code, session.id]),
      decide: { endOfMessage: () => 'accept' },
    })
    const good = await greet(lab)
    const bad = await dialRaw(lab.address)
    bad.write(text)
    await bad.ended()
    expect(errors).toEqual([[code, 2]])
    expect(lab.server.stats.protocolErrors).toBe(1)
    expect(await sendMessage(good, outgoing())).toMatchObject({ reply: 'accept' })
  })

  it('that breaks the protocol after an answered message still gets that answer', async () => {
    const lab = await startServer({ decide: { endOfMessage: () => 'accept' } })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0') + frame('E') + frame('?'))
    expect(await peer.ended()).toMatch(/\0\0\0\x01a$/)
  })

  it('that ends in the middle of a frame is reported', async () => {
    const error = gate<string>()
    const lab = await startServer({ onProtocolError: ({ code }) => error.pass(code) })
    const peer = await dialRaw(lab.address)
    peer.socket.end(bytesOf(hello + frame('M', '<a>\0').slice(0, -1)))
    expect(await error.promise).toBe('unfinished-frame')
    await peer.ended()
  })

  it('that sends its end after a message still gets the answer', async () => {
    const decision = gate<'accept'>()
    const lab = await startServer({ decide: { endOfMessage: () => decision.promise } })
    const peer = await dialRaw(lab.address)
    peer.socket.end(bytesOf(hello + frame('M', '<a>\0') + frame('E')))
    decision.pass('accept')
    expect(await peer.ended()).toMatch(/a$/)
  })

  it('is known by its number and its peer', async () => {
    const seen: string[] = []
    const lab = await startServer({ onConnection: (session) => seen.push(`${session.id} ${session.peer}`) })
    const peer = await dialRaw(lab.address)
    peer.write(offer())
    await peer.frames(1)
    expect(seen).toEqual([`1 127.0.0.1:${peer.socket.localPort}`])
  })

  it('that waits for a handler is not read without end', async () => {
    const proceed = gate()
    const lab = await startServer({ observe: { body: () => proceed.promise } })
    const peer = await dialRaw(lab.address)
    peer.write(hello + frame('M', '<a>\0'))
    const chunk = frame('B', 'x'.repeat(65_535))
    let sent = 0
    for (; sent < 2000 && peer.socket.writableLength < 500_000; sent++) {
      peer.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(sent).toBeLessThan(2000)
    peer.write(frame('E'))
    proceed.pass()
    expect((await peer.frames(2))[1]).toEqual(['c', ''])
  })
})

describe('a server', () => {
  it('counts', async () => {
    const lab = await startServer({ decide: { mail: () => undefined } })
    const client = await greet(lab)
    await sendMessage(client, outgoing())
    const other = await greet(lab)
    await other.mail('x')
    expect(lab.server.stats).toEqual({
      connections: 2,
      inFlight: 1,
      acceptedConnections: 2,
      shedConnections: 0,
      messages: 1,
      protocolErrors: 0,
      handlerErrors: 0,
    })
    await other.endOfMessage()
    expect(lab.server.stats).toMatchObject({ inFlight: 0, messages: 2 })
  })

  it('listens on a UNIX socket with a mode', async () => {
    const socket = path.join(mkdtempSync(path.join(os.tmpdir(), 'milter-')), 'socket')
    const { server } = await startServer({
      decide: { endOfMessage: (message) => reply(550, message.session.peer) },
    })
    const listened = await server.listen({ kind: 'unix', path: socket }, { mode: 0o660 })
    if (!listened.ok) throw new Error(listened.error.message)
    expect(statSync(socket).mode & 0o777).toBe(0o660)
    const client = await greet({ address: listened.value })
    expect(await sendMessage(client, outgoing())).toMatchObject({ reply: { lines: [socket] } })
  })

  it('says why it cannot listen', async () => {
    const lab = await startServer({})
    expect(await lab.server.listen(lab.address)).toMatchObject({
      ok: false,
      error: { code: 'address-in-use' },
    })
    await lab.server.close({ graceMs: 0 })
    expect(await lab.server.listen(lab.address)).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it('closes a newcomer when it has as many connections as it may, and none of the others', async () => {
    const lab = await startServer({ limits: { connections: 1 } })
    const client = await greet(lab)
    expect(await (await dialRaw(lab.address)).ended()).toBe('')
    expect(await sendMessage(client, outgoing())).toMatchObject({ ok: true })
    expect(lab.server.stats.shedConnections).toBe(1)
  })

  it('closes those that stay silent, not those whose handler is at work', async () => {
    const [begun, proceed] = [gate(), gate()]
    const lab = await startServer({
      idleTimeoutMs: 200,
      decide: {
        async endOfMessage() {
          begun.pass()
          await proceed.promise
        },
      },
    })
    const busy = await dialRaw(lab.address)
    busy.write(hello + frame('M', '<a>\0') + frame('E'))
    await begun.promise
    const silent = await dialRaw(lab.address)
    await silent.ended()
    proceed.pass()
    expect((await busy.frames(2))[1]).toEqual(['c', ''])
  })

  it('serves what is open when it is closed, until that ends', async () => {
    const lab = await startServer({ decide: { endOfMessage: () => 'accept' } })
    const client = await greet(lab)
    const closed = lab.server.close()
    expect(await sendMessage(client, outgoing())).toMatchObject({ reply: 'accept' })
    expect(await sendMessage(client, outgoing())).toMatchObject({ reply: 'accept' })
    await client.quit()
    await closed
    expect(lab.server.stats.connections).toBe(0)
  })

  it('cuts what is open when the grace is over', async () => {
    const lab = await startServer({})
    const client = await greet(lab)
    await client.mail('x')
    await lab.server.close({ graceMs: 30 })
    expect(lab.server.stats.connections).toBe(0)
    expect(await client.endOfMessage()).toMatchObject({ ok: false, error: { code: 'closed' } })
  })

  it('does many connections at once', async () => {
    const lab: Lab = await startServer({
      createState: () => ({ bytes: 0 }),
      observe: {
        body(message, chunk) {
          message.state.bytes += chunk.length
        },
      },
      decide: { endOfMessage: (message) => message.addHeader('X-Bytes', String(message.state.bytes)) },
    })
    const clients = await Promise.all(Array.from({ length: 100 }, () => greet(lab)))
    const outcomes = await Promise.all(
      clients.map((client, n) =>
        sendMessage(client, outgoing({ message: bytesOf(`A: b\r\n\r\n${'x'.repeat(n * 1000)}`) })),
      ),
    )
    expect(outcomes.map((outcome) => outcome.ok && outcome.modifications)).toEqual(
      clients.map((_, n) => [{ kind: 'add-header', name: 'X-Bytes', value: String(n * 1000) }]),
    )
  })
})
