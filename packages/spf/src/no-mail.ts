// Domains that send no mail.
import type { SpfResult } from './result.ts'

/**
 * Whether a fail comes from a record that says nothing but `-all`, be it by redirect: the domain sends no mail at all
 * (RFC 7208 §10.1.2).
 */
export function sendsNoMail(result: SpfResult): boolean {
  if (result.result !== 'fail') return false
  const last = result.chain.length - 1
  return result.chain.every(({ record: { directives }, term }, i) =>
    i < last
      ? directives.length === 0
      : directives.length === 1 && term?.kind === 'directive' && term.mechanism.name === 'all',
  )
}
