import { formatMailbox, parseForwardPath } from '@postern/addr'
import { complain, configOption, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { formatMoment, isoMoment } from '../duration.ts'
import { withGreylist } from '../greylist-store.ts'
import { parseNumberOption } from '../option-number.ts'

const defaultMinutes = 10
const maxMinutes = 7 * 24 * 60

export const greylistPause = defineCommand({
  arguments: ['RECIPIENT'],
  options: {
    minutes: {
      type: 'string',
      value: 'N',
      summary: `for how long; ${defaultMinutes} unless told, 0 ends a pause`,
    },
    ...jsonOption,
    ...configOption,
  },
  details: `
Lets anything to RECIPIENT through for some minutes, as when somebody waits for a one-time code from a server never seen
before. HELO checks go on.`,
  examples: ['greylist pause bob@example.net', 'greylist pause bob@example.net --minutes 30'],
  async run({ options, args: [text = ''] }, io) {
    const minutes = parseNumberOption('minutes', options.minutes, { max: maxMinutes })
    if (!minutes.ok) return complain(io, minutes.message)
    const parsed = parseForwardPath(text)
    if (!parsed.ok) return complain(io, `"${text}" is no e-mail address`)
    const recipient = formatMailbox(parsed.value)
    return withGreylist({ config: options.config }, io, async ({ greylist, settings, now }) => {
      const until = now + Math.round((minutes.value ?? defaultMinutes) * 60)
      await greylist.pause(recipient, { now, until })
      const isEnd = until <= now
      if (options.json) await printJson(io, { recipient, until: isoMoment(until) })
      else if (isEnd) await io.stdout.write(`The pause for ${recipient} is over.\n`)
      else
        await io.stdout.write(`Anything to ${recipient} passes the greylist until ${formatMoment(until)}.\n`)
      if (!settings.greylist.enabled && !isEnd)
        complain(io, '[greylist] enabled is false: nothing is delayed anyway')
      return exit.ok
    })
  },
})
