// How to mend a greeting, for the administrator who sent it: the one sentence that fits what the greeting gives away.
import type { HeloHit } from './subject.ts'

// RFC 6762 §3 and appendix G (.local and its cousins), RFC 2606 §2 and RFC 6761 §6 (reserved), RFC 8375 (home.arpa),
// and what installers and administrators made up. None of them can be looked up from outside.
const INTERNAL_SUFFIXES = new Set(
  'corp domain example home home.arpa internal intranet invalid lan local localdomain localhost localnet priv private test workgroup'.split(
    ' ',
  ),
)

/** Whether no other network can look the name up: one label, or a suffix that is for private use or reserved. */
export function isInternalName(name: string): boolean {
  const lower = name.toLowerCase().replace(/\.$/, '')
  const top = lower.lastIndexOf('.')
  if (top < 0) return true
  const second = lower.lastIndexOf('.', top - 1)
  return INTERNAL_SUFFIXES.has(lower.slice(top + 1)) || INTERNAL_SUFFIXES.has(lower.slice(second + 1))
}

const EXCHANGE = 'the FQDN of the Send connector (Exchange)'
const POSTFIX = 'myhostname or smtp_helo_name (Postfix)'
const EXIM = 'primary_hostname (Exim)'
const SENDMAIL = 'confDOMAIN_NAME (Sendmail)'

/** Where the name of a mail server is set, for the software that such a greeting comes from. */
function whereToChange(name: string): string {
  const lower = name.toLowerCase()
  // Names that Windows Setup and Exchange guides give to machines.
  if (/^win-[0-9a-z]{8,}|exch|^ex[0-9]|-ex[0-9]|sbs|^dc[0-9]/.test(lower)) return EXCHANGE
  // Names that Unix systems have until somebody changes them.
  if (/^localhost(?:$|\.)|\.localdomain\.?$/.test(lower)) return `${POSTFIX}, ${EXIM} or ${SENDMAIL}`
  return `${EXCHANGE}, ${POSTFIX} or ${EXIM}`
}

/** What is to be done about the hit. Whole sentences in ASCII; `name` is safe to print. */
export function adviseOn(hit: HeloHit, name: string): string {
  switch (hit.rule) {
    case 'missing-helo':
      return 'A mail server has to send EHLO or HELO with its public host name first.'
    case 'bare-ip':
      return 'Send the public host name of your mail server, or put the address in brackets as RFC 5321 section 4.1.3 has it.'
    case 'literal-not-client':
      return 'Send the public host name of your mail server, or the address it connects from.'
    case 'own-name':
      return 'Send the public host name of your own mail server.'
    case 'ptr-mismatch':
      return 'Send the name that the PTR record of your address has.'
    case 'dynamic-name':
      return "Send mail through your provider's server, or from an address with a PTR record of your own."
    case 'not-forward-confirmed':
      return hit.temporary
        ? TRY_AGAIN
        : 'Send a host name whose A or AAAA record is the address you connect from.'
    case 'unknown-hostname':
      if (hit.temporary) return TRY_AGAIN
      if (hit.reason === 'bad-literal') return LITERAL
      return isInternalName(name)
        ? changeInternal(name)
        : 'Send a host name that has an A, AAAA or MX record.'
    case 'non-fqdn-hostname':
      if (hit.reason === 'bad-literal') return LITERAL
      return hit.reason === 'single-label' ? changeInternal(name) : HOSTNAME
    case 'invalid-hostname':
      return hit.reason === 'bad-literal' ? LITERAL : HOSTNAME
  }
}

const TRY_AGAIN =
  'Nothing needs to be changed if the DNS of your domain is in order; your server will try again.'
const LITERAL =
  'Send the public host name of your mail server, or a literal such as [192.0.2.1] or [IPv6:2001:db8::1].'
const HOSTNAME = 'Send the public host name of your mail server, such as mail.example.com.'

const changeInternal = (name: string): string =>
  `Have your mail server send its public host name: change ${whereToChange(name)}.`
