// Runs dkimpy and libopendkim, each in a program of its own that answers jobs line by line.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('peer.py', import.meta.url))
const python = '/usr/bin/python3'

/** By name: how to see that the peer can run, and the package it is in. */
export const peers = {
  dkimpy: { probe: [python, ['-c', 'import dkim, nacl']], package: 'python3-dkim and python3-nacl' },
  opendkim: {
    probe: [python, ['-c', 'import ctypes; ctypes.CDLL("libopendkim.so.11")']],
    package: 'libopendkim11',
  },
}

/** One answer for each job, in their order. */
export function askPeer(name, jobs) {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [program, name], { stdio: ['pipe', 'pipe', 'inherit'] })
    const chunks = []
    child.on('error', reject)
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.on('close', (status) => {
      const lines = Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1)
      if (status !== 0 || lines.length !== jobs.length)
        reject(new Error(`${name} ended with ${status} after ${lines.length} of ${jobs.length} answers`))
      else resolve(lines.map((line) => JSON.parse(line)))
    })
    child.stdin.end(jobs.map((job) => `${JSON.stringify(job)}\n`).join(''))
  })
}
