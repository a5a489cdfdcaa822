// Reads each text once, however often a walk comes by: a record may be long, and a walk is made again with every round of answers.
import type { SpfStanding } from './lint-report.ts'
import { applyRules, type RuleHit, recordTerms } from './lint-rules.ts'
import { type Joints, type RecordText, readText } from './lint-text.ts'

export class RecordReader {
  readonly #texts = new Map<string, RecordText>()
  readonly #hits = new Map<RecordText, Map<SpfStanding, readonly RuleHit[]>>()

  read(text: string, joints: Joints = []): RecordText {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const read = readText(text, joints)
    this.#texts.set(text, read)
    return read
  }

  /** What the rules say of a record that stands so. */
  judge(read: RecordText, standing: SpfStanding): readonly RuleHit[] {
    if (!read.isRecord) return []
    const known = this.#hits.get(read) ?? new Map<SpfStanding, readonly RuleHit[]>()
    this.#hits.set(read, known)
    const hits = known.get(standing) ?? applyRules(recordTerms(read.terms), standing)
    known.set(standing, hits)
    return hits
  }
}
