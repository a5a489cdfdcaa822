import { afterEach, describe, expect, it, vi } from 'vitest'
import { runDaemonCommand } from '../src/index.ts'

const argv = process.argv
afterEach(() => {
  process.argv = argv
  process.exitCode = undefined
  vi.restoreAllMocks()
})

/** What the command did with these words: what it ran with, what it printed, its exit status. */
async function typed(...words: string[]) {
  process.argv = ['node', 'postern-exampled', ...words]
  const out = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const err = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const run = vi.fn(async () => undefined)
  await runDaemonCommand({
    name: 'postern-exampled',
    version: '1.2.3',
    flag: { name: 'stdio', help: 'serve standard input and output' },
    run,
  })
  return { run, out: out.mock.calls.flat(), err: err.mock.calls.flat(), status: process.exitCode }
}

describe("a daemon's command line", () => {
  it('runs it with what was typed', async () => {
    const { run, status } = await typed('--config', '/etc/p.toml', '--log', 'json', '--stdio')
    expect(run).toHaveBeenCalledWith({ config: '/etc/p.toml', log: 'json', flag: true })
    expect(status).toBeUndefined()
    expect((await typed()).run).toHaveBeenCalledWith({ config: undefined, log: undefined, flag: false })
  })
  it('prints help and version instead', async () => {
    const help = await typed('--help')
    vi.restoreAllMocks()
    expect(help.out.join()).toMatch(/^postern-exampled \[--config FILE\].*\n[\s\S]*--stdio {8}serve standard/)
    expect(help.run).not.toHaveBeenCalled()
    expect((await typed('--version')).out).toEqual(['1.2.3'])
  })
  it.each([
    [['--log', 'xml'], 'postern-exampled: --log is "text" or "json", not "xml"'],
    [['--colour'], "Unknown option '--colour'"],
  ])('ends %s with status 2 and a sentence', async (words, sentence) => {
    const { run, err, status } = await typed(...words)
    expect(run).not.toHaveBeenCalled()
    expect(err.join()).toContain(sentence)
    expect(status).toBe(2)
  })
})
