// SpamAssassin's Bayes through its Perl modules: one process, Berkeley DB files, without any other rule.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Verdict } from '../../src/score.ts'
import type { Subject, Tool } from '../subject.ts'
import { folderOctets } from './folder-octets.ts'

/** `programs`: the folder with spamassassin.pl. */
export function spamassassin(programs: string): Tool {
  return {
    name: 'spamassassin',
    version: () =>
      new Promise((resolve) =>
        execFile(
          'perl',
          ['-MMail::SpamAssassin', '-e', 'print Mail::SpamAssassin::Version()'],
          (error, out) => resolve(error ? undefined : out),
        ),
      ),
    create: () => createSubject(path.join(programs, 'spamassassin.pl')),
  }
}

async function createSubject(program: string): Promise<Subject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'postern-spamassassin-'))
  const child = spawn('perl', [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function ask(command: string, bytes: Uint8Array): Promise<string> {
    child.stdin.write(`${command} ${bytes.length}\n`)
    child.stdin.write(bytes)
    const { value, done } = await lines.next()
    if (done) throw new Error('spamassassin.pl ended')
    return value
  }

  return {
    async learn({ bytes, class: mailClass }) {
      await ask(`learn ${mailClass}`, bytes)
    },
    async score({ bytes }) {
      const answer = await ask('score', bytes)
      const score = answer === 'undef' ? 0.5 : Number(answer)
      return { score, verdict: verdictOf(score) }
    },
    octets: () => folderOctets(path.join(folder, 'db')),
    async close() {
      child.stdin.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The bands of its rules: BAYES_60 and above, BAYES_40 and below, BAYES_50. */
function verdictOf(probability: number): Verdict {
  if (probability >= 0.6) return 'spam'
  return probability < 0.4 ? 'ham' : 'unsure'
}
