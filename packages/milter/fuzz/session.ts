// Random conversations, valid and broken, against the session and the handlers. A seed gives the same round again.
//   node --conditions=@postern/source packages/milter/fuzz/session.ts [SECONDS] [SEED]     (a Node that strips types)

import { isDeepStrictEqual } from 'node:util'
import { Conversation } from '../src/conversation.ts'
import { stepHandlers } from '../src/handlers.ts'
import { type Reply, reply, type State, transitions } from '../src/index.ts'
import { readFilterFrame } from '../src/reply-frame.ts'
import { allSteps } from '../src/steps.ts'
import { feed, type Run, runAll, startRun } from '../test/events.ts'
import { bytesOf, frame, framesOf, number, piecesOf, textOf } from '../test/wire.ts'

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
type Random = (limit: number) => number

function randomOf(seed: number): Random {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random(values.length)]!

function textAt(random: Random, longest: number): string {
  const units = ['a', 'B', ' ', '<', '>', ':', '\0', '\n', '%', '\xff', 'i', '{i}']
  return Array.from({ length: random(longest) }, () => pick(random, units)).join('')
}

/** Data that a command may have. */
function dataOf(random: Random, command: string): string {
  const text = textAt(random, 12).replaceAll('\0', '')
  switch (command) {
    case 'O':
      return number(pick(random, [2, 3, 4, 6, 7])) + number(random(0x200)) + number(random(0x4000_0000))
    case 'C':
      return `${text}\0${pick(random, ['U', '4\0\x19192.0.2.1\0', '6\0\x192001:db8::1\0', 'L\0\0/x\0'])}`
    case 'L':
      return `A${text.replaceAll(':', '')}\0${textAt(random, 30)}\0`
    case 'M':
    case 'R':
      return `<${text}>\0${random(2) ? 'X=1\0' : ''}`
    case 'H':
    case 'U':
      return `${text}\0`
    case 'B':
      return textAt(random, 400)
    case 'D':
      return `${pick(random, ['C', 'H', 'M', 'R', 'T', 'E', 'z'])}i\0${text}\0`
    default:
      return ''
  }
}

/** A conversation, mostly in order, and in some rounds broken somewhere. */
function conversationOf(random: Random): Uint8Array {
  let state: State = 'start'
  let text = ''
  for (let left = random(100); left > 0 && state !== 'ended'; left--) {
    // Those that end something, seldom: else no message is ever finished.
    const row: [string, State | undefined][] = Object.entries(transitions[state]).filter(
      ([command]) => !'QKAUHM'.includes(command) || state === 'connected' || random(12) === 0,
    )
    if (row.length === 0) continue
    const [command, next]: [string, State | undefined] = pick(random, row)
    if (random(4) === 0) text += frame('D', dataOf(random, 'D'))
    text += frame(command, dataOf(random, command))
    state = command === 'E' ? 'connected' : next!
  }
  const bytes = bytesOf(text)
  if (random(2) === 0 || bytes.length === 0) return bytes
  switch (random(4)) {
    case 0:
      for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)]! ^= 1 << random(8)
      return bytes
    case 1:
      return bytes.subarray(0, random(bytes.length))
    case 2:
      return Uint8Array.from([...bytes, ...bytesOf(textAt(random, 40))])
    default:
      return Uint8Array.from([
        ...bytes.subarray(0, random(bytes.length)),
        ...bytes.subarray(random(bytes.length)),
      ])
  }
}

const replies: readonly Reply[] = [
  'continue',
  'continue',
  'continue',
  'accept',
  'reject',
  'discard',
  reply(451, '4.7.1', '%'),
]

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what)
}

