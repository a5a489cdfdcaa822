// One walk through a record and all it leads to, over the answers that are known so far. What is missing is noted; when it
// has come the walk is made again from the start. So it stays one plain function of the answers, with nothing to wait for.
import type { Answer, RecordType, RecordTypes, TempReason } from '@postern/dns'
import type { SpfLimits } from './limits.ts'
import { type Cost, FREE, ONE, plus } from './lint-cost.ts'
import type { RecordReader } from './lint-reader.ts'
import type {
  LintedRecord,
  LintedTerm,
  SpfProblem,
  SpfProblemFacts,
  SpfSeverity,
  SpfStanding,
  VoidCounts,
} from './lint-report.ts'
import {
  canPass,
  isReached,
  type RecordTerms,
  type RuleHit,
  recordTerms,
  usesPtrMacro,
} from './lint-rules.ts'
import { explanationTrouble, leadsOn, nameOf, targetOf } from './lint-target.ts'
import type { Joints, ReadTerm, RecordText } from './lint-text.ts'
import type { Directive, Term } from './record.ts'
import { selectRecord } from './select-record.ts'

/** What is known of the DNS. Undefined: not asked yet, and noted as missing. `unasked`: it is not going to be. */
export interface AnswerBook {
  find<K extends RecordType>(name: string, type: K): Answer<RecordTypes[K]> | 'unasked' | undefined
}

export interface WalkStart {
  readonly domain: string | undefined
  readonly text: string
  readonly joints: Joints
}

export interface Walk {
  readonly records: readonly LintedRecord[]
  readonly problems: readonly SpfProblem[]
  readonly start: RecordText
}

export interface WalkMeans {
  readonly book: AnswerBook
  readonly limits: SpfLimits
  readonly reader: RecordReader
}

/** Follows everything there is in a record. Pure but for the questions that `book` notes. */
export function walkRecord(start: WalkStart, means: WalkMeans): Walk {
  const walker = new Walker(means)
  const read = walker.begin(start)
  return { records: [...walker.records.values()], problems: walker.problems, start: read }
}

/** The record under the walker's feet. */
interface Place {
  readonly domain: string | undefined
  readonly standing: SpfStanding
  readonly path: readonly string[]
}

class Walker {
  readonly records = new Map<string | undefined, LintedRecord>()
  readonly problems: SpfProblem[] = []
  readonly #book: AnswerBook
  readonly #limits: SpfLimits
  readonly #reader: RecordReader
  readonly #told = new Set<string>()
  /** Domains whose record can pass somebody. */
  readonly #passing = new Set<string>()
  #root: string | undefined
  #hasPtrMacro = false

  constructor({ book, limits, reader }: WalkMeans) {
    this.#book = book
    this.#limits = limits
    this.#reader = reader
  }

  begin({ domain, text, joints }: WalkStart): RecordText {
    const read = this.#reader.read(text, joints)
    this.#root = domain
    const path = domain === undefined ? [] : [domain]
    this.#readRecord({ domain, standing: 'own', path }, { text, read, via: 'start' })
    return read
  }

