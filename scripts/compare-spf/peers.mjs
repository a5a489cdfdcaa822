// Runs a peer: a program that reads cases as JSON lines and answers each with a line.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const beside = (name) => fileURLToPath(new URL(name, import.meta.url))

/** By name: the program and its arguments, and how to see that it can run. */
export const peers = {
  pyspf: {
    command: ['/usr/bin/python3', beside('pyspf.py')],
    probe: ['-c', 'import spf'],
    package: 'python3-spf',
  },
  'Mail::SPF': {
    command: ['/usr/bin/perl', beside('mail-spf.pl')],
    probe: ['-MMail::SPF', '-MJSON::PP', '-e', '1'],
    package: 'libmail-spf-perl',
  },
}

/** One answer for each case: `{ result, text, withoutVoidLimit }`. */
export function askPeer({ command: [program, ...args] }, cases) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const chunks = []
    child.on('error', reject)
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.on('close', (status) => {
      const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n')
      if (status !== 0 || lines.length !== cases.length)
        reject(new Error(`${program} ended with ${status} after ${lines.length} answers`))
      else resolve(lines.map((line) => JSON.parse(line)))
    })
    for (const { ip, sender, helo, zone, failures } of cases)
      child.stdin.write(`${JSON.stringify({ ip, sender, helo, zone, failures })}\n`)
    child.stdin.end()
  })
}
