// The rules that need no DNS. Each is a function of the greeting alone, so a HELO refused once is refused again.
import { cidrContains, formatCidr, isSameIp, parseAddressLiteral, parseIp, unmapIp } from '@postern/addr'
import { findDynamicSign } from './dynamic-name.ts'
import { isSameOrganization } from './organization.ts'
import type { HeloCase, HeloHit, OwnIdentity } from './subject.ts'

/** No HELO at all. RFC 5321 §4.1.1.1: a client has to send one. */
export function testMissing({ argument }: HeloCase): HeloHit | undefined {
  return argument.form === 'missing' ? { rule: 'missing-helo' } : undefined
}

/** Postfix's reject_invalid_helo_hostname: neither a host name nor an address; a `[` must begin an address literal. */
export function testInvalid({ argument }: HeloCase): HeloHit | undefined {
  if (argument.form === 'bad-literal') return { rule: 'invalid-hostname', reason: 'bad-literal' }
  return argument.form === 'other' ? { rule: 'invalid-hostname', reason: 'bad-name' } : undefined
}

/** Postfix's reject_non_fqdn_helo_hostname: no host name with a dot inside, nor an address literal. */
export function testNonFqdn({ argument }: HeloCase): HeloHit | undefined {
  switch (argument.form) {
    case 'missing':
    case 'literal':
      return undefined
    case 'bad-literal':
      return { rule: 'non-fqdn-hostname', reason: 'bad-literal' }
    case 'name':
      return argument.name.includes('.') ? undefined : { rule: 'non-fqdn-hostname', reason: 'single-label' }
    case 'address':
    case 'other':
      return { rule: 'non-fqdn-hostname', reason: 'bad-name' }
  }
}

/** An address without brackets. RFC 5321 §4.1.3 wants them. */
export function testBareIp({ argument }: HeloCase): HeloHit | undefined {
  return argument.form === 'address' ? { rule: 'bare-ip' } : undefined
}

/** An address literal of some other host. RFC 5321 §4.1.4: it is the client's own address that stands in for a name. */
export function testLiteralNotClient({ argument, client }: HeloCase): HeloHit | undefined {
  if (argument.form !== 'literal') return undefined
  const literal = parseAddressLiteral(argument.text)
  // What Postfix takes but RFC 5321 has not, such as [192.0.02.1], cannot be compared, so it is not the client.
  if (!literal.ok) return { rule: 'literal-not-client', literal: argument.text.slice(1, -1).toLowerCase() }
  if (isSameIp(unmapIp(literal.value), unmapIp(client.address))) return undefined
  return { rule: 'literal-not-client', literal: literal.value.text }
}

/** A stranger who greets us with a name or address of ours. */
export function testOwnName({ argument, client, own }: HeloCase): HeloHit | undefined {
  if (own === undefined) return undefined
  const used = findOwn(argument, own)
  if (used === undefined) return undefined
  const address = unmapIp(client.address)
  for (const network of own.networks) if (cidrContains(network, address)) return undefined
  return { rule: 'own-name', own: used }
}

function findOwn(argument: HeloCase['argument'], own: OwnIdentity): string | undefined {
  if (argument.form === 'name') {
    return own.names.includes(argument.name) ? argument.name : undefined
  }
  if (argument.form !== 'literal' && argument.form !== 'address') return undefined
  const ip = argument.form === 'literal' ? parseAddressLiteral(argument.text) : parseIp(argument.name)
  if (!ip.ok) return undefined
  const address = unmapIp(ip.value)
  const network = own.networks.find((candidate) => cidrContains(candidate, address))
  return network === undefined ? undefined : formatCidr(network)
}

/** A client whose PTR name has another owner than the name it greets with. */
export function testPtrMismatch({ argument, client }: HeloCase): HeloHit | undefined {
  const ptr = client.name ?? client.reverseName
  // A name of one label has no owner to compare.
  if (argument.form !== 'name' || !argument.name.includes('.')) return undefined
  if (ptr === undefined || !ptr.includes('.')) return undefined
  const clientName = ptr.toLowerCase().replace(/\.$/, '')
  if (isSameOrganization(argument.name, clientName)) return undefined
  return { rule: 'ptr-mismatch', clientName, verified: client.name !== undefined }
}

/** A name such as providers give to the lines of their customers. */
export function testDynamicName({ argument, client }: HeloCase): HeloHit | undefined {
  if (argument.form !== 'name') return undefined
  const sign = findDynamicSign(argument.name, unmapIp(client.address))
  return sign === undefined ? undefined : { rule: 'dynamic-name', evidence: sign.evidence, token: sign.token }
}
