// What the SPF check finds, and how the log tells it.
import { type SpfIdentity, type SpfResult, verdictStep } from '@postern/spf'

/** Why SPF is not applied to a client: the setting that names it. */
export type SpfExemption = 'address' | 'forwarder' | 'ptr-domain' | 'sender-domain' | 'helo-name' | 'domain'

/** The results of one message; the same object for all its recipients. */
export interface SpfEvaluated {
  readonly kind: 'evaluated'
  /** The sender is empty: the HELO name is all there is (RFC 7208 §2.4). */
  readonly isBounce: boolean
  /** Undefined when it was not to be evaluated. */
  readonly helo: SpfResult | undefined
  /** Undefined also for a bounce, and when the HELO name was refused. */
  readonly mailFrom: SpfResult | undefined
  /** Whether the client is exempt could not be looked up: what is refused is then refused for now only. */
  readonly isDoubtful: boolean
}

export type SpfFinding =
  | SpfEvaluated
  /** A client in skip_addresses. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'exempt'; readonly by: SpfExemption }
  /** Mail of our own user: what SPF says about each of our addresses it may go out from, none where none is set. */
  | { readonly kind: 'outgoing'; readonly results: readonly SpfResult[] }

/** `helo:pass,mailfrom:fail(example.org:-all)`: no blanks, for the log. */
export function describeSpf(finding: SpfFinding): string {
  switch (finding.kind) {
    case 'skipped':
      return 'skipped'
    case 'exempt':
      return `exempt:${finding.by}`
    case 'outgoing':
      return finding.results.length === 0
        ? 'outgoing'
        : finding.results.map((result) => describeResult(`outgoing(${result.ip?.text})`, result)).join(',')
    case 'evaluated':
      return describeEvaluated(finding)
  }
}

function describeEvaluated({ helo, mailFrom, isDoubtful }: SpfEvaluated): string {
  const doubt = isDoubtful ? 'exempt:unknown,' : ''
  if (helo === undefined)
    return mailFrom === undefined ? `${doubt}not-evaluated` : doubt + describeResult('mailfrom', mailFrom)
  const said = doubt + describeResult('helo', helo)
  return mailFrom === undefined ? said : `${said},${describeResult('mailfrom', mailFrom)}`
}

function describeResult(what: SpfIdentity | `outgoing(${string})`, result: SpfResult): string {
  switch (result.result) {
    case 'pass':
    case 'none':
      return `${what}:${result.result}`
    case 'fail':
    case 'softfail':
    case 'neutral': {
      const { domain, term } = verdictStep(result)
      return `${what}:${result.result}(${domain}:${term?.text ?? 'default'})`
    }
    case 'temperror':
      return `${what}:temperror(${result.reason})`
    case 'permerror': {
      const { reason } = result
      return `${what}:permerror(${reason.code === 'syntax' ? `syntax:${reason.syntax}` : reason.code})`
    }
  }
}
