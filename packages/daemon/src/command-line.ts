import { type ParseArgsConfig, parseArgs } from 'node:util'

export interface DaemonCommand {
  /** As it is called: `postern-milterd`. */
  readonly name: string
  readonly version: string
  /** A switch that only this daemon has, with its line of help. */
  readonly flag?: { readonly name: string; readonly help: string }
  run(options: {
    readonly config: string | undefined
    readonly log: 'text' | 'json' | undefined
    readonly flag: boolean
  }): Promise<unknown>
}

/** The command line of a daemon alone, in the foreground: --config, --log, --help, --version. A mistake ends with status 2. */
export async function runDaemonCommand({ name, version, flag, run }: DaemonCommand): Promise<void> {
  const options = {
    config: { type: 'string' },
    log: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    ...(flag && { [flag.name]: { type: 'boolean' } }),
  } satisfies ParseArgsConfig['options']
  try {
    const values: Record<string, string | boolean | undefined> = parseArgs({ options }).values
    const { config, log } = values as { config?: string; log?: string }
    if (log !== undefined && log !== 'text' && log !== 'json')
      throw new Error(`--log is "text" or "json", not "${log}"`)
    if (values.help) console.log(helpOf(name, flag))
    else if (values.version) console.log(version)
    else await run({ config, log, flag: flag !== undefined && values[flag.name] === true })
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`)
    process.exitCode = 2
  }
}

const helpOf = (name: string, flag: DaemonCommand['flag']): string =>
  [
    `${name} [--config FILE] [--log text|json]${flag ? ` [--${flag.name}]` : ''}`,
    '',
    '  --config FILE  settings (default: ./postern.toml, then /etc/postern/postern.toml, then built-in defaults)',
    '  --log FORMAT   text (key=value) or json',
    ...(flag ? [`  --${flag.name.padEnd(11)}  ${flag.help}`] : []),
    '  --version      print the version',
  ].join('\n')
