// bogofilter, with its own settings (no configuration file) and Debian's store, Berkeley DB.

import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Verdict } from '../../src/score.ts'
import type { Sample, Subject, Told, Tool } from '../subject.ts'

// One letter and 17 places of the spamicity, so that no two scores are the same by rounding.
const FORMAT = ['-v', '--terse-format=%1.1c %p', '-T', '--spamicity-formats=%0.17f,%0.17f,%0.17f']
const verdicts: Readonly<Record<string, Verdict>> = { S: 'spam', H: 'ham', U: 'unsure' }

export const bogofilter: Tool = {
  name: 'bogofilter',
  isProbability: true,
  version: () =>
    new Promise((resolve) =>
      execFile('bogofilter', ['-V'], (error, stdout, stderr) =>
        resolve(error ? undefined : /version (\S+)/.exec(stdout + stderr)?.[1]),
      ),
    ),
  create: createSubject,
}

async function createSubject(): Promise<Subject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'postern-bogofilter-'))
  const base = ['-C', '-d', folder]
  const option = { ham: '-n', spam: '-s' } as const

  /** Runs it with the names of the samples' files on its standard input. */
  async function bulk(samples: readonly Sample[], options: readonly string[]): Promise<string> {
    const mails = await mkdtemp(path.join(os.tmpdir(), 'postern-mails-'))
    try {
      const files = await Promise.all(
        samples.map(async ({ bytes }, i) => {
          const file = path.join(mails, `${i}.eml`)
          await writeFile(file, bytes)
          return file
        }),
      )
      return await run([...base, ...options, '-b'], `${files.join('\n')}\n`)
    } finally {
      await rm(mails, { recursive: true, force: true })
    }
  }

  return {
    async learn({ bytes, class: mailClass }) {
      await run([...base, option[mailClass]], bytes)
    },
    async score({ bytes }) {
      return parseLine(await run([...base, ...FORMAT], bytes))
    },
    async learnAll(samples) {
      for (const mailClass of ['ham', 'spam'] as const)
        await bulk(
          samples.filter((sample) => sample.class === mailClass),
          [option[mailClass]],
        )
    },
    async scoreAll(samples) {
      const lines = (await bulk(samples, FORMAT)).trimEnd().split('\n')
      if (lines.length !== samples.length)
        throw new Error(`bogofilter: ${lines.length} lines for ${samples.length} messages`)
      const told: Told[] = []
      for (const line of lines) told[Number(/\/(\d+)\.eml /.exec(line)?.[1])] = parseLine(line)
      return told
    },
    async octets() {
      const sizes = (await readdir(folder)).map(async (name) => (await stat(path.join(folder, name))).size)
      return (await Promise.all(sizes)).reduce((a, b) => a + b, 0)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

function parseLine(line: string): Told {
  const [, letter = '', score = ''] = /([SHU]) ([\d.e+-]+)\s*$/.exec(line) ?? []
  const verdict = verdicts[letter]
  if (verdict === undefined) throw new Error(`bogofilter said: ${line}`)
  return { score: Number(score), verdict }
}

/** Its output. Statuses up to 2 are verdicts, 3 is trouble. */
function run(args: readonly string[], input: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bogofilter', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (status) =>
      status === null || status > 2 ? reject(new Error(`bogofilter ended with ${status}`)) : resolve(output),
    )
    child.stdin.on('error', () => {}) // It may end before it has read all.
    child.stdin.end(input)
  })
}
