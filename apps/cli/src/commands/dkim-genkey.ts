import { unlinkSync } from 'node:fs'
import path from 'node:path'
import {
  type GenerateKeyOptions,
  generateKey,
  type KeyAlgorithm,
  keyFingerprint,
  publicHalf,
  readSigningKey,
} from '@postern/dkim'
import { displayPath } from '@postern/settings/file'
import { complain, defineCommand, exit, jsonOption, printJson } from '../command.ts'
import { formatNewKeys, jsonOfNewKeys, type NewKey } from '../dkim-genkey-answer.ts'
import { keyFileName, writeKeyFile } from '../dkim-key-file.ts'
import { domainOption, readDomain, readSelector, selectorOption } from '../dkim-names.ts'
import { parseNumberOption } from '../option-number.ts'

const tagOptions = {
  'test-mode': {
    type: 'boolean',
    short: 't',
    summary: 'the record says that the domain tries DKIM out (t=y)',
  },
  'no-subdomains': {
    type: 'boolean',
    short: 'S',
    summary: 'the record says that the key is for the domain itself only (t=s)',
  },
  'hash-algorithms': {
    type: 'string',
    value: 'LIST',
    summary: 'hashes that the record allows (h=), e.g. sha256; else any',
  },
  note: { type: 'string', short: 'n', value: 'TEXT', summary: 'a remark in the record (n=)' },
} as const

export const dkimGenkey = defineCommand({
  arguments: [],
  options: {
    ...domainOption,
    ...selectorOption,
    bits: { type: 'string', short: 'b', value: 'N', summary: 'of an RSA key; else 2048' },
    ed25519: { type: 'boolean', summary: 'make an Ed25519 key instead of an RSA one' },
    both: { type: 'boolean', summary: 'make one of each, SELECTOR-rsa and SELECTOR-ed25519' },
    directory: {
      type: 'string',
      short: 'D',
      value: 'DIR',
      summary: 'where the private key is put; else here',
    },
    ...tagOptions,
    ...jsonOption,
  },
  details: `
Makes a private key to sign mail of DOMAIN with, in the file DOMAIN.SELECTOR.private, which nobody else can read, and prints the TXT
record that publishes the key: as lines for a zone file and as one string for the form of a provider. A file that is there is
never written over. RSA with 2048 bits is what all receivers verify; several, Gmail among them, do not verify Ed25519, so
that is to stand beside an RSA key (--both), if at all.
Exit status: 0 done, 1 the file cannot be written, 2 a mistake on the command line.`,
  examples: [
    'dkim genkey -d example.org -s 202611',
    'dkim genkey -d example.org -s 202611 --both -D /etc/postern/keys',
    'dkim genkey -d example.org -s test -b 3072 --test-mode --hash-algorithms sha256',
  ],
  async run({ options }, io) {
    const domain = readDomain(options.domain)
    if (!domain.ok) return complain(io, domain.message)
    const selector = readSelector(options.selector)
    if (!selector.ok) return complain(io, selector.message)
    const plan = readPlan(options)
    if (!plan.ok) return complain(io, plan.message)
    const directory = path.resolve(io.cwd, options.directory ?? '.')
    const keys: NewKey[] = []
    for (const { suffix, ...wanted } of plan.wanted) {
      const names = { domain: domain.name, selector: `${selector.name}${suffix}` }
      const made = await makeKey(wanted, { ...names, directory, cwd: io.cwd })
      if (made.ok) keys.push(made.key)
      else {
        // One key of two is not what was asked for, and would be in the way next time.
        for (const key of keys) unlinkSync(key.path)
        return complain(io, made.message, exit.failed)
      }
    }
    if (options.json) await printJson(io, jsonOfNewKeys(keys))
    else await io.stdout.write(formatNewKeys(keys))
    for (const remark of remarksOn(keys, options)) complain(io, remark)
    return exit.ok
  },
})

interface GenkeyValues {
  readonly bits?: string | undefined
  readonly ed25519?: boolean | undefined
  readonly both?: boolean | undefined
  readonly 'test-mode'?: boolean | undefined
  readonly 'no-subdomains'?: boolean | undefined
  readonly 'hash-algorithms'?: string | undefined
  readonly note?: string | undefined
}

