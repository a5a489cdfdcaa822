// postern: the command line of the whole stack.

import { processIo } from './io.ts'
import { runCli } from './run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), processIo())
