// rspamd's Bayes over HTTP on the loopback: all symbols off but the two of Bayes.

import { execFile } from 'node:child_process'
import type { Subject, Told, Tool } from '../subject.ts'
import { startRspamd } from './rspamd-server.ts'

const versionOf = (command: string, pattern: RegExp): Promise<string | undefined> =>
  new Promise((resolve) =>
    execFile(command, ['--version'], (error, out) => resolve(error ? undefined : pattern.exec(out)?.[1])),
  )

export const rspamd: Tool = {
  name: 'rspamd',
  async version() {
    const redis = await versionOf('redis-server', /v=(\S+)/)
    return redis === undefined ? undefined : versionOf('rspamd', /version (\S+)/)
  },
  create: createSubject,
}

async function createSubject(): Promise<Subject> {
  const { scan, control, redisMemory, close } = await startRspamd()
  const settings = JSON.stringify({ symbols_enabled: ['BAYES_SPAM', 'BAYES_HAM'] })
  return {
    async learn({ bytes, class: mailClass }) {
      // Some are refused (too few words, learned before): that is the tool's own rule.
      await control(`/learn${mailClass}`, bytes, { 'Learn-Type': 'bulk' })
    },
    async score({ bytes }) {
      const { status, text } = await scan('/checkv2', bytes, { Settings: settings })
      if (status !== 200) return { score: 0.5, verdict: 'unsure' }
      return parseResult(JSON.parse(text))
    },
    octets: redisMemory,
    close,
  }
}

interface ScanResult {
  readonly symbols?: Readonly<
    Record<string, { readonly score: number; readonly options?: readonly string[] }>
  >
}

function parseResult({ symbols = {} }: ScanResult): Told {
  for (const [name, verdict] of [
    ['BAYES_SPAM', 'spam'],
    ['BAYES_HAM', 'ham'],
  ] as const) {
    const symbol = symbols[name]
    if (symbol === undefined) continue
    const sure = Number.parseFloat(symbol.options?.[0] ?? '50') / 100
    // It prints two decimals of the percentage; the symbol's score breaks ties, and leaves the whole between 0 and 1.
    const above = (sure - 0.5) * 0.9999 + Math.abs(symbol.score) * 1e-6
    return { score: verdict === 'spam' ? 0.5 + above : 0.5 - above, verdict }
  }
  return { score: 0.5, verdict: 'unsure' }
}
