import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseIp } from '@postern/addr'
import { generateKey } from '@postern/dkim'
import { formatProblems, loadSettings } from '@postern/settings'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSigningSetup } from '../src/signing-setup.ts'

let directory = ''
beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'signing-'))
  for (const algorithm of ['rsa', 'ed25519'] as const)
    write(`${algorithm}.private`, (await generateKey({ algorithm, bits: 1024 })).privateKeyPem)
})
afterEach(() => rmSync(directory, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(path.join(directory, name), text, { mode: 0o600 })

function setupOf(toml: string) {
  const loaded = loadSettings(`[signing]\n${toml}`)
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'test').join('\n'))
  return createSigningSetup({ settings: loaded.settings, directory })
}

const local = parseIp('127.0.0.1')
const client = { address: local.ok ? local.value : undefined, name: 'localhost' }
const from = (localPart: string, domain: string) => ({ from: [{ localPart, domain }], client })

describe('what is signed with which keys', () => {
  it('a domain with two keys, RSA first', () => {
    const { policy, keyOf, keys } = setupOf(`
domains = ["example.org"]
ed25519_selector = "e"
ed25519_key_file = "ed25519.private"
selector = "r"
key_file = "rsa.private"`)
    expect(keys).toBe(2)
    const decision = policy.decide(from('ann', 'example.org'))
    if (decision.action !== 'sign') throw new Error(decision.action)
    const found = decision.keys.map((choice) => [choice.selector, keyOf(choice)] as const)
    expect(found).toMatchObject([
      ['r', { ok: true, key: { algorithm: 'rsa' } }],
      ['e', { ok: true, key: { algorithm: 'ed25519' } }],
    ])
  })

  it('tables, whose paths count from the settings file', () => {
    write('key.table', `org example.org:s1:${directory}/rsa.private\n`)
    write('signing.table', '*@example.org org\n')
    const { policy, warnings } = setupOf('key_table = "key.table"\nsigning_table = "refile:signing.table"')
    expect(warnings).toEqual([])
    expect(policy.decide(from('ann', 'example.org'))).toMatchObject({
      action: 'sign',
      keys: [{ domain: 'example.org', selector: 's1' }],
    })
    expect(policy.decide(from('ann', 'example.net'))).toMatchObject({ action: 'verify' })
  })

  it('hosts from a file join those of the settings', () => {
    write('hosts', '# ours\n192.0.2.0/24\n')
    const { policy } = setupOf(
      'domains = ["example.org"]\nselector = "r"\nkey_file = "rsa.private"\ninternal_hosts_file = "hosts"',
    )
    const other = parseIp('192.0.2.9')
    const facts = { ...from('ann', 'example.org'), client: { address: other.ok ? other.value : undefined } }
    expect(policy.decide(facts).action).toBe('sign')
    expect(policy.decide(from('ann', 'example.org')).action).toBe('sign')
  })
})

describe('what is wrong is told, and the rest is in force', () => {
  it('a key that others may read', () => {
    chmodSync(path.join(directory, 'rsa.private'), 0o644)
    const { warnings, keys } = setupOf('domains = ["example.org"]\nselector = "r"\nkey_file = "rsa.private"')
    expect(keys).toBe(0)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]!.problem).toMatch(/^key data is not secure: .*rsa\.private.*\(mode 0644\): chmod 600/)
  })
  it('unless it need not be secure', () => {
    chmodSync(path.join(directory, 'rsa.private'), 0o644)
    const { warnings, keys } = setupOf(
      'domains = ["example.org"]\nselector = "r"\nkey_file = "rsa.private"\nrequire_safe_keys = false',
    )
    expect({ keys, warnings }).toEqual({ keys: 1, warnings: [] })
  })
  it('a key too short for anybody to take', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 })
    write('short.private', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    chmodSync(path.join(directory, 'short.private'), 0o600)
    const { warnings, keys } = setupOf(
      'domains = ["example.org"]\nselector = "r"\nkey_file = "short.private"',
    )
    expect(keys).toBe(0)
    expect(warnings.map(({ problem }) => problem)).toEqual([
      `${directory}/short.private is an RSA key of 512 bits: 1024 are the least that anybody takes`,
    ])
  })
  it.each([
    ['key_file = "missing"', /^there is no key file/],
    ['key_file = "key.table"', /key\.table/],
  ])('%s', (line, problem) => {
    write('key.table', 'nonsense\n')
    const { warnings } = setupOf(`domains = ["example.org"]\nselector = "r"\n${line}`)
    expect(warnings.map((warning) => warning.problem)).toEqual([expect.stringMatching(problem)])
  })
  it('rows of tables, each with its line, and files that are not there', () => {
    write('key.table', `org example.org:s1:${directory}/rsa.private\nbroken\n`)
    write('signing.table', '*@example.org org\n*@example.net net\n')
    const { warnings, policy } = setupOf(
      'key_table = "key.table"\nsigning_table = "refile:signing.table"\ninternal_hosts_file = "missing"\ninternal_hosts = ["127.0.0.1", "*.example"]',
    )
    expect(warnings.map(({ file, line }) => `${path.basename(file)}:${line}`).sort()).toEqual([
      'internal_hosts:undefined',
      'key.table:2',
      'missing:undefined',
      'signing.table:2',
    ])
    expect(policy.decide(from('ann', 'example.org')).action).toBe('sign')
  })
})
