// postern-policyd: the policy daemon alone, in the foreground.

import { runDaemonCommand } from '@postern/daemon'
import { runPolicydProgram } from './program.ts'
import { version } from './version.ts'

await runDaemonCommand({
  name: 'postern-policyd',
  version,
  flag: { name: 'stdio', help: "serve standard input and output, for Postfix's spawn(8)" },
  run: ({ config, log, flag: stdio }) => runPolicydProgram({ config, log, stdio }),
})
