// postern-milterd: the milter alone, in the foreground.

import { runAsProgram, runDaemonCommand } from '@postern/daemon'
import { milterd } from './milterd.ts'
import { version } from './version.ts'

await runDaemonCommand({
  name: 'postern-milterd',
  version,
  run: ({ config, log }) => runAsProgram([milterd], { config, log }),
})
