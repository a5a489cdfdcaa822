// New keys, for people and for programs: where each is, what to publish, and what to do then.

import { formatKeyZoneLine, type KeyAlgorithm, keyRecordName } from '@postern/dkim'
import { hangText } from './text-wrap.ts'

export interface NewKey {
  readonly domain: string
  readonly selector: string
  readonly algorithm: KeyAlgorithm
  readonly bits: number
  readonly fingerprint: string
  /** As it was written; the way to it counts from where the command runs. */
  readonly file: string
  /** From the root. */
  readonly path: string
  /** The text to publish. */
  readonly record: string
}

export const nameKey = (algorithm: KeyAlgorithm, bits: number): string =>
  algorithm === 'rsa' ? `RSA with ${bits} bits` : 'Ed25519'

export function formatNewKeys(keys: readonly NewKey[]): string {
  return `${keys.map(formatNewKey).join('\n')}\n${formatNextSteps(keys)}`
}

function formatNewKey(key: NewKey): string {
  const { algorithm, bits, fingerprint, file, selector, domain, record } = key
  const name = keyRecordName(selector, domain)
  return `${nameKey(algorithm, bits)}, ${fingerprint}
Private key: ${file} (mode 0600)

As lines for the zone:

${formatKeyZoneLine(name, record)}

In the form of a DNS provider:

Name:  ${name}
       (${selector}._domainkey, where the form appends ${domain} itself)
Type:  TXT
Value, all on one line and without quotes:

${record}
`
}

function formatNextSteps(keys: readonly NewKey[]): string {
  const [first] = keys
  if (first === undefined) return ''
  const { domain } = first
  const tests = keys.map(
    ({ selector, path }) => `     postern dkim testkey -d ${domain} -s ${selector} -k ${path}\n`,
  )
  return [
    'What to do now:\n\n',
    hangText(
      '  1. ',
      `Publish the ${keys.length === 1 ? 'record' : 'records'}, and ask what the DNS serves:`,
    ),
    '\n',
    ...tests,
    '\n',
    hangText(
      '  2. ',
      'When that says that all is well, switch signing on in postern.toml and reload the milter, whose user has to own the key:',
    ),
    '\n',
    ...settingsFor(keys).map((line) => `     ${line}\n`),
  ].join('')
}

function settingsFor(keys: readonly NewKey[]): string[] {
  const [first, second] = keys
  return [
    '[signing]',
    `domains = ["${first!.domain}"]`,
    `selector = "${first!.selector}"`,
    `key_file = ${JSON.stringify(first!.path)}`,
    ...(second === undefined
      ? []
      : [`ed25519_selector = "${second.selector}"`, `ed25519_key_file = ${JSON.stringify(second.path)}`]),
  ]
}

/** The shape is documented in README.md. */
export function jsonOfNewKeys(keys: readonly NewKey[]) {
  return {
    keys: keys.map(({ domain, selector, algorithm, bits, fingerprint, path, record }) => {
      const name = keyRecordName(selector, domain)
      return {
        domain,
        selector,
        algorithm,
        bits,
        fingerprint,
        file: path,
        name,
        record,
        zoneLine: formatKeyZoneLine(name, record),
      }
    }),
  }
}
