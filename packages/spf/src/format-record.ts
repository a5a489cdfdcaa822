// Records as text: the other half of parse-record.ts.
import { formatMacroString } from './macro.ts'
import type { DualPrefix, Mechanism, SpfRecord, Term } from './record.ts'

/** The record as it is published, with one blank between terms. Parsing it gives the same terms again. */
export function formatRecord({ terms }: Pick<SpfRecord, 'terms'>): string {
  return ['v=spf1', ...terms.map(formatTerm)].join(' ')
}

/** A term in its shortest form: without "+", and without lengths that say "all bits". */
export function formatTerm(term: Term): string {
  switch (term.kind) {
    case 'directive':
      return (term.qualifier === '+' ? '' : term.qualifier) + formatMechanism(term.mechanism)
    case 'redirect':
    case 'exp':
      return `${term.kind}=${formatMacroString(term.domain)}`
    case 'unknown-modifier':
      return `${term.name}=${formatMacroString(term.value)}`
  }
}

export function formatMechanism(mechanism: Mechanism): string {
  switch (mechanism.name) {
    case 'all':
      return 'all'
    case 'include':
    case 'exists':
      return `${mechanism.name}:${formatMacroString(mechanism.domain)}`
    case 'ptr':
      return `ptr${domainPart(mechanism)}`
    case 'a':
    case 'mx':
      return mechanism.name + domainPart(mechanism) + formatPrefix(mechanism.prefix)
    case 'ip4':
    case 'ip6': {
      const { network, prefixLength } = mechanism.network
      return `${mechanism.name}:${network.text}${prefixLength === network.bytes.length * 8 ? '' : `/${prefixLength}`}`
    }
  }
}

const domainPart = ({ domain }: Extract<Mechanism, { name: 'a' | 'mx' | 'ptr' }>): string =>
  domain === undefined ? '' : `:${formatMacroString(domain)}`

const formatPrefix = ({ ip4, ip6 }: DualPrefix): string =>
  (ip4 === 32 ? '' : `/${ip4}`) + (ip6 === 128 ? '' : `//${ip6}`)
