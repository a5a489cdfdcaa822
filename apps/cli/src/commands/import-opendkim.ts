import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { complain, defineCommand, exit } from '../command.ts'
import { type ReadText, readOpendkimConf } from '../opendkim-conf.ts'
import { type Imported, importOpendkim } from '../opendkim-import.ts'

const defaultFile = '/etc/opendkim.conf'

export const importOpendkimCommand = defineCommand({
  arguments: ['[FILE]'],
  options: {
    output: { type: 'string', value: 'FILE', summary: 'write the settings there, and tables beside it' },
  },
  details: `
Reads FILE, an opendkim.conf (${defaultFile} unless told) or dkimpy-milter.conf with its tables and host lists, and prints
settings for Postern that do the same: the tables [milter], [dkim] and [signing], for a postern.toml. Key and signing tables and
lists of hosts in files are named where they lie; opendkim's defaults are written out where Postern's differ. What cannot be
carried over is told on standard error and in comments, a line for each. Nothing is overwritten.
Exit status: 0 all is carried over, 1 something is not, 2 FILE cannot be read.`,
  examples: ['import opendkim', 'import opendkim /etc/opendkim.conf --output /etc/postern/postern.toml'],
  async run({ options, args: [file = defaultFile] }, io) {
    const readText = textReader(io.cwd)
    const read = readOpendkimConf(path.resolve(io.cwd, file), readText)
    if (!read.ok) return complain(io, read.problem)
    const imported = importOpendkim(read.conf, readText)
    const { output } = options
    if (output === undefined) await io.stdout.write(imported.format(true))
    else {
      const problem = writeAll(imported, path.resolve(io.cwd, output))
      if (problem !== undefined) return complain(io, problem)
    }
    for (const loss of imported.lost) complain(io, `not carried over: ${loss}`)
    return imported.lost.length === 0 ? exit.ok : exit.failed
  },
})

const textReader =
  (cwd: string): ReadText =>
  (file) => {
    try {
      return { ok: true, text: readFileSync(path.resolve(cwd, file), 'utf8') }
    } catch (error) {
      return { ok: false, problem: explain(error as NodeJS.ErrnoException, file) }
    }
  }

/** All the files or, if one is there already, none: the problem. */
function writeAll(imported: Imported, output: string): string | undefined {
  const directory = path.dirname(output)
  const files = [
    { file: output, text: imported.format(false), mode: 0o644 },
    // A key table may hold the keys themselves.
    ...imported.files.map(({ name, text }) => ({ file: path.join(directory, name), text, mode: 0o600 })),
  ]
  const present = files.find(({ file }) => existsSync(file))
  if (present !== undefined) return `${present.file} is there already`
  for (const { file, text, mode } of files) {
    try {
      writeFileSync(file, text, { flag: 'wx', mode })
    } catch (error) {
      return explain(error as NodeJS.ErrnoException, file)
    }
  }
  return undefined
}

function explain({ code, message }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `there is no ${file}`
  if (code === 'EACCES') return `${file} may not be read by this user`
  if (code === 'EISDIR') return `${file} is a directory`
  return `${file}: ${message}`
}
