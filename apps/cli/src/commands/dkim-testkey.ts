import path from 'node:path'
import type { Dns } from '@postern/daemon'
import { diagnoseKey, type KeyFinding, readSigningKey, type SigningKey } from '@postern/dkim'
import type { Settings } from '@postern/settings'
import { findSettings } from '@postern/settings/file'
import {
  complain,
  configOption,
  defineCommand,
  dnsOption,
  type ExitStatus,
  exit,
  jsonOption,
  printJson,
} from '../command.ts'
import { readKeyFile } from '../dkim-key-file.ts'
import { lookupKey } from '../dkim-lookup.ts'
import { domainOption, readDomain, readSelector, selectorOption } from '../dkim-names.ts'
import { keysOfSettings } from '../dkim-settings-keys.ts'
import {
  type FileProblem,
  formatTestedKey,
  isWell,
  jsonOfTestedKey,
  type TestedKey,
} from '../dkim-testkey-answer.ts'
import { openDnsAt } from '../dns-access.ts'

export const dkimTestkey = defineCommand({
  arguments: [],
  options: {
    ...domainOption,
    ...selectorOption,
    key: { type: 'string', short: 'k', value: 'FILE', summary: 'the private key' },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Compares what the DNS serves with the private key, and says what is wrong: record missing, truncated, wrapped in quotes, of another
key, revoked, in test mode, at the wrong name, and so on. Says too who else could read the key's file. With --key it is
that key under --domain and --selector. Without it, every key of the settings ([signing]), or those of --domain and
--selector; a selector that the settings do not have is examined without its key.
Exit status: 0 receivers can verify with every key (there may be warnings), 1 they cannot, 2 a mistake on the command line or in the
settings, 3 the DNS did not answer.`,
  examples: [
    'dkim testkey',
    'dkim testkey -d example.org -s 202611 -k /etc/postern/keys/example.org.202611.private',
    'dkim testkey -d example.org -s 202611 --dns 192.0.2.53',
  ],
  async run({ options }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { settings, path: configPath } = found
    const directory = configPath === undefined ? io.cwd : path.dirname(configPath)
    const read = readSubjects(options, { settings, directory, cwd: io.cwd })
    if (!read.ok) return complain(io, read.message)
    const opened = openDnsAt(settings, options.dns)
    if (!opened.ok) return complain(io, opened.message)
    try {
      const tested: TestedKey[] = []
      for (const subject of read.subjects) tested.push(await testKey(subject, opened.dns))
      const status = statusOf(tested)
      if (options.json) await printJson(io, { status, keys: tested.map(jsonOfTestedKey) })
      else await io.stdout.write(tested.map(formatTestedKey).join('\n'))
      for (const note of read.notes) complain(io, note)
      return status
    } finally {
      opened.dns.close()
    }
  },
})

interface Subject {
  readonly domain: string
  readonly selector: string
  readonly key: SigningKey | undefined
  readonly file: string | undefined
  readonly fileProblems: readonly FileProblem[]
}

type ReadSubjects =
  | { readonly ok: true; readonly subjects: readonly Subject[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly message: string }

interface TestkeyValues {
  readonly domain?: string | undefined
  readonly selector?: string | undefined
  readonly key?: string | undefined
}

interface Surroundings {
  readonly settings: Settings
  /** Relative paths of the settings count from here. */
  readonly directory: string
  readonly cwd: string
}

/** What is to be tested. */
function readSubjects(values: TestkeyValues, around: Surroundings): ReadSubjects {
  const domain =
    values.domain === undefined && values.key === undefined ? undefined : readDomain(values.domain)
  if (domain?.ok === false) return domain
  const selector =
    values.selector === undefined && values.key === undefined ? undefined : readSelector(values.selector)
  if (selector?.ok === false) return selector
  if (values.key !== undefined && domain && selector) {
    const key = readFile(path.resolve(around.cwd, values.key), around.settings)
    return { ok: true, subjects: [{ domain: domain.name, selector: selector.name, ...key }], notes: [] }
  }
  const found = keysOfSettings(around.settings, around.directory)
  if (!found.ok) return found
  const subjects: Subject[] = []
  for (const { domains, selector: own, key, file } of found.keys) {
    if (selector !== undefined && own !== selector.name) continue
    const wanted = domains.filter((each) => domain === undefined || each === domain.name)
    if (wanted.length === 0) continue
    const data = key.kind === 'inline' ? readInline(key.text) : readFile(file!, around.settings)
    for (const each of wanted) subjects.push({ domain: each, selector: own, ...data })
  }
  if (subjects.length > 0) return { ok: true, subjects, notes: found.notes }
  if (domain !== undefined && selector !== undefined) {
    const alone = { domain: domain.name, selector: selector.name, key: undefined, file: undefined }
    return {
      ok: true,
      subjects: [{ ...alone, fileProblems: [] }],
      notes: [
        'the settings have no such key, so that the record was examined by itself: --key FILE compares it',
      ],
    }
  }
  const of = domain === undefined ? '' : ` for ${domain.name}`
  return { ok: false, message: `the settings have no key${of}: say --domain, --selector and --key` }
}

type KeyData = Pick<Subject, 'key' | 'file' | 'fileProblems'>

function readFile(file: string, { signing }: Settings): KeyData {
  const read = readKeyFile(file)
  if (!read.ok) {
    const message = `${read.message}.`
    return { key: undefined, file, fileProblems: [{ severity: 'error', message }] }
  }
  // The milter does not touch such a key, unless told.
  const severity = signing.require_safe_keys ? 'error' : 'warning'
  const fileProblems = read.unsafe.map((problem) => ({ severity, message: `${problem}.` }) as const)
  return { key: read.key, file, fileProblems }
}

function readInline(text: string): KeyData {
  const read = readSigningKey(text)
  if (read.ok) return { key: read.value, file: undefined, fileProblems: [] }
  const message = `The key in the key table is of no use (${read.error.code}).`
  return { key: undefined, file: undefined, fileProblems: [{ severity: 'error', message }] }
}

async function testKey(subject: Subject, { resolver, newBudget }: Dns): Promise<TestedKey> {
  const found = await lookupKey(subject, resolver, { budget: newBudget() })
  const { answer } = found
  const texts = answer.kind === 'records' ? answer.records.map((strings) => strings.join('')) : []
  return { ...subject, texts, findings: diagnoseKey({ ...subject, ...found }) }
}

function statusOf(tested: readonly TestedKey[]): ExitStatus {
  const bad = tested.filter((each) => !isWell(each))
  if (bad.length === 0) return exit.ok
  const isUnknown = ({ findings, fileProblems }: TestedKey) =>
    fileProblems.every(({ severity }) => severity !== 'error') && findings.filter(isError).every(isUnanswered)
  return bad.every(isUnknown) ? exit.temporary : exit.failed
}

const isError = ({ severity }: KeyFinding): boolean => severity === 'error'
const isUnanswered = ({ code }: KeyFinding): boolean => code === 'not-looked-up'