type Wanted = GenerateKeyOptions & { readonly suffix: string }

type Plan =
  | { readonly ok: true; readonly wanted: readonly Wanted[] }
  | { readonly ok: false; readonly message: string }

/** What every RSA key of this library may have. */
const [leastBits, mostBits] = [1024, 8192]

function readPlan(options: GenkeyValues): Plan {
  const refuse = (message: string): Plan => ({ ok: false, message })
  if (options.ed25519 && options.both) return refuse('--ed25519 and --both exclude each other')
  if (options.ed25519 && options.bits !== undefined)
    return refuse('--bits is for RSA keys: an Ed25519 key has 256 bits')
  const bits = parseNumberOption('bits', options.bits, { max: mostBits, isWhole: true })
  if (!bits.ok) return refuse(bits.message)
  if (bits.value !== undefined && bits.value < leastBits)
    return refuse(`--bits is ${leastBits} at least: receivers take no signature of a shorter key (RFC 8301)`)
  const hashes = readHashes(options['hash-algorithms'])
  if (hashes === 'bad')
    return refuse(
      `--hash-algorithms is a list such as sha256, with sha256 in it, not "${options['hash-algorithms']}"`,
    )
  if (options.note !== undefined && !/^[!-:<-~]([ -:<-~]*[!-:<-~])?$/.test(options.note))
    return refuse('--note is printable ASCII without semicolons')
  const tags = {
    hashes,
    testing: options['test-mode'],
    strict: options['no-subdomains'],
    notes: options.note,
  }
  const rsa = { algorithm: 'rsa', bits: bits.value, ...tags } as const
  const ed25519 = { algorithm: 'ed25519', ...tags } as const
  if (options.both)
    return {
      ok: true,
      wanted: [
        { ...rsa, suffix: '-rsa' },
        { ...ed25519, suffix: '-ed25519' },
      ],
    }
  return { ok: true, wanted: [{ ...(options.ed25519 ? ed25519 : rsa), suffix: '' }] }
}

/** RFC 8301 §3.1: without sha256 nobody could sign. */
function readHashes(text: string | undefined): readonly string[] | undefined | 'bad' {
  if (text === undefined) return undefined
  const words = text.toLowerCase().split(/[:,]/)
  const areWords = words.every((word) => /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(word))
  return areWords && words.includes('sha256') ? words : 'bad'
}

interface Place {
  readonly domain: string
  readonly selector: string
  readonly directory: string
  readonly cwd: string
}

type Made = { readonly ok: true; readonly key: NewKey } | { readonly ok: false; readonly message: string }

async function makeKey(
  options: GenerateKeyOptions,
  { domain, selector, directory, cwd }: Place,
): Promise<Made> {
  const { privateKeyPem, record } = await generateKey(options)
  const file = path.join(directory, keyFileName(domain, selector))
  const written = writeKeyFile(file, privateKeyPem)
  if (!written.ok) return written
  const read = readSigningKey(privateKeyPem)
  if (!read.ok) throw new Error(`a key that was just made is ${read.error.code}`)
  const { algorithm, bits } = read.value
  const fingerprint = keyFingerprint(publicHalf(read.value))
  const key: NewKey = {
    domain,
    selector,
    algorithm,
    bits,
    fingerprint,
    file: displayPath(file, cwd),
    path: file,
    record,
  }
  return { ok: true, key }
}

function remarksOn(keys: readonly NewKey[], options: GenkeyValues): string[] {
  const has = (algorithm: KeyAlgorithm) => keys.some((key) => key.algorithm === algorithm)
  const remarks: string[] = []
  for (const { algorithm, bits } of keys)
    if (algorithm === 'rsa' && bits < 2048) remarks.push(`${bits} bits are few: RFC 8301 advises 2048`)
  if (has('ed25519') && !has('rsa'))
    remarks.push('Gmail and others do not verify Ed25519: sign with an RSA key as well (--both)')
  if (options.both)
    remarks.push(
      'Gmail and others do not verify Ed25519 and report that signature as failed; the RSA one counts',
    )
  if (options['test-mode'])
    remarks.push(
      'the record says t=y: take that out when all is well, or receivers may ignore the signatures',
    )
  return remarks
}
