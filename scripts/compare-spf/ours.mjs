// What our own check_host() says of a case.
import { checkHost, formatSpfReason } from '../../packages/spf/dist/index.js'
import { resolverOf } from './dns.mjs'

/** As a peer's answer, with the whole result in `found`, and `checkWith` to ask again with other limits. */
export function askOurselves(spfCase) {
  const resolver = resolverOf(spfCase)
  const checkWith = (limits) => checkHost(spfCase, { resolver, receiver: 'receiver.example', limits })
  const found = checkWith({})
  const text = found.result === 'fail' ? (found.explanation ?? '') : formatSpfReason(found)
  const withoutVoidLimit = checkWith({ voidTerms: Number.POSITIVE_INFINITY }).result
  return { result: found.result, text, withoutVoidLimit, found, checkWith }
}
