import { type DaemonKind, serveDaemons } from '@postern/daemon'
import { milterd } from '@postern/milterd'
import { policyd } from '@postern/policyd'
import { findSettings, readSettingsFile } from '@postern/settings/file'
import { spamd } from '@postern/spamd-daemon'
import { complain, configOption, defineCommand, type ExitStatus, exit } from '../command.ts'

const daemons: readonly DaemonKind[] = [policyd, milterd, spamd]

export const serve = defineCommand({
  arguments: [],
  options: {
    ...configOption,
    log: { type: 'string', value: 'text|json', summary: 'form of the log, whatever the settings say' },
  },
  details: `
Runs the daemons that the settings enable, in the foreground until SIGTERM or SIGINT, and then finishes what is in flight.
SIGHUP rereads the settings and what they name, and opens the log file anew; settings with mistakes are reported, and the old
ones stay in force.`,
  examples: ['serve', 'serve --config /etc/postern/postern.toml --log json'],
  async run({ options }, io) {
    const { config, log } = options
    if (log !== undefined && log !== 'text' && log !== 'json')
      return complain(io, `--log is text or json, not "${log}"`)
    const found = findSettings(config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { settings, path } = found
    if (path === undefined)
      complain(io, 'no postern.toml here and none in /etc/postern: the built-in defaults hold')
    const enabled = daemons.filter(({ table }) => settings[table].enabled)
    if (enabled.length === 0)
      return complain(io, `nothing to run: no daemon is enabled in ${path}`, exit.usage)
    const reload = () => readSettingsFile(path, io.cwd)
    const status = await serveDaemons(
      enabled,
      { settings, configPath: path, log, reload },
      { onSignal: io.onSignal, complain: (message) => complain(io, message) },
    )
    return status as ExitStatus
  },
})
