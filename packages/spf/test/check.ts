// What most tests do: check one client over a small zone whose answers are there at once.
import type { DnsRecord, Resolver } from '@postern/dns'
import { createZone, parseZone, type Zone, type ZoneOptions } from '@postern/dns/testing'
import { checkHost, type SpfInput, type SpfPorts, type SpfResult } from '../src/index.ts'

/** Who is checked unless a test says otherwise. */
export const usual: SpfInput = { ip: '192.0.2.1', sender: 'ann@d.example', helo: 'mx.client.example' }

/** A TXT record of a text that may be long, and of any bytes. */
export const txt = (name: string, text: string): DnsRecord => ({
  name,
  type: 'TXT',
  ttl: 60,
  data: text.match(/.{1,255}/gs) ?? [''],
})

/** A zone in which d.example publishes the record, beside what the lines say. */
export function publishing(record: string, lines = '', options: ZoneOptions = {}): Zone {
  const more = parseZone(lines)
  if (!more.ok) throw new TypeError(`${more.error.code} at ${lines.slice(more.error.at)}`)
  return createZone([txt('d.example', record), ...more.value], options)
}

/** The result; throws when it is not there at once. */
export function check(
  resolver: Resolver,
  input: Partial<SpfInput> = {},
  ports: Partial<SpfPorts> = {},
): SpfResult {
  const result = checkHost({ ...usual, ...input }, { resolver, ...ports })
  if (result instanceof Promise) throw new TypeError('the answers were not there at once')
  return result
}

/** What was asked, as `TXT d.example`. */
export const asked = ({ queries }: Zone): string[] => queries.map(({ type, name }) => `${type} ${name}`)
