import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../src/commands/index.ts'
import { outputTo } from '../src/io.ts'
import { Desk } from './harness.ts'

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

describe('help', () => {
  it('lists every command', async () => {
    const { status, out, err } = await desk.run('--help')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    for (const { words, summary } of commands) expect(out).toMatch(new RegExp(`postern ${words} +${summary}`))
  })
  it('is shown, as an error, when nothing is asked for', async () => {
    const { status, out, err } = await desk.run()
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toBe((await desk.run('--help')).out)
  })
  it.each(['greylist', 'config'])('lists the commands of %s', async (group) => {
    const { status, out } = await desk.run(group, '--help')
    const mine = commands.filter(({ words }) => words.startsWith(`${group} `))
    expect(status).toBe(0)
    expect([...out.matchAll(/^ {2}postern (\w+ \w+)/gm)].map(([, words]) => words)).toEqual(
      mine.map(({ words }) => words),
    )
  })
  it.each(commands.map(({ words }) => words))('of %s names its arguments and options', async (words) => {
    const entry = commands.find((candidate) => candidate.words === words)!
    const command = await entry.load()
    const { status, out } = await desk.run(...words.split(' '), '--help')
    expect(status).toBe(0)
    expect(out.split('\n')[0]).toBe(
      `Usage: ${['postern', words, ...command.arguments, '[OPTION]...'].join(' ')}`,
    )
    for (const [name, { summary }] of Object.entries(command.options)) {
      expect(out).toMatch(new RegExp(`^ {2}(-\\w, )?--${name}\\b`, 'm'))
      expect(out).toContain(summary)
    }
    for (const example of command.examples ?? []) expect(out).toContain(`  postern ${example}\n`)
    expect(out.split('\n').filter((line) => line.length > 110)).toEqual([])
  })
  it.each(commands.map(({ words }) => words))('examples of %s are command lines of it', async (words) => {
    const command = await commands.find((candidate) => candidate.words === words)!.load()
    for (const example of command.examples ?? []) expect(`${example} `.startsWith(`${words} `)).toBe(true)
  })
  it('prints the version', async () => {
    expect(await desk.run('--version')).toEqual({ status: 0, out: 'postern 0.1.0\n', err: '' })
  })
})

describe('a mistake on the command line is one line and status 2', () => {
  it.each<[argv: string[], err: string]>([
    [
      ['greylst', 'list'],
      'there is no command "greylst list". Did you mean "greylist list"? See postern --help',
    ],
    [['serv'], 'there is no command "serv". Did you mean "serve"? See postern --help'],
    [['frobnicate'], 'there is no command "frobnicate". See postern --help'],
    [['greylist'], 'postern greylist wants one of: list, show, check, allow, pause, forget, export, stats'],
    [['--frob'], 'there is no option --frob without a command; see postern --help'],
    [
      ['greylist', 'list', '--limt', '3'],
      'there is no option --limt. Did you mean --limit? See postern greylist list --help',
    ],
    [['greylist', 'list', '--limit'], '--limit wants a value (N). See postern greylist list --help'],
    [
      ['greylist', 'list', '--limit', '--json'],
      '--limit wants a value (N). See postern greylist list --help',
    ],
    [['greylist', 'list', '--json=1'], '--json takes no value. See postern greylist list --help'],
    [['greylist', 'list', '--limit', '-3'], '--limit is a whole number from 0 to 1000000, not "-3"'],
    [['greylist', 'list', 'x'], '"x" is too much: postern greylist list [OPTION]...'],
    [['greylist', 'pause'], 'RECIPIENT is missing: postern greylist pause RECIPIENT [OPTION]...'],
    [['helo', 'check', 'x'], '--client is missing: the address of the client'],
    [['helo', 'check', 'x', '--client', 'y'], '--client is an IP address, not "y"'],
    [
      ['helo', 'check', 'x', '--client', '::1', '--dns', 'y'],
      '--dns is an address such as 127.0.0.1:5353 or [::1]:53, not "y"',
    ],
    [
      ['helo', 'check', 'x', '--client', '::1', '--client-name', '-'],
      '--client-name is a host name, not "-"',
    ],
    [['serve', '--log', 'xml'], '--log is text or json, not "xml"'],
  ])('%j', async (argv, err) => {
    expect(await desk.run(...argv)).toEqual({ status: 2, out: '', err: `postern: ${err}\n` })
  })
})

describe('an output', () => {
  it('waits while its reader is slow', async () => {
    let take: () => void = () => {}
    const stream = new Duplex({
      highWaterMark: 4,
      write(_chunk, _encoding, done) {
        take = done
      },
      read() {},
    })
    const output = outputTo(stream)
    const written = output.write('more than four')
    expect(written).toBeInstanceOf(Promise)
    take()
    await written
    expect(output.isClosed).toBe(false)
  })
  it('is closed, and no failure, when its reader has gone', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    const stream = new Duplex({ highWaterMark: 1, write: (_chunk, _encoding, done) => done(gone), read() {} })
    const output = outputTo(stream)
    await output.write('text')
    expect(output.isClosed).toBe(true)
    expect(output.write('more')).toBeUndefined()
  })
})
