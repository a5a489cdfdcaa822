import { chmodSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { editFile, editKeyTable, editSettings } from '../src/dkim-rotation-switch.ts'
import { Desk } from './harness.ts'

const change = {
  from: { selector: 'old', file: '/keys/example.org.old.private' },
  to: { selector: 'new', file: '/keys/example.org.new.private' },
}

describe('a row of the key table', () => {
  const around = (row: string, rest = '') => `# keys\n\nother example.net:old:/keys/x\n${row}\n${rest}`
  it.each<[row: string, edited: string]>([
    ['main example.org:old:/keys/old.pem', 'main example.org:new:/keys/example.org.new.private'],
    [
      '  main\t example.org : old : /keys/old.pem   # the key: of ours',
      '  main\t example.org : new : /keys/example.org.new.private   # the key: of ours',
    ],
    ['main example.org:OLD:./keys/old.pem', 'main example.org:new:./keys/example.org.new.private'],
    ['main example.org:old:../old.pem', 'main example.org:new:../example.org.new.private'],
    ['main example.org:old:/keys/old.pem\r', 'main example.org:new:/keys/example.org.new.private\r'],
  ])('%j', (row, edited) => {
    const rest = '# the end\nmain2 example.org:old:/keys/old.pem'
    expect(editKeyTable(around(row, rest), 'main', change)).toBe(around(edited, rest))
  })
  it.each([
    ['of another name', 'next example.org:old:/keys/old.pem'],
    ['with another selector', 'main example.org:older:/keys/old.pem'],
    ['with the key in it', 'main example.org:old:MC4CAQAwBQYDK2VwBCIEIA=='],
    ['that is broken', 'main example.org'],
  ])('%s is left alone', (_what, row) => {
    expect(editKeyTable(around(row), 'main', change)).toBeUndefined()
  })
})

describe('the lines of [signing]', () => {
  const settings = (lines: string, rest = '') =>
    `# selector = "old"\n[policy]\nhost_name = "mx.example.org" # mx\n\n[signing]\ndomains = ["example.org"]\n${lines}\n${rest}`
  it.each<[lines: string, edited: string]>([
    [
      'selector = "old"\nkey_file = "/keys/old.pem"',
      'selector = "new"\nkey_file = "/keys/example.org.new.private"',
    ],
    [
      "  key_file='keys/old.pem' # of [ours]\n# selector = \"x\"\nselector  =  'old'\r",
      '  key_file="keys/example.org.new.private" # of [ours]\n# selector = "x"\nselector  =  "new"\r',
    ],
    [
      'selector = "old"\nkey_file = "old.pem"\ned25519_selector = "old"\ned25519_key_file = "e"',
      'selector = "new"\nkey_file = "example.org.new.private"\ned25519_selector = "old"\ned25519_key_file = "e"',
    ],
  ])('%j', (lines, edited) => {
    const rest = '\n[dns] # of selector\ntimeout_ms = 300\n'
    expect(editSettings(settings(lines, rest), 'key_file', change)).toBe(settings(edited, rest))
  })
  it('that are of the other key', () => {
    const lines = (selector: string, file: string) =>
      settings(
        `selector = "old"\nkey_file = "k"\ned25519_selector = "${selector}"\ned25519_key_file = "${file}"`,
      )
    expect(editSettings(lines('old', 'e'), 'ed25519_key_file', change)).toBe(
      lines('new', 'example.org.new.private'),
    )
  })
  it.each([
    ['in another spelling', 'signing.selector = "old"', 'key_file = "/keys/old.pem"'],
    ['in several lines', '', 'selector = """old"""\nkey_file = "/keys/old.pem"'],
    ['of another selector', '', 'selector = "older"\nkey_file = "/keys/old.pem"'],
    ['with mistakes', '', 'selector = "old"\nkey_file = "/keys/old.pem"\nfrob = 1'],
    [
      'that only look so',
      '',
      'headers = ["""\nselector = "old"\n""", "x"]\nselector = "old"\nkey_file = "/keys/old.pem"',
    ],
  ])('%s are left alone', (_what, top, lines) => {
    const text = top === '' ? settings(lines) : `${top}\n[signing]\n${lines}\n`
    expect(editSettings(text, 'key_file', change)).toBeUndefined()
  })
})

describe('a file', () => {
  let desk: Desk
  beforeEach(() => {
    desk = new Desk()
  })
  afterEach(() => desk.clear())

  it('keeps its mode and its place behind a link', () => {
    const file = desk.write('real', 'old')
    chmodSync(file, 0o640)
    const link = path.join(desk.directory, 'link')
    symlinkSync('real', link)
    expect(editFile(link, (text) => `${text}, new`)).toEqual({ ok: true })
    expect(readFileSync(file, 'utf8')).toBe('old, new')
    expect(statSync(file).mode & 0o777).toBe(0o640)
  })
  it('that cannot be edited stays as it is', () => {
    const file = desk.write('real', 'old')
    expect(editFile(file, () => undefined)).toMatchObject({ ok: false, isByHand: true })
    expect(readFileSync(file, 'utf8')).toBe('old')
  })
  it('that is not there is a value', () => {
    const file = path.join(desk.directory, 'nix')
    expect(editFile(file, (text) => text)).toMatchObject({
      ok: false,
      isByHand: false,
      message: expect.stringContaining(file),
    })
  })
})
