// postern-policyd: the policy daemon alone, in the foreground.

import { parseArgs } from 'node:util'
import { runPolicydProgram } from './program.ts'
import { version } from './version.ts'

const help = `postern-policyd [--config FILE] [--log text|json] [--stdio]

  --config FILE  settings (default: ./postern.toml, then /etc/postern/postern.toml, then built-in defaults)
  --log FORMAT   text (key=value) or json
  --stdio        serve standard input and output, for Postfix's spawn(8)
  --version      print the version`

try {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      log: { type: 'string' },
      stdio: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.log !== undefined && values.log !== 'text' && values.log !== 'json')
    throw new Error(`--log is "text" or "json", not "${values.log}"`)
  if (values.help) console.log(help)
  else if (values.version) console.log(version)
  else await runPolicydProgram({ config: values.config, log: values.log, stdio: values.stdio ?? false })
} catch (error) {
  console.error(`postern-policyd: ${(error as Error).message}`)
  process.exitCode = 2
}
