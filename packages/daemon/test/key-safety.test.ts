import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatSafetyProblem, unsafeParts } from '../src/key-safety.ts'

let directory = ''
let key = ''
const who = { uid: process.getuid!(), gid: process.getgid!() }

beforeEach(() => {
  directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'key-')))
  mkdirSync(path.join(directory, 'keys'), { mode: 0o755 })
  key = path.join(directory, 'keys', 'mail.private')
  writeFileSync(key, 'secret', { mode: 0o600 })
})
afterEach(() => rmSync(directory, { recursive: true }))

const codes = () => unsafeParts(key, who).map(({ code, path: at }) => [code, at])

describe('a key file', () => {
  it.each([0o600, 0o400, 0o640])('of mode %o that is ours is safe', (mode) => {
    chmodSync(key, mode)
    expect(codes()).toEqual([])
  })
  it.each([
    [0o604, 'others'],
    [0o602, 'others'],
    [0o660, 'group'],
  ])('of mode %o is not', (mode, code) => {
    chmodSync(key, mode)
    expect(codes()).toEqual([[code, key]])
  })
  it.runIf(who.uid === 0)('of somebody else is not, nor one that a group of others may read', () => {
    chownSync(key, 65_534, 65_534)
    chmodSync(key, 0o640)
    expect(codes()).toEqual([
      ['owner', key],
      ['group', key],
    ])
  })
  it('in a directory that others may write into is not', () => {
    chmodSync(path.dirname(key), 0o777)
    expect(codes()).toEqual([['directory', path.dirname(key)]])
    chmodSync(path.dirname(key), 0o1777)
    expect(codes()).toEqual([])
  })
  it('behind a link is looked at where it is', () => {
    const link = path.join(directory, 'link')
    symlinkSync(key, link)
    chmodSync(key, 0o644)
    expect(unsafeParts(link, who).map(({ path: at }) => at)).toEqual([key])
  })
})

it('each problem names what is at fault and how to mend it', () => {
  const problem = { path: '/k/mail.private', mode: 0o644, uid: 7, gid: 8 }
  expect(formatSafetyProblem({ ...problem, code: 'others' })).toBe(
    '/k/mail.private may be read or changed by anybody (mode 0644): chmod 600 /k/mail.private',
  )
  expect(formatSafetyProblem({ ...problem, code: 'directory', path: '/k' })).toMatch(
    /directory \/k \(mode 0644, owner 7, group 8\).*chmod go-w \/k$/,
  )
})
