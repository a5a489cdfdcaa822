// How long a record is, and what that means on the wire: RFC 7208 §3.3 and §3.4.
import { STRING_OCTETS } from './limits.ts'
import { problemOf } from './lint-problem.ts'
import type { SpfProblem, SpfSizes } from './lint-report.ts'

export interface PublishedTexts {
  readonly text: string
  /** Of its TXT record, when they are known. */
  readonly strings: readonly string[] | undefined
  /** The TXT records of the name, this one among them, when they are known. */
  readonly all: readonly (readonly string[])[] | undefined
}

/** RFC 7208 §3.4: the name and all texts of the type; more may not fit in a reply over UDP. */
const TEXT_OCTETS = 450
/** RFC 1035 §4.2.1: a reply over UDP without EDNS. */
const MESSAGE_OCTETS = 512

/** One for each character of a text that came as bytes; of other texts, those of UTF-8. */
export function octetsOf(text: string): number {
  let isBytes = true
  let octets = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code > 0xff) isBytes = false
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return isBytes ? text.length : octets
}

export function sizesOf(domain: string | undefined, { text, strings, all }: PublishedTexts): SpfSizes {
  return {
    record: octetsOf(text),
    strings: strings?.map(octetsOf),
    answer: domain === undefined || all === undefined ? undefined : answerOctets(domain, all),
  }
}

/** RFC 1035 §4.1: header and question, then for each record a pointer to the name, ten octets, and the strings. */
function answerOctets(domain: string, records: readonly (readonly string[])[]): number {
  const question = 12 + domain.length + 2 + 4
  return records.reduce(
    (sum, strings) => sum + 12 + strings.reduce((octets, string) => octets + 1 + octetsOf(string), 0),
    question,
  )
}

export function checkSizes(domain: string | undefined, published: PublishedTexts): SpfProblem[] {
  const { text, strings, all } = published
  const sizes = sizesOf(domain, published)
  const problems: SpfProblem[] = []
  for (const octets of sizes.strings ?? [])
    if (octets > STRING_OCTETS)
      problems.push(problemOf(domain, { code: 'long-string', octets, limit: STRING_OCTETS }))
  if (strings === undefined && sizes.record > STRING_OCTETS) {
    const facts = { code: 'needs-strings', octets: sizes.record, limit: STRING_OCTETS } as const
    problems.push(problemOf(domain, facts, 'advice'))
  }
  if (sizes.answer !== undefined && sizes.answer > MESSAGE_OCTETS) {
    const facts = { code: 'long-answer', octets: sizes.answer, limit: MESSAGE_OCTETS } as const
    return [...problems, problemOf(domain, facts, 'warning')]
  }
  const texts = all?.map((record) => record.join('')) ?? [text]
  const octets = texts.reduce((sum, each) => sum + octetsOf(each), domain?.length ?? 0)
  if (octets > TEXT_OCTETS)
    problems.push(problemOf(domain, { code: 'long-record', octets, limit: TEXT_OCTETS }, 'advice'))
  return problems
}
