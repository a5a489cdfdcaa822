import { inProcesses, type PolicydOptions, processesProblem, runPolicyd } from '@postern/policyd'
import { findSettings, readSettingsFile } from '@postern/settings/file'
import { complain, configOption, defineCommand, type ExitStatus, exit } from '../command.ts'
import type { CliIo } from '../io.ts'

export const serve = defineCommand({
  arguments: [],
  options: {
    ...configOption,
    log: { type: 'string', value: 'text|json', summary: 'form of the log, whatever the settings say' },
  },
  details: `
Runs in the foreground until SIGTERM or SIGINT, and then finishes the requests in flight. SIGHUP rereads the settings and
the lists they name, and opens the log file anew; settings with mistakes are reported, and the old ones stay in force.`,
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
    if (!settings.policy.enabled)
      return complain(io, `nothing to run: [policy] enabled is false in ${path}`, exit.usage)
    const problem = processesProblem(settings)
    if (problem !== undefined) return complain(io, problem, exit.usage)
    const reload = () => readSettingsFile(path, io.cwd)
    const status = await inProcesses(settings, () =>
      serveHere({ settings, configPath: path, log, reload }, io),
    )
    return status as ExitStatus
  },
})

async function serveHere(options: PolicydOptions, io: CliIo): Promise<ExitStatus> {
  const stopped = untilStopped(io)
  const started = await runPolicyd(options)
  if (!started.ok) return complain(io, started.message, exit.failed)
  const { policyd } = started
  io.onSignal('SIGHUP', () => policyd.reload())
  await stopped
  await policyd.close()
  return exit.ok
}

function untilStopped(io: CliIo): Promise<void> {
  return new Promise((resolve) => {
    io.onSignal('SIGTERM', resolve)
    io.onSignal('SIGINT', resolve)
  })
}
