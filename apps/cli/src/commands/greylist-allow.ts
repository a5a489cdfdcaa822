import { identityRules } from '@postern/policyd'
import { findIdentity } from '../client-identity.ts'
import { clientOptions } from '../client-option.ts'
import { complain, configOption, defineCommand, dnsOption, exit, jsonOption, printJson } from '../command.ts'
import { formatMoment, isoMoment } from '../duration.ts'
import { formatNetwork } from '../greylist-record.ts'
import { withGreylist } from '../greylist-store.ts'
import { parseNumberOption } from '../option-number.ts'
import { printable } from '../text-table.ts'

export const greylistAllow = defineCommand({
  arguments: ['CLIENT'],
  options: {
    days: { type: 'string', value: 'N', summary: 'for so many days; for good unless told, 0 takes it back' },
    hours: { type: 'string', value: 'N', summary: 'for so many hours' },
    'client-name': clientOptions['client-name'],
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Delays CLIENT no more. CLIENT is the address of one of its servers, a network, or a host name. The greylist knows a client by the
group of its confirmed host name (mx1.example.org: .example.org) or, without one, by its network, as [greylist] identity,
ipv4_prefix and ipv6_prefix say; that is what is allowed, and it is printed.`,
  examples: [
    'greylist allow 192.0.2.7',
    'greylist allow mx1.example.org --days 30',
    'greylist allow 192.0.2.0/24 --hours 12',
  ],
  async run({ options, args: [text = ''] }, io) {
    const days = parseNumberOption('days', options.days, { max: 36_500 })
    if (!days.ok) return complain(io, days.message)
    const hours = parseNumberOption('hours', options.hours, { max: 876_000 })
    if (!hours.ok) return complain(io, hours.message)
    if (days.value !== undefined && hours.value !== undefined)
      return complain(io, 'say --days or --hours, not both')
    return withGreylist({ config: options.config }, io, async ({ greylist, settings, now }) => {
      const found = await findIdentity(text, { ...options, settings })
      if (!found.ok) return complain(io, found.message, found.status)
      const { identity, because, note } = found
      const until = endOf(now, { days: days.value, hours: hours.value })
      await greylist.allow(identity, { now, until })
      const shown = formatNetwork(identity, identityRules(settings))
      if (options.json)
        await printJson(io, { client: identity, until: until === 0 ? null : isoMoment(until) })
      else await io.stdout.write(`${printable(because + shown)} ${whatHolds(until, now)}.\n`)
      if (note !== undefined) complain(io, note)
      return exit.ok
    })
  },
})

/** 0: never. */
function endOf(
  now: number,
  { days, hours }: { days: number | undefined; hours: number | undefined },
): number {
  if (days !== undefined) return now + Math.round(days * 86_400)
  return hours === undefined ? 0 : now + Math.round(hours * 3600)
}

function whatHolds(until: number, now: number): string {
  if (until === 0) return 'is delayed no more'
  return until > now ? `is not delayed until ${formatMoment(until)}` : 'is delayed like others again'
}
