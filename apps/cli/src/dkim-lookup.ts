// What the DNS says around the name of a key: the record, and where it is missing, what may explain that.

import { foreignKind, type KeyDiagnosisInput, keyRecordName, misplacedNames } from '@postern/dkim'
import type { Answer, QueryOptions, Resolver } from '@postern/dns'

type Lookup = Pick<KeyDiagnosisInput, 'answer' | 'alias' | 'elsewhere' | 'anySelector'>

/** A selector that nobody has. */
const UNUSED = 'postern-asks-whether-any-selector-has-an-answer'

/** Asks for a key record, and where there is none for what may have become of it. */
export async function lookupKey(
  { selector, domain }: { readonly selector: string; readonly domain: string },
  resolver: Resolver,
  options: QueryOptions = {},
): Promise<Lookup> {
  const name = keyRecordName(selector, domain)
  const [answer, alias] = await Promise.all([
    resolver.resolve(name, 'TXT', options),
    resolver.resolve(name, 'CNAME', options),
  ])
  const target = alias.kind === 'records' ? alias.records[0] : undefined
  const found = { answer, ...(target !== undefined && { alias: target }) }
  if (answer.kind === 'temperror' || hasKeyRecord(answer)) return found
  const [elsewhere, anySelector] = await Promise.all([
    Promise.all(
      misplacedNames(selector, domain).map(async (other) => ({
        name: other,
        answer: await resolver.resolve(other, 'TXT', options),
      })),
    ),
    resolver.resolve(keyRecordName(UNUSED, domain), 'TXT', options),
  ])
  return { ...found, elsewhere, anySelector }
}

const hasKeyRecord = (answer: Answer<readonly string[]>): boolean =>
  answer.kind === 'records' && answer.records.some((strings) => foreignKind(strings.join('')) === undefined)
