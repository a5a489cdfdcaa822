import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { displayPath, findSettings, findSettingsFile, readSettingsFile } from '../src/file.ts'
import { defaultSettings } from '../src/index.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(path.join(os.tmpdir(), 'postern-settings-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

describe('the settings file', () => {
  it('is the one named, whether it is there or not', () => {
    expect(findSettingsFile('sub/own.toml', cwd)).toBe(path.join(cwd, 'sub/own.toml'))
    expect(findSettingsFile('/x/own.toml', cwd)).toBe('/x/own.toml')
  })
  it('is postern.toml in the directory, unless one is named', () => {
    writeFileSync(path.join(cwd, 'postern.toml'), '[greylist]\ndelay_seconds = 7\n')
    const found = findSettings(undefined, cwd)
    expect(found).toMatchObject({ path: path.join(cwd, 'postern.toml') })
    expect(found.ok && found.settings.greylist.delay_seconds).toBe(7)
  })
  it('need not be there', () => {
    expect(readSettingsFile(undefined, cwd)).toEqual({ ok: true, settings: defaultSettings() })
  })
  it('is named with each mistake, as the reader knows it', () => {
    writeFileSync(path.join(cwd, 'own.toml'), '[log]\nlevel = "warning"\n[dns]\nattempts = 0\n')
    expect(findSettings('own.toml', cwd)).toEqual({
      ok: false,
      messages: [
        expect.stringMatching(/^own\.toml:2:9: \[log\] level must be /),
        expect.stringMatching(/^own\.toml:4:12: \[dns\] attempts must be /),
      ],
    })
    expect(displayPath('/etc/postern/postern.toml', cwd)).toBe('/etc/postern/postern.toml')
  })
  it('that cannot be read is a mistake like others', () => {
    mkdirSync(path.join(cwd, 'folder'))
    const cases = [
      ['gone.toml', `there is no file ${cwd}/gone.toml`],
      ['folder', `${cwd}/folder is a directory`],
    ] as const
    for (const [name, message] of cases)
      expect(readSettingsFile(path.join(cwd, name), cwd)).toEqual({
        ok: false,
        problems: [{ line: 1, column: 1, path: '', code: 'syntax', message }],
        messages: [message],
      })
  })
})
