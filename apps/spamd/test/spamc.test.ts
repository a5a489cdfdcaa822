// The stock spamc, as filters and training scripts run it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startTestSpamd, type TestSpamd } from './in-process.ts'

const isInstalled = existsSync('/usr/bin/spamc')
if (!isInstalled) console.warn('spamc is not installed: its tests are left out (apt-get install spamc)')

const runner =
  ({ addresses: [address] }: TestSpamd) =>
  async (parameters: readonly string[], input: string) => {
    if (address?.kind !== 'tcp') throw new Error('no port')
    const child = spawn('spamc', ['-d', '127.0.0.1', '-p', String(address.port), ...parameters], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stdin.on('error', () => {}).end(input)
    const [status] = await once(child, 'close')
    return { status, stdout }
  }

const spam = 'Subject: offer\n\nlottery winner millions\n'
const ham = 'Subject: minutes\n\nmeeting agenda tomorrow\n'

describe.runIf(isInstalled)('spamc', () => {
  it('teaches, and then knows', async () => {
    const run = runner(await startTestSpamd('spamd.allow_tell = true'))
    expect(await run(['-c'], spam)).toEqual({ status: 0, stdout: '0.0/5.0\n' })
    expect(await run(['-L', 'spam'], spam)).toEqual({
      status: 0,
      stdout: 'Message successfully un/learned\n',
    })
    expect(await run(['-L', 'ham'], ham)).toEqual({ status: 0, stdout: 'Message successfully un/learned\n' })
    expect(await run(['-L', 'ham'], ham)).toEqual({ status: 0, stdout: 'Message was already un/learned\n' })
    expect(await run(['-c'], spam)).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^\d\d\.\d\/5\.0\n$/),
    })
    expect(await run(['-y'], spam)).toEqual({ status: 0, stdout: 'BAYES_99,BAYES_999' })
    expect((await run(['-R'], ham)).stdout).toMatch(/^-\d+\.\d\/5\.0\nVerdict: ham /)
    const { stdout } = await run(['-E'], spam)
    expect(stdout).toMatch(
      /^X-Spam-Checker-Version: Postern .*\nX-Spam-Flag: YES\n[\s\S]*\n\nlottery winner millions\n$/,
    )
    expect((await run(['--headers'], spam)).stdout).toBe(stdout)
    expect((await run(['-L', 'forget'], spam)).stdout).toBe('Message successfully un/learned\n')
  })

  it('keeps mail as it is when the filter fails', async () => {
    const started = await startTestSpamd()
    const run = runner(started)
    started.filter.trouble = new Error('disk full')
    expect(await run([], spam)).toEqual({ status: 0, stdout: spam })
    expect(await run(['-x'], spam)).toEqual({ status: 74, stdout: '' })
    await started.line(/ request command=PROCESS .* result=failed /)
  })
})