  #readRecord(
    place: Place,
    { text, read, via }: { text: string; read: RecordText; via: LintedRecord['via'] },
  ): Cost {
    const { domain } = place
    const record = recordTerms(read.terms)
    // A place in the order of the walk, before those of the records below.
    this.records.set(domain, { domain, via, text, terms: [], ...FREE })
    const excerpt = (at: number, length: number) => text.slice(at, at + length)
    for (const { at, length, facts } of read.faults)
      if (place.standing !== 'foreign' || facts.code === 'syntax')
        this.#report(place, { severity: 'error', at, length, facts }, excerpt(at, length))
    for (const hit of this.#reader.judge(read, place.standing))
      this.#report(place, hit, hit.at === undefined ? '' : excerpt(hit.at, hit.length))
    const terms: LintedTerm[] = []
    let total = FREE
    for (const readTerm of read.terms) {
      const [linted, cost] = this.#readTerm(place, readTerm, record)
      terms.push(linted)
      total = plus(total, cost)
    }
    this.records.set(domain, { domain, via, text, terms, ...total })
    if (domain !== undefined && canPass(record)) this.#passing.add(domain)
    return total
  }

  #readTerm(place: Place, { at, text, term }: ReadTerm, record: RecordTerms): [LintedTerm, Cost] {
    if (term === undefined) {
      const nothing = {
        at,
        text,
        name: 'unreadable',
        target: undefined,
        isFollowed: false,
        isReached: true,
      } as const
      return [{ ...nothing, ...FREE }, FREE]
    }
    const reached = isReached(term, record)
    const target = targetOf(term, place.domain)
    const cost = reached ? this.#costOf(place, term, target) : FREE
    const isFollowed = reached && leadsOn(term) && target !== undefined && this.records.has(target)
    return [{ at, text, name: nameOf(term), target, isFollowed, isReached: reached, ...cost }, cost]
  }

  #costOf(place: Place, term: Term, target: string | undefined): Cost {
    const own = this.#ownCost(place, term, target)
    // RFC 7208 §4.6.4: the question behind %{p} counts too; it is asked once.
    if (this.#hasPtrMacro || !usesPtrMacro(term)) return own
    this.#hasPtrMacro = true
    return plus(own, ONE)
  }

  #ownCost(place: Place, term: Term, target: string | undefined): Cost {
    if (term.kind === 'unknown-modifier') return FREE
    if (term.kind === 'exp') {
      // RFC 7208 §4.6.4: "exp" is not counted.
      if (target !== undefined && isMine(place)) this.#checkExplanation(place, term, target)
      return FREE
    }
    if (term.kind === 'redirect')
      return target === undefined ? ONE : plus(ONE, this.#follow(place, term, target))
    const { mechanism } = term
    switch (mechanism.name) {
      case 'all':
      case 'ip4':
      case 'ip6':
        return FREE
      case 'ptr':
        return ONE
      case 'include':
        return target === undefined ? ONE : plus(ONE, this.#follow(place, term, target))
      case 'a':
        return target === undefined ? ONE : this.#readAddresses(place, term, target)
      case 'mx':
        return target === undefined ? ONE : this.#readServers(place, term, target)
      case 'exists':
        return target === undefined ? ONE : this.#readExists(place, term, target)
    }
  }

  /** What lies behind an include or a redirect. */
  #follow(place: Place, term: Term, target: string): Cost {
    const kind = term.kind === 'redirect' ? 'redirect' : 'include'
    if (place.path.includes(target)) {
      this.#reportTerm(place, term, ['error', { code: 'loop', path: [...place.path, target] }])
      return FREE
    }
    const known = this.records.get(target)
    // So far down that the limit is passed whatever follows: RFC 7208 §4.6.4.
    if (known === undefined && place.path.length > this.#limits.terms + 1) return FREE
    if (known === undefined) {
      const text = this.#recordOf(place, term, target)
      if (text === undefined) return FREE
      const standing = this.#standingOf(place, kind, target)
      const next: Place = { domain: target, standing, path: [...place.path, target] }
      this.#readRecord(next, { text, read: this.#reader.read(text), via: kind })
    }
    const { lookups, void: voids } = this.records.get(target)!
    if (kind === 'include' && isMine(place) && !this.#passing.has(target))
      this.#reportTerm(place, term, ['warning', { code: 'passes-nobody', name: target }])
    return { lookups, void: voids }
  }

  /** A redirect goes on with the same record, whoever keeps it; what lies below the domain is its owner's too. */
  #standingOf({ standing }: Place, kind: 'include' | 'redirect', target: string): SpfStanding {
    if (standing === 'own' && kind === 'redirect') return 'own'
    const isBelow = this.#root !== undefined && target.endsWith(`.${this.#root}`)
    return standing !== 'foreign' && (isBelow || kind === 'redirect') ? 'part' : 'foreign'
  }

  #recordOf(place: Place, term: Term, target: string): string | undefined {
    const answer = this.#ask(place, term, [target, 'TXT'])
    if (answer === undefined) return undefined
    const kind = term.kind === 'redirect' ? 'redirect' : 'include'
    const selected = selectRecord(answer)
    if (selected.kind === 'text') return selected.text
    const code = selected.kind === 'none' ? 'target-without-record' : 'target-with-many-records'
    this.#reportTerm(place, term, ['error', { code, term: kind, name: target }])
    return undefined
  }

  #readAddresses(place: Place, term: Directive, target: string): Cost {
    const voids = this.#addressVoids(place, term, target)
    if (isMine(place) && voids.ip4 + voids.ip6 === 2)
      this.#reportTerm(place, term, ['warning', { code: 'no-address', name: target }])
    return { lookups: 1, void: voids }
  }

  /** 1 where a host has no address. */
  #addressVoids(place: Place, term: Term, name: string): VoidCounts {
    const a = this.#ask(place, term, [name, 'A'])
    const aaaa = this.#ask(place, term, [name, 'AAAA'])
    return { ip4: a?.length === 0 ? 1 : 0, ip6: aaaa?.length === 0 ? 1 : 0 }
  }

  #readServers(place: Place, term: Directive, target: string): Cost {
    const servers = this.#ask(place, term, [target, 'MX'])
    if (servers === undefined) return ONE
    if (servers.length === 0) {
      if (isMine(place)) this.#reportTerm(place, term, ['warning', { code: 'no-mx', name: target }])
      return { lookups: 1, void: { ip4: 1, ip6: 1 } }
    }
    const limit = this.#limits.mxNames
    // RFC 7208 §4.6.4
    if (servers.length > limit) {
      const facts = { code: 'too-many-mx', name: target, count: servers.length, limit } as const
      this.#reportTerm(place, term, ['error', facts])
      return ONE
    }
    const names = servers.map(({ exchange }) => exchange).filter((exchange) => exchange !== '')
    if (names.length === 0 && isMine(place))
      this.#reportTerm(place, term, ['warning', { code: 'null-mx', name: target }])
    let ip4 = 0
    let ip6 = 0
    for (const exchange of names) {
      const voids = this.#addressVoids(place, term, exchange)
      // However many of its names have none, a term is one void lookup.
      ip4 = Math.max(ip4, voids.ip4)
      ip6 = Math.max(ip6, voids.ip6)
      if (isMine(place) && voids.ip4 + voids.ip6 === 2)
        this.#reportTerm(place, term, ['warning', { code: 'mx-without-address', name: target, exchange }])
    }
    return { lookups: 1, void: { ip4, ip6 } }
  }

  // RFC 7208 §5.7: A, for clients of both kinds.
  #readExists(place: Place, term: Directive, target: string): Cost {
    const answer = this.#ask(place, term, [target, 'A'])
    const isVoid = answer?.length === 0 ? 1 : 0
    return { lookups: 1, void: { ip4: isVoid, ip6: isVoid } }
  }

  #checkExplanation(place: Place, term: Term, target: string): void {
    const texts = this.#ask(place, term, [target, 'TXT'])
    const reason = texts === undefined ? undefined : explanationTrouble(texts)
    if (reason !== undefined)
      this.#reportTerm(place, term, ['warning', { code: 'exp-unusable', name: target, reason }])
  }

  /** The records, none where there are none; undefined when they are not known. */
  #ask<K extends RecordType>(
    place: Place,
    term: Term,
    [name, type]: readonly [string, K],
  ): readonly RecordTypes[K][] | undefined {
    const answer = this.#book.find(name, type)
    if (answer === undefined || answer === 'unasked') return undefined
    if (answer.kind === 'records') return answer.records
    if (answer.kind !== 'temperror') return []
    this.#reportTrouble(place, term, { name, type, reason: answer.reason })
    return undefined
  }

  #reportTrouble(
    place: Place,
    term: Term,
    trouble: { readonly name: string; readonly type: RecordType; readonly reason: TempReason },
  ): void {
    const key = `${trouble.type} ${trouble.name}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#reportTerm(place, term, ['warning', { code: 'not-looked-up', ...trouble }])
  }

  #reportTerm(place: Place, term: Term, [severity, facts]: readonly [SpfSeverity, SpfProblemFacts]): void {
    this.#report(place, { severity, at: term.at, length: term.text.length, facts }, term.text)
  }

  #report({ domain, standing }: Place, { facts, severity, at, length }: RuleHit, text: string): void {
    this.problems.push({ severity, standing, domain, at, length, text, ...facts })
  }
}

const isMine = ({ standing }: Place): boolean => standing !== 'foreign'
