import path from 'node:path'
import { readSigningKey, type SignatureRequest, type SigningKey, sign } from '@postern/dkim'
import type { Settings } from '@postern/settings'
import { findSettings } from '@postern/settings/file'
import { complain, configOption, defineCommand, exit } from '../command.ts'
import { readKeyFile } from '../dkim-key-file.ts'
import { formatFields, fromDomains, putAbove, readMessage } from '../dkim-message.ts'
import { domainOption, readDomain, readSelector, selectorOption } from '../dkim-names.ts'
import { keysOfSettings } from '../dkim-settings-keys.ts'
import { parseNumberOption } from '../option-number.ts'

const canonicalizations = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const

export const dkimSign = defineCommand({
  arguments: ['[MESSAGE]'],
  options: {
    ...domainOption,
    ...selectorOption,
    key: {
      type: 'string',
      short: 'k',
      value: 'FILE',
      summary: 'the private key; else those of the settings',
    },
    canonicalization: {
      type: 'string',
      short: 'c',
      value: 'C',
      summary: 'relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple',
    },
    identity: {
      type: 'string',
      short: 'i',
      value: 'ADDRESS',
      summary: 'the user or part of the domain that is signed for (i=)',
    },
    lifetime: { type: 'string', value: 'SECONDS', summary: 'the signature expires after so long (x=)' },
    'header-only': { type: 'boolean', summary: 'print the signature, and not the message' },
    ...configOption,
  },
  details: `
Signs the message in the file MESSAGE, or on standard input, and prints it with its DKIM-Signature on top, in the line ends that it
came in. With --key it is that key, as --selector of --domain. Without it, every key of the settings for the domain, which is
that of From unless --domain says another: RSA first, then Ed25519, then the key table. Which fields are signed and how is
what the settings say ([signing]).
Exit status: 0 done, 1 it cannot be signed, 2 a mistake on the command line or in the settings.`,
  examples: [
    'dkim sign -d example.org -s 202611 -k example.org.202611.private message.eml',
    'dkim sign --header-only < message.eml',
    'dkim sign message.eml | postern dkim verify',
  ],
  async run({ options, args: [named] }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { settings, path: configPath } = found
    const choice = readChoice(options, settings)
    if (!choice.ok) return complain(io, choice.message)
    const read = await readMessage(named, io)
    if (!read.ok) return complain(io, read.message, exit.failed)
    const { message } = read
    const from = fromDomains(message)
    if (from === undefined) return complain(io, 'this is no message: it has no From field', exit.failed)
    const directory = configPath === undefined ? io.cwd : path.dirname(configPath)
    const keys = findKeys(options, { settings, directory, cwd: io.cwd, from })
    if (!keys.ok) return complain(io, keys.message, keys.isUsage ? exit.usage : exit.failed)
    const signatures = keys.keys.map((key) => ({ ...choice.choice, ...key }))
    const fields = await signWith(message, signatures, io.now())
    if (typeof fields === 'string') return complain(io, fields, exit.failed)
    const above = formatFields(fields, message)
    await io.stdout.write(options['header-only'] ? above : putAbove(above, message))
    return exit.ok
  },
})

interface SignValues {
  readonly domain?: string | undefined
  readonly selector?: string | undefined
  readonly key?: string | undefined
  readonly canonicalization?: string | undefined
  readonly identity?: string | undefined
  readonly lifetime?: string | undefined
}

type Choice = Omit<SignatureRequest, 'domain' | 'selector' | 'key'>

type ReadChoice =
  | { readonly ok: true; readonly choice: Choice }
  | { readonly ok: false; readonly message: string }

/** How is signed: as the settings say, but for what the command line does. */
function readChoice(values: SignValues, { signing }: Settings): ReadChoice {
  const lifetime = parseNumberOption('lifetime', values.lifetime, { max: 31_536_000, isWhole: true })
  if (!lifetime.ok) return lifetime
  const named = canonicalizations.find(
    (each) => each === (values.canonicalization ?? signing.canonicalization),
  )
  if (named === undefined)
    return {
      ok: false,
      message: `--canonicalization is one of ${canonicalizations.join(', ')}, not "${values.canonicalization}"`,
    }
  const lifetimeSeconds = lifetime.value ?? signing.lifetime_seconds
  return {
    ok: true,
    choice: {
      canonicalization: named,
      identity: values.identity,
      lifetimeSeconds: lifetimeSeconds > 0 ? lifetimeSeconds : undefined,
      fields: signing.headers.length > 0 ? signing.headers : undefined,
      omitFields: signing.omit_headers,
      oversignFields: signing.oversign_headers,
    },
  }
}

interface NamedKey {
  readonly domain: string
  readonly selector: string
  readonly key: SigningKey
}

type FoundKeys =
  | { readonly ok: true; readonly keys: readonly NamedKey[] }
  | { readonly ok: false; readonly message: string; readonly isUsage: boolean }

interface Surroundings {
  readonly settings: Settings
  readonly directory: string
  readonly cwd: string
  readonly from: readonly string[]
}

function findKeys(values: SignValues, around: Surroundings): FoundKeys {
  const mistake = (message: string): FoundKeys => ({ ok: false, message, isUsage: true })
  const domain =
    values.domain === undefined && values.key === undefined ? undefined : readDomain(values.domain)
  if (domain?.ok === false) return mistake(domain.message)
  const selector =
    values.selector === undefined && values.key === undefined ? undefined : readSelector(values.selector)
  if (selector?.ok === false) return mistake(selector.message)
  if (values.key !== undefined && domain && selector) {
    const read = readKeyFile(path.resolve(around.cwd, values.key))
    if (!read.ok) return { ok: false, message: read.message, isUsage: false }
    return { ok: true, keys: [{ domain: domain.name, selector: selector.name, key: read.key }] }
  }
  return keysForDomain(domain?.name, selector?.name, around)
}

/** The keys of the settings for a domain, or for those of From. */
function keysForDomain(
  domain: string | undefined,
  selector: string | undefined,
  { settings, directory, from }: Surroundings,
): FoundKeys {
  const found = keysOfSettings(settings, directory)
  if (!found.ok) return { ...found, isUsage: true }
  const wanted = domain === undefined ? from : [domain]
  const keys: NamedKey[] = []
  for (const { domains, selector: own, key, file } of found.keys) {
    if (selector !== undefined && own !== selector) continue
    for (const each of domains.filter((name) => wanted.includes(name))) {
      const read = key.kind === 'inline' ? readInline(key.text) : readKeyFile(file!)
      if (!read.ok) return { ok: false, message: read.message, isUsage: false }
      keys.push({ domain: each, selector: own, key: read.key })
    }
  }
  if (keys.length > 0) return { ok: true, keys }
  const message = `the settings have no key for ${wanted.join(', ') || 'the domain of From'}: say --domain, --selector and --key`
  return { ok: false, message, isUsage: false }
}

function readInline(text: string): { ok: true; key: SigningKey } | { ok: false; message: string } {
  const read = readSigningKey(text)
  if (read.ok) return { ok: true, key: read.value }
  return { ok: false, message: `the key in the key table is of no use (${read.error.code})` }
}

/** A sentence when a request cannot be. */
async function signWith(
  message: Buffer,
  signatures: readonly SignatureRequest[],
  now: number,
): Promise<readonly string[] | string> {
  try {
    const fields = await sign(message, { signatures, now })
    return fields.length > 0 ? fields : 'the header is too large to be signed'
  } catch (error) {
    // An identity outside of the domain, a key that is too short.
    if (error instanceof TypeError) return error.message
    throw error
  }
}
