// Suggested records, for people and for programs.

import { formatSpfSuggestion, type SpfSuggestFacts, type SpfSuggestion } from '@postern/spf'
import { underline } from './record-marks.ts'
import { printableBytes } from './text-table.ts'
import { hangText, TERMINAL_COLUMNS } from './text-wrap.ts'

export function formatSuggestions(facts: SpfSuggestFacts, suggestions: readonly SpfSuggestion[]): string {
  return [formatFacts(facts), ...suggestions.map(formatSuggestion)].join('\n')
}

function formatFacts({ domain, servers, addresses, senders, current }: SpfSuggestFacts): string {
  const name = printableBytes(domain)
  const hosts = servers.map(
    (server) => `${printableBytes(server.name)} (${server.addresses.join(', ') || 'no address'})`,
  )
  const rows: [string, string][] = [
    ['Mail servers: ', hosts.join(', ') || 'none'],
    ['Addresses:    ', addresses.join(', ') || 'none'],
  ]
  if (senders !== undefined) rows.push(['Sends from:   ', senders.join(', ') || 'nowhere'])
  const lines = rows.map(([label, text]) => hangText(label, text))
  const published = underline(current ?? 'no SPF record', [], { columns: TERMINAL_COLUMNS - 14 })
  lines.push(...published.map((line, i) => `${i === 0 ? 'Published:    ' : ' '.repeat(14)}${line}\n`))
  return `${name}\n${lines.join('')}`
}

function formatSuggestion(suggestion: SpfSuggestion): string {
  const { zoneLine, lookups, change } = suggestion
  const cost = lookups === 0 ? 'no lookups' : lookups === 1 ? '1 lookup' : `${lookups} lookups`
  const lines = [
    `${printableBytes(zoneLine)}\n`,
    hangText('  ', `${formatSpfSuggestion(suggestion)} Costs ${cost}.`),
  ]
  if (change === undefined) return lines.join('')
  const { added, removed } = change
  if (added.length + removed.length === 0) lines.push('  As it is published now.\n')
  if (added.length > 0) lines.push(hangText('  Adds ', printableBytes(`${added.join(' ')}`)))
  if (removed.length > 0) lines.push(hangText('  Drops ', printableBytes(`${removed.join(' ')}`)))
  return lines.join('')
}

/** The shape is documented in README.md. */
export function jsonOfSuggestions(facts: SpfSuggestFacts, suggestions: readonly SpfSuggestion[]) {
  const { domain, servers, addresses, senders, current } = facts
  return {
    domain,
    servers: servers.map((server) => ({ ...server, record: server.record ?? null })),
    addresses,
    senders: senders ?? null,
    record: current ?? null,
    suggestions: suggestions.map((suggestion) => ({
      ...suggestion,
      change: suggestion.change ?? null,
      why: formatSpfSuggestion(suggestion),
    })),
  }
}
