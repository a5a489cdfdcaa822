// postern-spamd: the daemon for spamc alone, in the foreground.

import { runAsProgram, runDaemonCommand } from '@postern/daemon'
import { spamd } from './index.ts'
import { version } from './version.ts'

await runDaemonCommand({
  name: 'postern-spamd',
  version,
  run: ({ config, log }) => runAsProgram([spamd], { config, log }),
})
