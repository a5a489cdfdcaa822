// Domains and selectors as signatures have them: A-labels, or in an internationalized header U-labels in UTF-8 (RFC 8616 §5).
import { parseHostname } from '@postern/addr'
import { isQueryName } from '@postern/dns'
import type { ByteString } from '@postern/message'

const NOT_ASCII = /[\x80-\xff]/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Octets read as UTF-8; undefined where they are not. */
function readUtf8(octets: ByteString): string | undefined {
  if (!NOT_ASCII.test(octets)) return octets
  try {
    return decoder.decode(Buffer.from(octets, 'latin1'))
  } catch {
    // The decoder reports what is not UTF-8 by exceptions.
    return undefined
  }
}

/** The same, where octets that are not UTF-8 come out as one character for each. */
export const readText = (octets: ByteString): string => readUtf8(octets) ?? octets

/** A name with any number of labels, in lower case and A-labels. */
export function readName(value: ByteString): string | undefined {
  const text = readUtf8(value)
  const name = text === undefined ? undefined : parseHostname(text, { underscore: true })
  return name?.ok ? name.value : undefined
}

/**
 * d=, and what follows the @ of i=: `sub-domain 1*("." sub-domain)`, so two labels at least. Underscores are let pass, as the
 * DNS has them.
 */
export function readDomain(value: ByteString): string | undefined {
  const name = readName(value)
  return name?.includes('.') ? name : undefined
}

// sub-domain *( "." sub-domain ), with the underscores that many have, and hyphens anywhere.
const SELECTOR = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

/** s=: any labels, of digits alone too. */
export function readSelector(value: ByteString): string | undefined {
  if (SELECTOR.test(value)) return isQueryName(value) ? value.toLowerCase() : undefined
  return NOT_ASCII.test(value) ? readName(value) : undefined
}

/** Where the key of a signature is published: RFC 6376 §3.6.2.1. */
export const keyRecordName = (selector: string, domain: string): string => `${selector}._domainkey.${domain}`

/** Whether a domain is another one or below it. */
export const isWithin = (domain: string, parent: string): boolean =>
  domain === parent || domain.endsWith(`.${parent}`)
