// postern-spamd: the daemon for spamc alone, in the foreground.

import { parseArgs } from 'node:util'
import { runAsProgram } from '@postern/daemon'
import { spamd } from './index.ts'
import { version } from './version.ts'

const help = `postern-spamd [--config FILE] [--log text|json]

  --config FILE  settings (default: ./postern.toml, then /etc/postern/postern.toml, then built-in defaults)
  --log FORMAT   text (key=value) or json
  --version      print the version`

try {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      log: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.log !== undefined && values.log !== 'text' && values.log !== 'json')
    throw new Error(`--log is "text" or "json", not "${values.log}"`)
  if (values.help) console.log(help)
  else if (values.version) console.log(version)
  else await runAsProgram([spamd], { config: values.config, log: values.log })
} catch (error) {
  console.error(`postern-spamd: ${(error as Error).message}`)
  process.exitCode = 2
}
