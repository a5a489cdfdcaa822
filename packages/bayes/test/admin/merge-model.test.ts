import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeModel } from '../../src/admin/merge-model.ts'
import { Model } from '../../src/model/model.ts'
import { hamOf, spamOf } from '../../src/model/token-counts.ts'

const BITS = 12

/** A model that has met each of these tokens in so many messages. */
function modelOf(tokens: Readonly<Record<number, readonly [ham: number, spam: number]>>): Model {
  const model = new Model(BITS)
  for (const [token, [ham, spam]] of Object.entries(tokens)) {
    for (let count = 0; count < ham; count++) model.tokens.add(Number(token), false)
    for (let count = 0; count < spam; count++) model.tokens.add(Number(token), true)
  }
  return model
}

function countsOf(model: Model, token: number): [ham: number, spam: number] | undefined {
  const at = model.tokens.find(token)
  if (at === -1) return undefined
  const slot = model.tokens.slots[at]!
  return [hamOf(slot), spamOf(slot)]
}

/** Of one set of four slots, told apart by their upper octets. */
const tokenOf = (check: number) => check * 2 ** 24 + 8

it('adds the counts of tokens, wherever in their set they are', () => {
  const into = modelOf({ [tokenOf(1)]: [1, 2], [tokenOf(2)]: [3, 0] })
  mergeModel(into, modelOf({ [tokenOf(2)]: [1, 1], [tokenOf(3)]: [0, 4], [tokenOf(1)]: [5, 5] }))
  expect([1, 2, 3].map((check) => countsOf(into, tokenOf(check)))).toEqual([
    [6, 7],
    [4, 1],
    [0, 4],
  ])
})
it('leaves out the rarest where there are too many', () => {
  const into = modelOf({
    [tokenOf(1)]: [9, 0],
    [tokenOf(2)]: [1, 0],
    [tokenOf(3)]: [7, 0],
    [tokenOf(4)]: [8, 0],
  })
  mergeModel(into, modelOf({ [tokenOf(5)]: [0, 3], [tokenOf(6)]: [0, 2] }))
  expect([1, 2, 3, 4, 5, 6].map((check) => countsOf(into, tokenOf(check)))).toEqual([
    [9, 0],
    undefined,
    [7, 0],
    [8, 0],
    [0, 3],
    undefined,
  ])
})
it('halves counts that grow too large', () => {
  const into = modelOf({ [tokenOf(1)]: [4095, 100] })
  mergeModel(into, modelOf({ [tokenOf(1)]: [4095, 100] }))
  expect(countsOf(into, tokenOf(1))).toEqual([4095, 100])
})
it('averages weights by the messages behind them', () => {
  const into = new Model(BITS)
  const from = new Model(BITS)
  Object.assign(into, { ham: 20, spam: 10 })
  Object.assign(from, { ham: 5, spam: 5 })
  into.weights.weights[3] = 2
  from.weights.weights[3] = -2
  from.weights.weights[4] = 4
  mergeModel(into, from)
  expect([...into.weights.weights.slice(2, 6)]).toEqual([0, 1, 1, 0])
  expect([into.ham, into.spam]).toEqual([25, 15])
})
it('never loses a token that is in both', () => {
  const tokens = fc.uniqueArray(fc.integer({ min: 1, max: 4000 }), { maxLength: 300 })
  fc.assert(
    fc.property(tokens, tokens, (one, other) => {
      const into = modelOf(Object.fromEntries(one.map((token) => [token, [2, 1]])))
      const known = one.filter((token) => other.includes(token) && countsOf(into, token) !== undefined)
      const from = modelOf(Object.fromEntries(other.map((token) => [token, [2, 1]])))
      const both = known.filter((token) => countsOf(from, token) !== undefined)
      mergeModel(into, from)
      for (const token of both) expect(countsOf(into, token)).toEqual([4, 2])
    }),
    { numRuns: 50 },
  )
})
