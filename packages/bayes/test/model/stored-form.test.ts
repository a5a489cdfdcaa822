import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featuresOf, keptFeatures } from '../../src/features/mail-features.ts'
import { blocksOf, decodeBlock, encodeBlock } from '../../src/model/block.ts'
import { decodeGains, encodeGains } from '../../src/model/gains.ts'
import { applyEntry, encodeEntry } from '../../src/model/log-entry.ts'
import { DamagedModelError, type Meta, NewerModelError, readMeta, writeMeta } from '../../src/model/meta.ts'
import { Model } from '../../src/model/model.ts'
import { ModelFile } from '../../src/model/model-file.ts'
import { OctetReader, OctetWriter } from '../../src/model/octet-writer.ts'
import { decodeSeen } from '../../src/seen-messages.ts'
import { mail } from '../mail.ts'

const BITS = 17

/** A model whose tables have small and large counts and weights of any size. */
function anyModel(seed: number, fill = 3000): Model {
  const model = new Model(BITS)
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
  for (let n = 0; n < fill; n++) {
    const [ham, spam] = next() % 3 === 0 ? [next() % 4096, next() % 4096] : [next() % 16, next() % 16]
    if (ham + spam > 0)
      model.tokens.slots[next() % 2 ** BITS] = ((ham << 20) | (spam << 8) | (next() & 0xff)) >>> 0
    model.weights.weights[next() % 2 ** BITS] = ((next() % 2000) - 1000) / 2 ** (next() % 12)
  }
  return model
}

function read(octets: readonly Uint8Array[]): Model {
  const model = anyModel(99, 500)
  for (const [index, block] of octets.entries()) decodeBlock(model, index, block)
  return model
}
const written = (model: Model) =>
  Array.from({ length: blocksOf(model) }, (_, index) => encodeBlock(model, index))

const isSound = ({ weights, tokens }: Model): boolean =>
  weights.weights.every((weight) => Number.isFinite(weight)) && tokens.slots.length === 2 ** BITS

describe('a model in blocks', () => {
  it('is read as it was written: counts exactly, weights to half a percent', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const model = anyModel(seed)
        const again = read(written(model))
        expect(
          again.tokens.slots.join() === model.tokens.slots.map((slot) => (slot > 0xff ? slot : 0)).join(),
        ).toBe(true)
        expect(
          again.weights.weights.every((weight, at) => {
            const before = model.weights.weights[at]!
            return Math.abs(weight - before) <= Math.abs(before) / 250
          }),
        ).toBe(true)
        // What was rounded once is not rounded again.
        expect(written(again)).toEqual(written(read(written(again))))
      }),
      { numRuns: 15 },
    )
  })
  it('takes no more room than what is in it', () => {
    for (const octets of written(new Model(BITS))) expect(octets.length).toBeLessThan(100)
    expect(written(anyModel(1, 1000)).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(12_000)
  })
  it('that is smaller than a block has one', () => {
    const model = new Model(12)
    model.tokens.add(5, true)
    const other = new Model(12)
    decodeBlock(other, 0, encodeBlock(model, 0))
    expect(other.tokens.slots).toEqual(model.tokens.slots)
  })
  it('is something of the same size and without odd numbers when the octets are damaged', () => {
    const [whole] = written(anyModel(7)) as [Uint8Array]
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }),
        (size, changes) => {
          const octets = whole.slice()
          for (const [at, octet] of changes) octets[at] = octet
          expect(isSound(read([octets.subarray(0, size)]))).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => {
        expect(isSound(read([octets, octets]))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a block inside', () => {
  it('is sound when the parts are damaged before they are packed', () => {
    const model = new Model(BITS)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40_000), (octets, zeros) => {
        const long = Buffer.concat([octets, Buffer.alloc(zeros, 255), octets])
        decodeBlock(model, 0, deflateRawSync(long))
        decodeBlock(model, 1, deflateRawSync(octets))
        expect(isSound(model)).toBe(true)
      }),
    )
  })
  it('that inflates to far too much is empty', () => {
    const model = anyModel(3)
    decodeBlock(model, 0, deflateRawSync(Buffer.alloc(50_000_000, 255)))
    expect(model.tokens.slots.subarray(0, 65_536).every((slot) => slot === 0)).toBe(true)
  })
})

