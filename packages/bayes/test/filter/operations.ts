// What may be asked of a filter by chance, and what is true afterwards.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { digestOf } from '../../src/digest.ts'
import { type BayesFilter, createBayesFilter, createMemoryStore, type MailClass } from '../../src/index.ts'
import { anyBytes, anyMessage } from '../content/arbitraries.ts'
import { mail } from '../mail.ts'

export interface Operation {
  readonly kind: 'score' | 'unlearn' | MailClass
  readonly message: Uint8Array
  readonly user: string | undefined
}

const anyUser = fc.constantFrom(undefined, undefined, undefined, 'ann', 'bob/%', '\ud800')
const known = fc.record({ as: fc.constantFrom('spam' as const, 'ham' as const), n: fc.nat(20) })

export const anyOperations: fc.Arbitrary<Operation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'score' as const,
      'unlearn' as const,
      'spam' as const,
      'spam' as const,
      'ham' as const,
      'ham' as const,
    ),
    message: fc.oneof(
      anyBytes,
      anyMessage,
      known.map(({ as, n }) => mail(as, n)),
    ),
    user: anyUser,
  }),
  { maxLength: 60 },
)

/** Does it all to a filter, one after the other or at once, and compares what it counted with a Map. */
export async function checkOperations(operations: readonly Operation[], isAtOnce: boolean): Promise<void> {
  const filter = await createBayesFilter({
    store: createMemoryStore(),
    settings: { slotBits: 12, minLearned: 2 },
  })
  const learned = new Map<string | undefined, Map<string, MailClass>>()
  const results: Promise<unknown>[] = []
  for (const operation of operations) {
    const done = apply(filter, operation)
    const { kind, user, message } = operation
    const own = learned.get(user) ?? new Map<string, MailClass>()
    learned.set(user, own)
    if (kind === 'unlearn') own.delete(digestOf(message))
    else if (kind !== 'score') own.set(digestOf(message), kind)
    if (isAtOnce) results.push(done)
    else await done
  }
  await Promise.all(results)
  for (const [user, own] of learned) {
    const classes = [...own.values()]
    const { ham, spam, seen } = await filter.stats(user === undefined ? {} : { user })
    assert.equal(spam, classes.filter((as) => as === 'spam').length)
    assert.equal(ham, classes.filter((as) => as === 'ham').length)
    assert.equal(seen, classes.length)
  }
  await filter.close()
}

async function apply(filter: BayesFilter, { kind, message, user }: Operation): Promise<unknown> {
  const whose = user === undefined ? {} : { user }
  if (kind === 'unlearn') return filter.unlearn(message, whose)
  if (kind !== 'score') return filter.learn(message, kind, whose)
  const { probability, verdict, evidence } = await filter.score(message, { ...whose, evidence: 20 })
  assert.ok(probability >= 0 && probability <= 1)
  assert.ok(['spam', 'ham', 'unsure'].includes(verdict))
  assert.ok(evidence.length <= 20)
  for (const { text, weight } of evidence) {
    assert.ok(text.length <= 60 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text))
    assert.ok(Number.isFinite(weight))
  }
  return verdict
}
