// The names of the client that its addresses confirm: RFC 7208 §5.5, for "ptr" and %{p}.
import { type Answer, type RecordType, type RecordTypes, reverseName } from '@postern/dns'
import type { Evaluation } from './evaluation.ts'
import { addressType } from './mechanisms.ts'

export type Ask = <K extends RecordType>(name: string, type: K) => Answer<RecordTypes[K]> | undefined

/** None when the DNS is in trouble. Undefined: answers are on their way. They are kept in the evaluation, for %{p}. */
export function confirmedNames(evaluation: Evaluation, ask: Ask): readonly string[] | undefined {
  const names = lookUpNames(evaluation, ask)
  evaluation.clientNames = names
  return names
}

function lookUpNames({ request, context }: Evaluation, ask: Ask): readonly string[] | undefined {
  const { ip } = request
  const pointers = ask(reverseName(ip), 'PTR')
  if (pointers === undefined) return undefined
  if (pointers.kind !== 'records') return []
  const confirmed: string[] = []
  let isWaiting = false
  // RFC 7208 §4.6.4: names beyond the limit are left out, as the client's network may have made them up.
  for (const name of pointers.records.slice(0, context.limits.ptrNames)) {
    const addresses = ask(name, addressType(ip))
    if (addresses === undefined) isWaiting = true
    else if (addresses.kind === 'records' && addresses.records.includes(ip.text)) confirmed.push(name)
  }
  return isWaiting ? undefined : confirmed
}