describe('an entry of the log', () => {
  const features = keptFeatures(featuresOf(mail('spam', 1)))
  const learned = (model: Model) => {
    const gains = model.gains(features, true)
    model.learn(features, true, gains)
    return encodeEntry({ isSpam: true, isTaken: false, gains, features })
  }
  it('does to another copy what was done to the first', () => {
    const [one, other] = [new Model(BITS), new Model(BITS)]
    for (let n = 0; n < 3; n++) applyEntry(other, learned(one))
    expect(other.tokens.slots).toEqual(one.tokens.slots)
    expect(other.weights.weights).toEqual(one.weights.weights)
    expect([other.ham, other.spam]).toEqual([0, 3])
    const gains = one.gains(features, false)
    applyEntry(other, encodeEntry({ isSpam: true, isTaken: true, gains, features }))
    one.unlearn(features, true, gains)
    expect(other.weights.weights).toEqual(one.weights.weights)
    expect(other.spam).toBe(2)
  })
  it('leaves out the views that did not move', () => {
    const all = encodeEntry({ isSpam: true, isTaken: false, gains: [1, 1, 1, 1], features })
    const none = encodeEntry({ isSpam: true, isTaken: false, gains: [0, 0, 0, 0], features })
    expect(none.length).toBeLessThan(all.length - 4 * features.views.raw.length)
  })
  it('is read from a part of a larger memory', () => {
    const entry = learned(new Model(BITS))
    const pool = Buffer.alloc(entry.length + 11)
    pool.set(entry, 7)
    const [one, other] = [new Model(BITS), new Model(BITS)]
    applyEntry(one, entry)
    applyEntry(other, pool.subarray(7, 7 + entry.length))
    expect(other.weights.weights).toEqual(one.weights.weights)
    expect(other.tokens.slots).toEqual(one.tokens.slots)
  })
  it('never fails and does nothing odd when it is damaged', () => {
    const entry = learned(new Model(BITS))
    const model = new Model(BITS)
    fc.assert(
      fc.property(
        fc.nat(entry.length),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 10 }),
        (size, changes) => {
          const octets = entry.slice()
          for (const [at, octet] of changes) octets[at] = octet
          applyEntry(model, octets.subarray(0, size))
        },
      ),
      { numRuns: 200 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => applyEntry(model, octets)))
    expect(isSound(model)).toBe(true)
  })
})

describe('numbers', () => {
  it('are read as they were written, up to the end and behind it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffffffff)), (values) => {
        const writer = new OctetWriter(1)
        for (const value of values) writer.varint(value)
        const reader = new OctetReader(writer.taken())
        expect(values.map(() => reader.varint())).toEqual(values)
        expect([reader.left, reader.varint(), reader.octet(), [...reader.octets(2)]]).toEqual([
          0,
          0,
          0,
          [0, 0],
        ])
      }),
    )
  })
  it('of gains are those that there can be', () => {
    expect(decodeGains(encodeGains([1, -2, 0, 0.5]))).toEqual([1, -2, 0, 0.5])
    expect(decodeGains(encodeGains([Number.NaN, Number.POSITIVE_INFINITY, 1e9, -1]))).toEqual([0, 0, 0, -1])
    expect(decodeGains(new Uint8Array(3))).toEqual([0, 0, 0, 0])
  })
  it('of a message that was seen are there, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const { gains, at } = decodeSeen(octets)
        expect(gains.every(Number.isFinite)).toBe(true)
        expect(Number.isSafeInteger(at)).toBe(true)
      }),
    )
  })
})

describe('the head of a model', () => {
  const meta: Meta = {
    ...new ModelFile('', 20).meta,
    epoch: 1,
    at: 70_000,
    logFrom: 69_900,
    logOctets: 5000,
    ham: 3,
    spam: 4,
    seen: 7,
  }
  it('is read as it was written', () => {
    expect(readMeta(writeMeta(meta))).toEqual(meta)
    const pool = Buffer.concat([Buffer.from('abc'), writeMeta(meta), Buffer.from('abc')])
    expect(readMeta(pool.subarray(3, pool.length - 3))).toEqual(meta)
  })
  it('of a later version is told from a damaged one', () => {
    const later = writeMeta(meta)
    new DataView(later.buffer).setFloat64(0, 99)
    expect(() => readMeta(later)).toThrow(NewerModelError)
    expect(() => readMeta(later)).toThrow('format 99')
    expect(() => readMeta(new Uint8Array())).toThrow(DamagedModelError)
    expect(() => readMeta(writeMeta(meta).subarray(0, 40))).toThrow(DamagedModelError)
  })
  it.each([
    ['too many slots', { slotBits: 60 }],
    ['half a slot', { slotBits: 20.5 }],
    ['a log without end', { at: 1e12 }],
    ['a log that begins later', { logFrom: 80_000 }],
    ['less than no messages', { ham: -1 }],
    ['no number', { spam: Number.NaN }],
  ])('is damaged with %s', (_, change) => {
    expect(() => readMeta(writeMeta({ ...meta, ...change }))).toThrow(DamagedModelError)
  })
  it('is sound or an error, whatever the octets', () => {
    fc.assert(
      fc.property(fc.nat(writeMeta(meta).length - 1), fc.nat(255), (at, octet) => {
        const octets = writeMeta(meta)
        octets[at] = octet
        try {
          const { slotBits, at: last, logFrom } = readMeta(octets)
          expect(slotBits <= 26 && last - logFrom <= 1_000_000).toBe(true)
        } catch (error) {
          expect(['DamagedModelError', 'NewerModelError']).toContain((error as Error).name)
        }
      }),
      { numRuns: 500 },
    )
  })
})
