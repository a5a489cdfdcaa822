import { formatSample } from '@postern/settings'
import { defineCommand, exit } from '../command.ts'

export const configSample = defineCommand({
  arguments: [],
  options: {},
  details: `
Prints a settings file in which every setting stands with its meaning and, commented out, its default.`,
  examples: ['config sample > postern.toml'],
  async run(_, io) {
    await io.stdout.write(formatSample())
    return exit.ok
  },
})