/** One round of the protocol: the split of the bytes changes nothing, and nothing is held but one frame. */
export function fuzzSession(seed: number): void {
  const random = randomOf(seed)
  const limits = { frameBytes: pick(random, [60, 500, 1_052_672]), macroBytes: 40, envelopeBytes: 200 }
  const steps = Object.fromEntries(
    allSteps.map((step) => [step, pick(random, ['skip', 'observe', 'decide'] as const)]),
  )
  const options = { steps, limits, leadingSpace: random(2) === 0 }
  const bytes = conversationOf(random)
  const salt = random(1000)
  // The same answers in both runs: they depend on how many there were.
  const choose = (run: { count: number }) => () => replies[(salt + run.count++) % replies.length]!
  const whole = runAll([bytes], options, choose({ count: 0 }))
  const pieces = piecesOf(
    bytes,
    Array.from({ length: random(12) }, () => random(bytes.length + 1)),
  )
  const run: Run = startRun(options)
  const answer = choose({ count: 0 })
  for (const piece of pieces) {
    feed(run, piece, answer)
    check(run.session.waitingBytes <= limits.frameBytes + 4, 'more than a frame is held')
  }
  const error = run.session.end()
  if (error !== undefined) run.events.push(error)
  check(isDeepStrictEqual(run.events, whole.events), 'the split changes the events')
  check(run.text === whole.text, 'the split changes the replies')
}

/** One round with handlers that answer, wait and fail: what goes out is frames, and the connection ends. */
export async function fuzzHandlers(seed: number): Promise<void> {
  const random = randomOf(seed)
  const act = (subject: { addHeader?: (name: string, value: string) => void }) => {
    switch (random(12)) {
      case 0:
        throw new Error('thrown')
      case 1:
        return Promise.reject(new Error('rejected'))
      case 2:
        return Promise.resolve(pick(random, replies))
      case 3:
        return pick(random, replies)
      case 4:
        return new Promise((resolve) => setImmediate(resolve, pick(random, replies)))
      case 5:
        subject.addHeader?.('X', textAt(random, 20))
        return undefined
      default:
        return undefined
    }
  }
  const uses = allSteps.map((step) => [step, pick(random, ['skip', 'observe', 'decide'] as const)] as const)
  const handlersOf = (group: string) =>
    Object.fromEntries(uses.filter(([, use]) => use === group).map(([step]) => [step, act]))
  const handlers = {
    observe: handlersOf('observe'),
    decide: { ...handlersOf('decide'), endOfMessage: act },
  } as object
  const steps = stepHandlers(handlers)
  let out = ''
  let isFinished = false
  let isBlocked = false
  const conversation = new Conversation({
    id: 1,
    peer: 'fuzz',
    handlers,
    steps,
    session: { steps: steps.uses },
    waitingBytes: 100,
    counters: { messages: 0, protocolErrors: 0, handlerErrors: 0 },
    transport: {
      writeBytes(text) {
        check(!isFinished, 'a write after the end')
        out += text
        isBlocked = random(8) === 0
        return !isBlocked
      },
      pause() {},
      resume() {},
      finish() {
        isFinished = true
      },
    },
  })
  const bytes = conversationOf(random)
  for (const piece of piecesOf(
    bytes,
    Array.from({ length: random(6) }, () => random(bytes.length + 1)),
  )) {
    conversation.receive(piece)
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve))
    if (isBlocked) conversation.drained()
  }
  conversation.ended()
  for (let turns = 0; turns < 500 && !isFinished; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    conversation.drained()
  }
  check(isFinished, 'the connection does not end')
  conversation.abandon()
  const frames = framesOf(out)
  check(frames.reduce((length, [, data]) => length + 5 + data.length, 0) === out.length, 'not only frames')
  for (const [command, data] of frames)
    check(
      command === 'O' || readFilterFrame(command, data) !== undefined,
      `a frame that is none: ${textOf(bytesOf(command + data))}`,
    )
}

if ((import.meta as { main?: boolean }).main === true) {
  const [seconds = '10', first = String(Date.now())] = process.argv.slice(2)
  const end = Date.now() + Number(seconds) * 1000
  let seed = Number(first)
  for (; Date.now() < end; seed++) {
    try {
      fuzzSession(seed)
      await fuzzHandlers(seed)
    } catch (error) {
      console.error(`seed ${seed}:`, error)
      process.exit(1)
    }
  }
  console.log(`${seed - Number(first)} rounds from seed ${first}`)
}
