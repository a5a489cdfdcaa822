import { displayPath, findSettingsFile, readSettingsFile } from '@postern/settings/file'
import { complain, defineCommand, exit, jsonOption, printJson } from '../command.ts'

export const configCheck = defineCommand({
  arguments: ['[FILE]'],
  options: jsonOption,
  details: `
Reads FILE, or the file that the daemon would read, and prints every mistake in it: the line, the setting, what is wrong
and what may stand there. Says so when there is none. Nothing is started and nothing is changed.`,
  examples: ['config check', 'config check /etc/postern/postern.toml'],
  async run({ options, args: [file] }, io) {
    const path = findSettingsFile(file, io.cwd)
    if (path === undefined) {
      if (options.json) await printJson(io, { file: null, ok: true, problems: [] })
      else await io.stdout.write('There is no settings file here; the built-in defaults hold.\n')
      return exit.ok
    }
    const read = readSettingsFile(path, io.cwd)
    const problems = read.ok ? [] : read.problems
    if (options.json) await printJson(io, { file: path, ok: read.ok, problems })
    else if (read.ok) await io.stdout.write(`${displayPath(path, io.cwd)}: no mistakes\n`)
    else {
      for (const message of read.messages) await io.stdout.write(`${message}\n`)
      if (problems.length > 1) complain(io, `${problems.length} mistakes`)
    }
    return read.ok ? exit.ok : exit.usage
  },
})
