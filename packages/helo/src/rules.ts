// The table of all rules. A new rule is a function, a row here, an arm of HeloHit and its sentence in reply.ts.
import type { MaybeAsync } from '@postern/dns'
import { type DnsContext, testNotForwardConfirmed, testUnknownHostname } from './dns-rules.ts'
import type { HeloCase, HeloHit, HeloRuleName } from './subject.ts'
import {
  testBareIp,
  testDynamicName,
  testInvalid,
  testLiteralNotClient,
  testMissing,
  testNonFqdn,
  testOwnName,
  testPtrMismatch,
} from './syntax-rules.ts'

/** A rule that looks at the greeting alone. */
export interface SyntaxRule {
  readonly name: HeloRuleName
  readonly needs: 'syntax'
  test(subject: HeloCase): HeloHit | undefined
}

/** A rule that asks the DNS. */
export interface DnsRule {
  readonly name: HeloRuleName
  readonly needs: 'dns'
  test(subject: HeloCase, context: DnsContext): MaybeAsync<HeloHit | undefined>
}

export type HeloRule = SyntaxRule | DnsRule

/** All rules in the order in which they run: those without DNS first. */
export const rules: readonly HeloRule[] = [
  { name: 'missing-helo', needs: 'syntax', test: testMissing },
  { name: 'invalid-hostname', needs: 'syntax', test: testInvalid },
  { name: 'non-fqdn-hostname', needs: 'syntax', test: testNonFqdn },
  { name: 'bare-ip', needs: 'syntax', test: testBareIp },
  { name: 'literal-not-client', needs: 'syntax', test: testLiteralNotClient },
  { name: 'own-name', needs: 'syntax', test: testOwnName },
  { name: 'ptr-mismatch', needs: 'syntax', test: testPtrMismatch },
  { name: 'dynamic-name', needs: 'syntax', test: testDynamicName },
  { name: 'unknown-hostname', needs: 'dns', test: testUnknownHostname },
  { name: 'not-forward-confirmed', needs: 'dns', test: testNotForwardConfirmed },
]

/** What is to be done about a hit. `off` also means that the rule is not run. */
export type HeloAction = 'off' | 'note' | 'reject' | 'defer'

/**
 * What is done unless the caller says otherwise. Postfix's three refuse; that unknown-hostname does so with a code that
 * makes the sender try again is Postfix's default too. All others only note.
 */
export const defaultActions: Readonly<Record<HeloRuleName, HeloAction>> = {
  'missing-helo': 'note',
  'invalid-hostname': 'reject',
  'non-fqdn-hostname': 'reject',
  'bare-ip': 'note',
  'literal-not-client': 'note',
  'own-name': 'note',
  'ptr-mismatch': 'note',
  'dynamic-name': 'note',
  'unknown-hostname': 'reject',
  'not-forward-confirmed': 'note',
}
