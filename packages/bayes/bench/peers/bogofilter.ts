// bogofilter, with its own settings (no configuration file) and Debian's store, Berkeley DB.

import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Verdict } from '../../src/score.ts'
import type { Sample, Subject, Told, Tool } from '../subject.ts'
import { folderOctets } from './folder-octets.ts'

// One letter and 17 places of the spamicity, so that no two scores are the same by rounding.
const FORMAT = ['-v', '--terse-format=%1.1c %p', '-T', '--spamicity-formats=%0.17f,%0.17f,%0.17f']
const verdicts: Readonly<Record<string, Verdict>> = { S: 'spam', H: 'ham', U: 'unsure' }

export const bogofilter: Tool = {
  name: 'bogofilter',
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

  const mails = await mkdtemp(path.join(os.tmpdir(), 'postern-mails-'))
  const files = new Map<Sample, string>()

  async function prepare(samples: readonly Sample[]): Promise<void> {
    for (const sample of samples) {
      if (files.has(sample)) continue
      const file = path.join(mails, `${files.size}.eml`)
      files.set(sample, file)
      await writeFile(file, sample.bytes)
    }
  }

  /** Runs it with the names of the samples' files on its standard input. */
  async function bulk(samples: readonly Sample[], options: readonly string[]): Promise<string> {
    await prepare(samples)
    return run([...base, ...options, '-b'], samples.map((sample) => `${files.get(sample)}\n`).join(''))
  }

  let isEmpty = true
  return {
    prepare,
    async learn({ bytes, class: mailClass }) {
      isEmpty = false
      await run([...base, option[mailClass]], bytes)
    },
    async score({ bytes }) {
      // Without a word list it refuses; robx is what it says of a message of unknown words.
      if (isEmpty) return { score: 0.52, verdict: 'unsure' }
      return parseLine(await run([...base, ...FORMAT], bytes))
    },
    async learnAll(samples) {
      isEmpty = false
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
      const told = new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), parseLine(line)]))
      return samples.map((sample) => told.get(files.get(sample)!)!)
    },
    octets: () => folderOctets(folder),
    async close() {
      for (const own of [folder, mails]) await rm(own, { recursive: true, force: true })
    },
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
