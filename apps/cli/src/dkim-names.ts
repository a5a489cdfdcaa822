// -d and -s, as all commands about DKIM take them.

import { parseHostname } from '@postern/addr'
import { isSelector } from '@postern/signing'

export const domainOption = {
  domain: { type: 'string', short: 'd', value: 'DOMAIN', summary: 'whose mail is signed (d=)' },
} as const

export const selectorOption = {
  selector: {
    type: 'string',
    short: 's',
    value: 'SELECTOR',
    summary: 'name of the key under that domain (s=)',
  },
} as const

export type ReadName =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly message: string }

/** A domain as the DNS has it: lower case, A-labels. */
export function readDomain(text: string | undefined): ReadName {
  if (text === undefined) return { ok: false, message: '--domain (-d) is missing: the domain that signs' }
  const parsed = parseHostname(text, { underscore: true, trailingDot: true })
  if (parsed.ok && parsed.value.includes('.')) return { ok: true, name: parsed.value }
  return { ok: false, message: `--domain is a domain name, not "${text}"` }
}

export function readSelector(text: string | undefined): ReadName {
  if (text === undefined)
    return {
      ok: false,
      message: '--selector (-s) is missing: a name for the key, such as the month, "202611"',
    }
  if (isSelector(text)) return { ok: true, name: text.toLowerCase() }
  return { ok: false, message: `--selector is letters, digits and hyphens, not "${text}"` }
}
