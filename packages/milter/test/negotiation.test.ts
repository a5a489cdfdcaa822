import { describe, expect, it } from 'vitest'
import { type FilterWish, type Negotiated, negotiate, SMFIF, SMFIP, type StepUse } from '../src/index.ts'
import { bodyChunkBytes, formatNegotiation, readNegotiation } from '../src/negotiation.ts'
import { allSteps, stepFlags } from '../src/steps.ts'
import { frame, framesOf, number } from './wire.ts'

const offered: Readonly<Record<number, Negotiated>> = {
  2: { version: 2, actions: 0x3f, steps: 0x7f },
  3: { version: 3, actions: 0x3f, steps: 0x17f },
  4: { version: 4, actions: 0x3f, steps: 0x37f },
  6: { version: 6, actions: 0x1ff, steps: 0x1f_ffff },
}
const all = (use: StepUse): FilterWish['steps'] => Object.fromEntries(allSteps.map((step) => [step, use]))
const noReplies = allSteps.reduce((bits, step) => bits | stepFlags[step].noReply, 0)
const skips = allSteps.reduce((bits, step) => bits | stepFlags[step].skip, 0)

describe('the numbers of the wire', () => {
  it('are those of milter_protocol 6 as Postfix offers it', () => {
    expect(skips).toBe(0x37f)
    expect(noReplies).toBe(0xff080)
    expect(skips | noReplies | SMFIP.SKIP | SMFIP.RCPT_REJ | SMFIP.HDR_LEADSPC).toBe(0x1f_ffff)
    expect(Object.values(SMFIF).reduce((bits: number, bit) => bits | bit, 0)).toBe(0x1ff)
  })
})

describe('negotiation', () => {
  it.each<[number, StepUse, number]>([
    [2, 'skip', 0x7f],
    [3, 'skip', 0x17f],
    [4, 'skip', 0x37f],
    [6, 'skip', 0x37f | SMFIP.SKIP],
    [2, 'observe', 0],
    [4, 'observe', 0],
    [6, 'observe', 0xff080 | SMFIP.SKIP],
    [2, 'decide', 0],
    [6, 'decide', SMFIP.SKIP],
  ])('with version %i, all steps %s: bits %i', (version, use, steps) => {
    expect(negotiate(offered[version]!, { steps: all(use) })).toEqual({
      version,
      actions: offered[version]!.actions & 0xff,
      steps,
    })
  })

  it.each(allSteps)('each use of %s has its own bit', (step) => {
    const bits = (use: StepUse) => negotiate(offered[6]!, { steps: { ...all('decide'), [step]: use } }).steps
    expect(bits('skip')).toBe(SMFIP.SKIP | stepFlags[step].skip)
    expect(bits('observe')).toBe(SMFIP.SKIP | stepFlags[step].noReply)
    expect(bits('decide')).toBe(SMFIP.SKIP)
  })

  it('an MTA that must send a step is at least spared the wait for it', () => {
    const { steps } = negotiate({ version: 6, actions: 0, steps: 0x1f_ffff & ~SMFIP.NOHDRS }, { steps: {} })
    expect(steps & (SMFIP.NOHDRS | SMFIP.NR_HDR)).toBe(SMFIP.NR_HDR)
  })

  it('versions above ours are answered with ours', () => {
    expect(negotiate({ version: 7, actions: 0xffff, steps: 0xffff_ffff }, { steps: {} }).version).toBe(6)
  })

  it('leading spaces and refused recipients are asked for when wanted and offered', () => {
    const wish: FilterWish = { steps: all('decide'), leadingSpace: true, rejectedRecipients: true }
    expect(negotiate(offered[6]!, wish).steps).toBe(SMFIP.SKIP | SMFIP.HDR_LEADSPC | SMFIP.RCPT_REJ)
    expect(negotiate(offered[4]!, wish).steps).toBe(0)
  })

  it.each([
    [0, 65_535],
    [SMFIP.MDS_256K, 262_143],
    [SMFIP.MDS_256K | SMFIP.MDS_1M, 1_048_575],
    [SMFIP.MDS_1M, 1_048_575],
  ])('the largest data size offered, %i, is taken: %i bytes', (bits, bytes) => {
    const negotiated = negotiate({ ...offered[6]!, steps: 0x1f_ffff | bits }, { steps: {} })
    expect(bodyChunkBytes(negotiated)).toBe(bytes)
  })

  it('actions can be fewer', () => {
    expect(negotiate(offered[6]!, { steps: {}, actions: SMFIF.ADDHDRS }).actions).toBe(SMFIF.ADDHDRS)
  })
})

describe('requests for macros', () => {
  const wish: FilterWish = {
    steps: {},
    macros: { connect: ['j', '{daemon_name}'], endOfMessage: ['auth_authen', 'i'] },
  }

  it('are a stage and names, in braces unless of one letter', () => {
    const steps = 0x37f | SMFIP.SKIP
    expect(formatNegotiation(offered[6]!, wish)).toBe(
      frame(
        'O',
        `${number(6)}${number(0x1ff)}${number(steps)}${number(0)}j {daemon_name}\0${number(5)}{auth_authen} i\0`,
      ),
    )
  })

  it.each([
    ['version 4', { ...offered[6]!, version: 4 }],
    ['an MTA that does not offer it', { ...offered[6]!, actions: 0xff }],
  ])('are not made with %s', (_, offer) => {
    const [[, data]] = framesOf(formatNegotiation(offer, wish)) as [[string, string]]
    expect(data).toHaveLength(12)
    expect(data.charCodeAt(6)).toBe(0)
  })

  it('are read again by the other side', () => {
    const [[, data]] = framesOf(formatNegotiation(offered[6]!, wish)) as [[string, string]]
    expect(readNegotiation(data, offered[6]!)).toEqual({
      negotiated: { version: 6, actions: 0x1ff, steps: 0x37f | SMFIP.SKIP },
      macros: { connect: ['j', '{daemon_name}'], endOfMessage: ['{auth_authen}', 'i'] },
    })
  })

  it.each([
    ['nothing', ''],
    ['a version above the offer', number(7) + number(0) + number(0)],
    ['version 1', number(1) + number(0) + number(0)],
    ['actions that were not offered', number(6) + number(0x200) + number(0)],
    ['steps that were not offered', number(6) + number(0) + number(0x4000_0000)],
    ['a stage that does not exist', `${number(6)}${number(0)}${number(0)}${number(9)}i\0`],
    ['a list without its NUL', `${number(6)}${number(0)}${number(0)}${number(1)}i`],
  ])('an answer with %s is none', (_, data) => {
    expect(readNegotiation(data, offered[6]!)).toBeUndefined()
  })
})
