import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featuresOf, keptFeatures, views } from '../../src/features/mail-features.ts'
import { Model } from '../../src/model/model.ts'
import { mail } from '../mail.ts'

const featured = (as: 'ham' | 'spam', n: number) => keptFeatures(featuresOf(mail(as, n)))

function learn(model: Model, as: 'ham' | 'spam', n: number) {
  const features = featured(as, n)
  const isSpam = as === 'spam'
  const gains = model.gains(features, isSpam)
  model.learn(features, isSpam, gains)
  return { undo: () => model.unlearn(features, isSpam, gains), gains }
}

function trained(each = 20, slotBits = 18): Model {
  const model = new Model(slotBits)
  for (let n = 0; n < each; n++) {
    learn(model, 'spam', n)
    learn(model, 'ham', n)
  }
  return model
}

const image = (model: Model) => ({
  ham: model.ham,
  spam: model.spam,
  counts: model.tokens.slots.map((slot) => (slot > 0xff ? slot : 0)),
  weights: model.weights.weights.slice(),
})

describe('a model', () => {
  it('says nothing before it has learned', () => {
    const { logit, viewShare } = new Model(14).score(featured('spam', 1))
    expect(logit).toBe(0)
    expect(viewShare).toBe(0)
  })
  it('tells the classes apart, surer in every part the more it has learned', () => {
    const [little, much] = [trained(3), trained(20)]
    for (const [as, sign] of [
      ['spam', 1],
      ['ham', -1],
    ] as const) {
      const features = featured(as, 101)
      const [first, second] = [little.score(features), much.score(features)]
      expect(sign * first.logit).toBeGreaterThan(0)
      expect(sign * second.classical).toBeGreaterThan(0)
      for (const view of ['trigrams', 'facts', 'header'] as const)
        expect(sign * second.views[view]).toBeGreaterThan(0)
      expect(sign * second.logit).toBeGreaterThan(sign * first.logit)
    }
  })
  it('trusts the views as far as it knows the header', () => {
    const model = trained()
    expect(model.score(featured('spam', 3)).viewShare).toBe(1)
    const strange = keptFeatures(
      featuresOf(Buffer.from('X-Odd: one two three\nX-Other: four five\n\npills lottery winner\n')),
    )
    const opinion = model.score(strange)
    expect(opinion.viewShare).toBe(0)
    expect(opinion.logit).toBeGreaterThan(0)
    expect(opinion.logit).toBeLessThan(model.score(featured('spam', 3)).logit)
  })

  it('is as before when a message is taken back', () => {
    const model = trained()
    const before = image(model)
    const lessons = [learn(model, 'spam', 500), learn(model, 'ham', 501)]
    expect(image(model).counts).not.toEqual(before.counts)
    for (const { undo } of lessons.toReversed()) undo()
    const after = image(model)
    expect([after.ham, after.spam]).toEqual([before.ham, before.spam])
    expect(after.counts).toEqual(before.counts)
    const largest = after.weights.reduce(
      (most, weight, at) => Math.max(most, Math.abs(weight - before.weights[at]!)),
      0,
    )
    expect(largest).toBeLessThan(1e-5)
  })
  it('is as before whatever is learned and taken back, in whatever order', () => {
    const lesson = fc.record({ as: fc.constantFrom('ham' as const, 'spam' as const), n: fc.nat(1000) })
    const model = trained(5)
    const before = image(model)
    fc.assert(
      fc.property(fc.array(lesson, { maxLength: 6 }), fc.nat(), (lessons, turn) => {
        const undos = lessons.map(({ as, n }) => learn(model, as, n).undo)
        while (undos.length > 0) undos.splice(turn % undos.length, 1)[0]!()
        const after = image(model)
        expect([after.ham, after.spam]).toEqual([before.ham, before.spam])
        // Comparing the arrays as texts is a hundred times faster.
        expect(after.counts.join() === before.counts.join()).toBe(true)
        expect(after.weights.every((weight, at) => Math.abs(weight - before.weights[at]!) < 1e-4)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
  it('counts no message below none', () => {
    const model = new Model(12)
    const features = featured('ham', 1)
    model.unlearn(features, false, [0, 0, 0, 0])
    model.unlearn(features, true, [0, 0, 0, 0])
    expect([model.ham, model.spam]).toEqual([0, 0])
    expect(model.tokens.slots.every((slot) => slot === 0)).toBe(true)
  })

  it('takes large steps while it is wrong, and none when it is right and sure', () => {
    const model = new Model(16)
    const features = featured('spam', 1)
    const steps = Array.from({ length: 30 }, () => learn(model, 'spam', 1).gains)
    expect(steps[0]!.every((gain) => gain > 0)).toBe(true)
    expect(steps.at(-1)).toEqual([0, 0, 0, 0])
    // The first step is that of somebody who knows nothing: an error of one half.
    views.forEach((view, index) => {
      expect(steps[0]![index]).toBeCloseTo((10 * 0.5) / Math.sqrt(features.views[view].length), 4)
    })
    const wrong = model.gains(features, false)
    for (const [index, gain] of wrong.entries()) expect(gain).toBeLessThan(-steps[0]![index]!)
  })
  it('takes no step for a view without features', () => {
    const empty = keptFeatures(featuresOf(Buffer.from('')))
    const gains = new Model(12).gains(empty, true)
    views.forEach((view, index) => {
      if (empty.views[view].length === 0) expect(gains[index]).toBe(0)
    })
    expect(gains[2]).toBe(0)
  })
  it('forgets half by aging', () => {
    const model = trained(20)
    model.age()
    expect([model.ham, model.spam]).toEqual([10, 10])
    expect(model.score(featured('spam', 3)).logit).toBeGreaterThan(0)
  })
  it('holds its size under a flood of tokens, and still tells what it knew well', () => {
    const model = new Model(12)
    for (let n = 0; n < 40; n++) {
      learn(model, 'spam', n)
      learn(model, 'ham', n)
    }
    for (let n = 0; n < 20; n++) {
      const text = Array.from({ length: 3000 }, (_, word) => `flood${n}w${word}`).join(' ')
      const features = keptFeatures(featuresOf(Buffer.from(`Subject: x\n\n${text}`)))
      model.learn(features, true, [0, 0, 0, 0])
    }
    expect(model.tokens.slots).toHaveLength(4096)
    expect(model.score(featured('ham', 7)).logit).toBeLessThan(0)
  })
})
