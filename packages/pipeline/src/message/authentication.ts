// The one Authentication-Results field of a message: SPF, iprev and DKIM together (RFC 8601).

import { type AuthResult, formatAuthenticationResults } from '@postern/auth-results'
import { formatDkimReason, type SignatureResult, type Verification } from '@postern/dkim'
import { spfAuthResults } from '../checks/spf-auth-results.ts'
import type { SpfFinding } from '../checks/spf-finding.ts'

/** Whether the client's name and address confirm each other, as the MTA has found (RFC 8601 §2.7.3). */
export type Iprev = 'pass' | 'fail' | 'temperror'

/** What was found out about a message; what is undefined was not looked at. */
export interface AuthenticationFindings {
  readonly dkim?: Verification | undefined
  readonly spf?: SpfFinding | undefined
  readonly iprev?:
    | { readonly result: Iprev; readonly address: string; readonly name?: string | undefined }
    | undefined
  readonly helo: string
  readonly sender: string
}

/** The field's body, folded for a milter (line feeds); without any result it says `none`. */
export function formatAuthentication(authservId: string, findings: AuthenticationFindings): string {
  const field = formatAuthenticationResults({ authservId, results: authResultsOf(findings) }, { fold: true })
  return field.slice('Authentication-Results:'.length).trimStart().replaceAll('\r\n', '\n')
}

/** DKIM first: some readers show the first result and no other. */
export function authResultsOf({ dkim, spf, iprev, helo, sender }: AuthenticationFindings): AuthResult[] {
  const results: AuthResult[] = []
  if (dkim !== undefined) results.push(...dkimAuthResults(dkim))
  if (spf?.kind === 'evaluated') results.push(...spfAuthResults(spf, { helo, sender }))
  if (iprev !== undefined) results.push(iprevAuthResult(iprev))
  return results
}

/** One result for each signature, `none` without any (RFC 8601 §2.7.1; RFC 6008 for header.b). */
export function dkimAuthResults({ signatures }: Verification): AuthResult[] {
  if (signatures.length === 0) return [{ method: 'dkim', result: 'none', properties: [] }]
  return signatures.map(dkimAuthResult)
}

function dkimAuthResult(found: SignatureResult): AuthResult {
  const { result, signature } = found
  const properties: AuthResult['properties'][number][] = []
  if (signature !== undefined) {
    const { domain, selector, algorithm, identity, data } = signature
    const header = (property: string, value: string) => properties.push({ ptype: 'header', property, value })
    header('d', domain)
    header('s', selector)
    header('a', algorithm)
    header('b', data.toString('base64').slice(0, identifyingOctets))
    if (identity !== `@${domain}`) header('i', identity)
  }
  const comment = result === 'pass' ? keyComment(found) : formatDkimReason(found)
  return { method: 'dkim', result, ...(comment !== undefined && { comment }), properties }
}

/** RFC 6008 §4: enough of the signature to tell one from another. */
const identifyingOctets = 8

function keyComment({ key }: SignatureResult): string | undefined {
  return key?.bits === undefined ? undefined : `${key.bits}-bit key${key.testing ? ', testing' : ''}`
}

function iprevAuthResult({
  result,
  address,
  name,
}: NonNullable<AuthenticationFindings['iprev']>): AuthResult {
  return {
    method: 'iprev',
    result,
    ...(name !== undefined && { comment: name }),
    properties: [{ ptype: 'policy', property: 'iprev', value: address }],
  }
}
