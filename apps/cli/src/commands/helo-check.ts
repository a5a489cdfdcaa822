import { createGreylist, createMemoryStore } from '@postern/greylist'
import { findSettings } from '@postern/settings/file'
import { clientOptions } from '../client-option.ts'
import { complain, configOption, defineCommand, dnsOption, exit, jsonOption, printJson } from '../command.ts'
import { formatHeloAnswer, type HeloAnswer, jsonOfHeloAnswer, judgedHits } from '../helo-answer.ts'
import { withAnswer } from '../would-be-answer.ts'

const statuses = { pass: exit.ok, refused: exit.failed, temporary: exit.temporary } as const

export const heloCheck = defineCommand({
  arguments: ['NAME'],
  options: { ...clientOptions, ...dnsOption, ...jsonOption, ...configOption },
  details: `
Says what the daemon says, under the settings in force, when a client greets with NAME ("" for a client that sends no HELO):
each finding, what the settings make of it, and the reply that the client would get. The DNS is asked as the daemon asks it.
Exit status: 0 it passes, 1 it is refused, 3 it is refused for now.`,
  examples: [
    'helo check mail.local --client 192.0.2.7',
    'helo check mx1.example.org --client 192.0.2.7 --dns 127.0.0.1:5353 --json',
  ],
  async run({ options, args: [helo = ''] }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { settings } = found
    const greylist = createGreylist({ store: createMemoryStore() })
    const delivery = { helo, sender: '', recipient: '' }
    const wouldBe = { check: 'helo', settings, greylist, delivery, options } as const
    return withAnswer(wouldBe, io, async ({ client, finding, reply }) => {
      const verdict = reply === undefined ? 'pass' : reply.code < 500 ? 'temporary' : 'refused'
      const answer: HeloAnswer = { helo, client, verdict, findings: judgedHits(finding, settings), reply }
      if (options.json) await printJson(io, jsonOfHeloAnswer(answer))
      else await io.stdout.write(formatHeloAnswer(answer))
      if (!settings.helo.enabled) complain(io, '[helo] enabled is false: the daemon does not run this check')
      return statuses[verdict]
    })
  },
})
