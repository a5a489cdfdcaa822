// What is said about a HELO name, for people and for programs.

import type { HeloAction, HeloFinding, HeloHit } from '@postern/helo'
import { heloActionOn } from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import { type Client, formatClient } from './client-option.ts'
import { formatTable, printable } from './text-table.ts'

export interface HeloAnswer {
  readonly helo: string
  readonly client: Client
  readonly verdict: 'pass' | 'refused' | 'temporary'
  readonly findings: readonly { readonly hit: HeloHit; readonly action: HeloAction }[]
  readonly reply: { readonly code: number; readonly enhanced: string; readonly text: string } | undefined
}

/** The findings, each with what the settings make of it. */
export function judgedHits({ hits }: HeloFinding, { helo }: Settings): HeloAnswer['findings'] {
  return hits.map((hit) => ({ hit, action: heloActionOn(hit, helo) }))
}

const verdicts: Record<HeloAnswer['verdict'], string> = {
  pass: 'passes',
  refused: 'refused',
  temporary: 'refused for now',
}

export function formatHeloAnswer({ helo, client, verdict, findings, reply }: HeloAnswer): string {
  const name = helo === '' ? 'no HELO' : `HELO ${printable(helo)}`
  const head = `${name} from ${printable(formatClient(client))}: ${verdicts[verdict]}\n`
  const rows = findings.map(({ hit, action }) => [`  ${action}`, hit.rule, printable(describeHit(hit))])
  const replied = reply === undefined ? '' : `Reply: ${reply.code} ${reply.enhanced} ${reply.text}\n`
  return head + formatTable(rows) + replied
}

export function jsonOfHeloAnswer({ helo, client, verdict, findings, reply }: HeloAnswer) {
  const { address, name, reverseName } = client
  return {
    helo,
    client: { address: address.text, name: name ?? null, reverseName: reverseName ?? null },
    verdict,
    findings: findings.map(({ hit, action }) => ({ action, ...hit })),
    reply: reply ?? null,
  }
}

const reasons = {
  'bad-name': 'no valid host name',
  'bad-literal': 'no valid address literal',
  'single-label': 'a name without a domain',
  'no-records': 'neither an address nor a mail server in the DNS',
  'malformed-reply': 'an answer of the DNS that cannot be read',
} as const

function describeHit(hit: HeloHit): string {
  if ('temporary' in hit && hit.temporary) return `the DNS gave no answer (${hit.reason})`
  switch (hit.rule) {
    case 'missing-helo':
      return 'the client never said HELO'
    case 'invalid-hostname':
    case 'non-fqdn-hostname':
      return reasons[hit.reason]
    case 'bare-ip':
      return 'an address without brackets'
    case 'literal-not-client':
      return `${hit.literal} is not the address of the client`
    case 'own-name':
      return `${hit.own} is ours`
    case 'ptr-mismatch':
      return `the name of the client's address is ${hit.clientName}${hit.verified ? '' : ', unconfirmed'}`
    case 'dynamic-name':
      return hit.evidence === 'address'
        ? `has the client's address in it: ${hit.token}`
        : `has a word of dial-up lines in it: ${hit.token}`
    case 'unknown-hostname':
      return reasons[hit.reason]
    case 'not-forward-confirmed':
      return hit.addresses.length === 0
        ? "has no address of the client's kind"
        : `has the address ${hit.addresses.join(', ')}, not the client's`
  }
}
