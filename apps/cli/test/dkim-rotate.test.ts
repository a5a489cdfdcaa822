import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readSigningKey } from '@postern/dkim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Rotation } from '../src/dkim-rotation.ts'
import { parseRotations } from '../src/dkim-rotation-file.ts'
import { ChangingZone, txtLine } from './changing-zone.ts'
import { Desk, now } from './harness.ts'

const DAY = 86_400
const oldKey = generateKeyPairSync('rsa', { modulusLength: 1024 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
let desk: Desk
const zones = [new ChangingZone(), new ChangingZone()] as const

beforeEach(async () => {
  desk = new Desk()
  for (const zone of zones) await zone.start()
  desk.write('example.org.old.private', oldKey)
  desk.write('key.table', '# ours\nmain  example.org:old:./example.org.old.private # RSA\n')
  settings('key_table = "key.table"')
})
afterEach(async () => {
  for (const zone of zones) {
    zone.publish('')
    await zone.stop()
  }
  desk.clear()
})

const settings = (signing: string) =>
  desk.settings(
    `[dns]\nservers = ["${zones[0].address}"]\ntimeout_ms = 200\nattempts = 1\n[signing]\n${signing}\n`,
  )

const rotate = (...argv: string[]) =>
  desk.run('dkim', 'rotate', '--dns-servers', zones.map(({ address }) => address).join(','), ...argv)

const at = (name: string) => path.join(desk.directory, name)
const read = (name: string) => readFileSync(at(name), 'utf8')
const reload = ['--reload', 'true']

/** Whatever lines it came in. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ')

function rotationOf(id = 'main'): Rotation {
  const rotation = parseRotations(read('dkim-rotation.json'))?.find((each) => each.id === id)
  if (rotation === undefined) throw new Error(`there is no rotation of ${id}`)
  return rotation
}

function recordOf(file: string): string {
  const key = readSigningKey(readFileSync(file))
  if (!key.ok) throw new Error(key.error.code)
  return `v=DKIM1; k=${key.value.algorithm}; p=${key.value.publicKey}`
}

/** What an administrator does with the records of a rotation, on some of the servers. */
function publish(id: string, what: readonly ('old' | 'new' | 'revoked')[], servers = [0, 1]): void {
  const rotation = rotationOf(id)
  const lines = rotation.domains.flatMap((domain) =>
    what.map((each) => {
      const { selector, file } = each === 'revoked' ? rotation.old : rotation[each]
      const text = each === 'revoked' ? 'v=DKIM1; p=' : recordOf(file)
      return txtLine(`${selector}._domainkey.${domain} 900`, text)
    }),
  )
  for (const server of servers) zones[server]!.publish(lines.join('\n'))
}

describe('a rotation', () => {
  it('goes from one key to the next, run by run', async () => {
    const begun = await rotate('-d', 'example.org')
    expect(begun).toMatchObject({ status: 3, err: '' })
    const file = at('example.org.202605.private')
    expect(begun.out).toContain('main (example.org): old -> 202605, generated\n')
    expect(flat(begun.out)).toContain(`Made a new key, RSA with 2048 bits: ${file}.`)
    expect(begun.out).toContain(`\n${recordOf(file)}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const table = read('key.table')
    publish('main', ['old', 'new'], [0])
    const partly = await rotate(...reload)
    expect(partly.status).toBe(3)
    expect(partly.out).toContain('Now: 202605._domainkey.example.org on 1 of 2.')
    expect(partly.out).toContain(`    ${zones[1].address}: There is no 202605._domainkey.example.org`)
    expect(read('key.table')).toBe(table)

    publish('main', ['old', 'new'])
    const switched = await rotate('--reload', `touch ${at('reloaded')}`)
    expect(switched.status).toBe(0)
    expect(switched.out).toContain('main (example.org): old -> 202605, retiring\n')
    expect(read('key.table')).toBe('# ours\nmain  example.org:202605:./example.org.202605.private # RSA\n')
    expect(existsSync(at('reloaded'))).toBe(true)
    expect(switched.out).toContain('2026-06-02 20:26:40 UTC')

    desk.now = now + 5 * DAY - 1
    expect(await rotate(...reload)).toMatchObject({ status: 0, out: expect.stringContaining('retiring') })
    desk.now = now + 5 * DAY
    const over = await rotate(...reload)
    expect(over.status).toBe(3)
    expect(over.out).toContain('main (example.org): old -> 202605, revoked\n')
    expect(over.out).toContain('old._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p="\n')

    publish('main', ['revoked', 'new'], [0])
    expect(await rotate(...reload)).toMatchObject({ status: 3, out: expect.stringContaining('still there') })
    publish('main', ['new'], [1])
    const done = await rotate(...reload)
    expect(done.status).toBe(0)
    expect(done.out).toContain('The old key is revoked, and the rotation is finished.')
    expect(rotationOf().since).toEqual({
      generated: now,
      published: now,
      active: now,
      retiring: now,
      revoked: now + 5 * DAY,
      done: now + 5 * DAY,
    })
    expect((await rotate()).out).toContain('No rotation is under way.')
  })

  it.each([
    [0o640, 0o640],
    [0o600, 0o600],
    [0o644, 0o600],
  ])('of a key with mode %o makes one with mode %o', async (old, next) => {
    chmodSync(at('example.org.old.private'), old)
    await rotate('-k', 'main')
    expect(statSync(at('example.org.202605.private')).mode & 0o777).toBe(next)
  })

  it('refuses a selector that the DNS does not serve in full', async () => {
    await rotate('-k', 'main')
    const { selector, record } = rotationOf().new
    const name = `${selector}._domainkey.example.org`
    const bad = [record.slice(0, 255), `"${record}"`, 'v=DKIM1; p=', recordOf(at('example.org.old.private'))]
    for (const text of bad) {
      zones[0].publish(txtLine(name, record))
      zones[1].publish(txtLine(name, text))
      const { status, out } = await rotate(...reload)
      expect(status).toBe(3)
      expect(out).toContain(`    ${zones[1].address}: `)
    }
    expect(read('key.table')).toContain('example.org:old:')
  })

  it('waits for servers that do not answer, unless told', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    zones[1].fail('202605._domainkey.example.org')
    const silent = await rotate(...reload)
    expect(silent.status).toBe(3)
    expect(silent.out).toContain(`    ${zones[1].address}: No answer (servfail).`)
    zones[0].fail('202605._domainkey.example.org')
    expect((await rotate(...reload, '--ignore-unreachable')).status).toBe(3)
    publish('main', ['old', 'new'], [0])
    expect((await rotate(...reload, '--ignore-unreachable')).status).toBe(0)
  })

  it('looks again before it switches', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    const table = read('key.table')
    expect((await rotate('--dry-run', ...reload)).out).toContain('Would make')
    expect(read('key.table')).toBe(table)
    const rotation = { ...rotationOf(), state: 'published' }
    writeFileSync(at('dkim-rotation.json'), JSON.stringify({ version: 1, rotations: [rotation] }))
    publish('main', ['old'])
    expect((await rotate(...reload)).status).toBe(3)
    expect(read('key.table')).toBe(table)
  })

  it('does not count the grace time before the milter signs with the new key', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    const told = await rotate()
    expect(told.status).toBe(3)
    expect(told.out).toContain('Have the milter read its settings')
    const failed = await rotate('--reload', 'echo no such unit >&2; exit 5')
    expect(failed.status).toBe(1)
    expect(flat(failed.out)).toContain('still signs with the old key')
    expect(failed.out).toContain('no such unit')
    expect(rotationOf().state).toBe('active')
    desk.now = now + DAY
    expect((await rotate('--reloaded')).status).toBe(0)
    expect(rotationOf().since.retiring).toBe(now + DAY)
  })

  it('keeps the old key for as long as was said, and for its TTL at least', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    await rotate(...reload, '--grace', '0')
    desk.now = now + 899
    expect((await rotate()).out).toContain('retiring')
    desk.now = now + 900
    expect((await rotate()).out).toContain('revoked')
  })

  it('does not wait for mail with signatures that nobody could verify', async () => {
    await rotate('-k', 'main')
    publish('main', ['new'])
    const { status, out } = await rotate(...reload)
    expect(status).toBe(0)
    expect(out).toContain('main (example.org): old -> 202605, done\n')
  })
  it('waits where it cannot be told whether anybody could', async () => {
    await rotate('-k', 'main')
    publish('main', ['new'])
    zones[1].fail('old._domainkey.example.org')
    expect((await rotate(...reload)).out).toContain('main (example.org): old -> 202605, retiring\n')
  })

  it('is loud when a record goes that is needed', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    await rotate(...reload)
    publish('main', ['new'])
    const old = await rotate()
    expect(old.status).toBe(1)
    expect(old.out).toContain('The old record (old) is still needed')
    publish('main', ['old'])
    const current = await rotate()
    expect(current.status).toBe(1)
    expect(flat(current.out)).toContain('put the record back at once')
    desk.now = now + 6 * DAY
    expect((await rotate()).out).toContain('retiring')
  })

  it('polls with --wait until the DNS has it', async () => {
    await rotate('-k', 'main')
    publish('main', ['old'])
    const waiting = rotate('--wait', '--interval', '0.02', ...reload)
    publish('main', ['old', 'new'])
    const { status, out } = await waiting
    expect(status).toBe(0)
    expect(out).toContain('old -> 202605, retiring\n')
  })

  it('writes nothing in a dry run', async () => {
    const dry = await rotate('-k', 'main', '--dry-run')
    expect(dry).toMatchObject({ status: 0, out: expect.stringContaining('Would make a new key') })
    expect(existsSync(at('dkim-rotation.json'))).toBe(false)
    expect(existsSync(at('example.org.202605.private'))).toBe(false)
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    const before = read('dkim-rotation.json')
    const { status, out } = await rotate('--dry-run', '--reload', `touch ${at('reloaded')}`)
    expect(status).toBe(0)
    expect(out).toContain('Would run touch')
    expect(read('dkim-rotation.json')).toBe(before)
    expect(existsSync(at('reloaded'))).toBe(false)
  })

  it('can be given up before the new key is in use, not after', async () => {
    await rotate('-k', 'main')
    expect(await rotate('-k', 'main', '--abort')).toMatchObject({ status: 0 })
    expect(parseRotations(read('dkim-rotation.json'))).toEqual([])
    await rotate('-k', 'main')
    expect(rotationOf().new.selector).toBe('20260528')
    publish('main', ['old', 'new'])
    await rotate(...reload)
    expect(await rotate('-k', 'main', '--abort')).toMatchObject({
      status: 1,
      out: expect.stringContaining('in use already'),
    })
  })

  it('begins when the key is old enough', async () => {
    expect((await rotate('--every', '180')).out).toContain('another is made after 180')
    desk.now = Math.floor(Date.now() / 1000) + 181 * DAY
    expect(await rotate('--every', '180')).toMatchObject({
      status: 3,
      out: expect.stringContaining('Made a new key'),
    })
    expect(await rotate('--every', '180')).toMatchObject({
      status: 3,
      out: expect.stringContaining('generated'),
    })
  })

  it('begins again only when asked', async () => {
    await rotate('-k', 'main')
    publish('main', ['old', 'new'])
    await rotate(...reload, '--grace', '0')
    desk.now = now + 900
    publish('main', ['new'])
    await rotate()
    expect(flat((await rotate('-k', 'main')).out)).toContain('--start begins another')
    expect(await rotate('-k', 'main', '--start')).toMatchObject({ status: 3 })
    expect(rotationOf()).toMatchObject({
      state: 'generated',
      old: { selector: '202605' },
      new: { selector: '20260528' },
    })
  })

  it('is not confused by what others do to the table', async () => {
    await rotate('-k', 'main')
    const table = read('key.table')
    desk.write('key.table', table.replace(':old:', ':strange:'))
    const { status, out } = await rotate()
    expect(status).toBe(1)
    expect(out).toContain('names the selector strange')
    // Done by hand what it would have done.
    desk.write('key.table', table.replaceAll('old', '202605'))
    publish('main', ['old', 'new'])
    expect(await rotate(...reload)).toMatchObject({ status: 0, out: expect.stringContaining('already') })
  })

  it('shows how things stand', async () => {
    expect((await rotate('--status')).out).toContain('main (example.org): selector old\n  No rotation since')
    await rotate('-k', 'main')
    const { status, out } = await rotate('--status')
    expect(status).toBe(0)
    expect(out).toContain('  generated 2026-05-28 20:26:40 UTC\n')
    const json = JSON.parse((await rotate('--status', '--json')).out)
    expect(json.rotations).toMatchObject([
      { key: 'main', state: 'generated', waiting: 'nothing', failed: false },
    ])
  })

  it('tells programs the same', async () => {
    const { status, out } = await rotate('-k', 'main', '--json')
    const json = JSON.parse(out)
    expect(json.status).toBe(status)
    expect(json.rotations[0]).toMatchObject({
      key: 'main',
      domains: ['example.org'],
      state: 'generated',
      waiting: 'dns',
      failed: false,
      old: { selector: 'old' },
      new: { selector: '202605', record: recordOf(at('example.org.202605.private')) },
      events: [{ code: 'generated' }, { code: 'not-served', names: [{ serving: 0, asked: 2 }] }],
    })
  })
})

describe('keys of other kinds', () => {
  it('keep their algorithm, and go each its own way', async () => {
    await desk.run('dkim', 'genkey', '-d', 'example.org', '-s', 'olde', '--ed25519')
    desk.write(
      'key.table',
      'main example.org:old:./example.org.old.private\nsecond example.org:olde:./example.org.olde.private\n',
    )
    const { out } = await rotate('-d', 'example.org')
    expect(out).toContain('main (example.org): old -> 202605, generated\n')
    expect(out).toContain('second (example.org): olde -> 202605-ed25519, generated\n')
    expect(rotationOf('second').new.record).toContain('k=ed25519;')
    expect(await rotate('-d', 'example.org', '-s', 'x')).toMatchObject({
      status: 2,
      err: 'postern: --selector is for one key: say which with --key\n',
    })
  })
  it('may be named in postern.toml itself, for several domains', async () => {
    settings(
      '# the key\ndomains = ["example.org", "example.net"]\nselector = "old" # since 2020\nkey_file = "example.org.old.private"',
    )
    const before = read('postern.toml')
    expect((await rotate('-d', 'example.net')).out).toContain(
      'key_file (example.org, example.net): old -> 202605',
    )
    publish('key_file', ['old', 'new'])
    expect((await rotate(...reload)).status).toBe(0)
    expect(read('postern.toml')).toBe(
      before
        .replace('selector = "old"', 'selector = "202605"')
        .replace('example.org.old.private', 'example.org.202605.private'),
    )
  })
  it('are switched by hand where the settings are written in another way', async () => {
    settings('domains = ["example.org"]\nselector = """old"""\nkey_file = "example.org.old.private"')
    await rotate('-d', 'example.org')
    publish('key_file', ['old', 'new'])
    const { status, out } = await rotate(...reload)
    expect(status).toBe(3)
    expect(out).toContain(
      `\n[signing]\nselector = "202605"\nkey_file = "${at('example.org.202605.private')}"\n`,
    )
    settings('domains = ["example.org"]\nselector = """202605"""\nkey_file = "example.org.202605.private"')
    expect(await rotate(...reload)).toMatchObject({ status: 0, out: expect.stringContaining('retiring') })
  })
})

describe('trouble', () => {
  it('another run is at it', async () => {
    desk.write('dkim-rotation.json.lock', String(process.pid))
    expect(await rotate('-k', 'main')).toMatchObject({
      status: 1,
      err: expect.stringContaining(`another run is at it (process ${process.pid}`),
    })
    // That of a process that is no more, as no process has this number.
    desk.write('dkim-rotation.json.lock', '99999999')
    expect((await rotate('-k', 'main')).status).toBe(3)
    expect(existsSync(at('dkim-rotation.json.lock'))).toBe(false)
  })
  it.each([
    'rubbish',
    '{}',
    '{"version":2,"rotations":[]}',
    '{"version":1,"rotations":[{"id":"main","state":"flying"}]}',
  ])('a damaged state is not written over: %s', async (text) => {
    desk.write('dkim-rotation.json', text)
    expect(await rotate('-k', 'main')).toMatchObject({
      status: 1,
      err: expect.stringContaining('is damaged'),
    })
    expect(await rotate('--status')).toMatchObject({ status: 1 })
    expect(read('dkim-rotation.json')).toBe(text)
  })
  it('the present key cannot be read', async () => {
    rmSync(at('example.org.old.private'))
    expect(await rotate('-k', 'main')).toMatchObject({
      status: 1,
      out: expect.stringContaining('There is no file'),
    })
  })
  it('the selector is taken', async () => {
    expect(await rotate('-k', 'main', '-s', 'old')).toMatchObject({
      status: 1,
      out: expect.stringContaining('is taken already'),
    })
  })
  it.each<[argv: string[], message: string]>([
    [['-k', 'nix'], 'the settings have no such key; there are: main (example.org)'],
    [['-d', 'example.net'], 'the settings have no such key; there are: main (example.org)'],
    [['-d', 'x'], '--domain is a domain name, not "x"'],
    [['--start'], 'say which key: --domain or --key'],
    [['--abort'], 'say which key: --domain or --key'],
    [['-k', 'main', '--abort', '--every', '1'], '--abort begins nothing'],
    [['--every', 'x'], '--every is a number from 0 to 36500, not "x"'],
    [['-b', '512'], '--bits is 1024 at least (RFC 8301)'],
    [['--grace', '-1'], '--grace is a number from 0 to 365, not "-1"'],
    [['--interval', 'x'], '--interval is a number from 0 to 86400, not "x"'],
    [['-s', '.'], '--selector is letters, digits and hyphens, not "."'],
    [['--reload', 'x', '--reloaded'], '--reload and --reloaded exclude each other'],
    [['--dns-servers', 'x'], '--dns-servers is a list of addresses such as 192.0.2.53, not "x"'],
  ])('%j is a mistake', async (argv, message) => {
    expect(await rotate(...argv)).toEqual({ status: 2, out: '', err: `postern: ${message}\n` })
  })
  it('there is no key in the settings', async () => {
    settings('')
    expect(await rotate()).toMatchObject({ status: 2, err: expect.stringContaining('have no key in a file') })
  })
})
