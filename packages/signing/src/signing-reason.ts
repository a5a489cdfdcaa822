// Sentences for people about a decision. Where opendkim has a line for the same thing, its words are kept, so that what
// people search their logs for goes on being found.
import type { HeaderMailbox } from './header-mailbox.ts'
import type { ClientFacts } from './host-list.ts'
import type { OriginReason, SigningDecision, VerifyReason } from './signing-policy.ts'

/** One line: what is done and why. Control characters of the message come out as `?`. */
export function formatSigningReason(decision: SigningDecision): string {
  switch (decision.action) {
    case 'sign': {
      const keys = decision.keys.map(({ domain, selector }) => `s=${selector}, d=${domain}`).join('; ')
      const { unknownKeys } = decision
      const missing = unknownKeys.length > 0 ? `; ${unknownKeyPhrase(unknownKeys)}` : ''
      return clean(`signed (${keys}): ${formatOrigin(decision.because)}${missing}`)
    }
    case 'no-key': {
      const { sender, unknownKeys, because } = decision
      const what = unknownKeys.length > 0 ? unknownKeyPhrase(unknownKeys) : 'no key is configured'
      return clean(`not signed for '${formatAddress(sender)}': ${what} (${formatOrigin(because)})`)
    }
    case 'skip':
      return clean(
        `neither signed nor verified: ${formatClient(decision.client)} is listed as a peer (${decision.entry})`,
      )
    case 'verify':
      return clean(`not signed: ${decision.why.map(formatWhy).join('; ')}`)
  }
}

/** opendkim's warning about mail as one of our domains from outside. */
export const formatExternalSender = ({ client, domain }: { client: ClientFacts; domain: string }): string =>
  clean(`external host ${client.name ?? client.address?.text ?? 'unknown'} attempted to send as ${domain}`)

const unknownKeyPhrase = (names: readonly string[]): string =>
  names.map((name) => `signing table references unknown key '${name}'`).join('; ')

function formatOrigin(origin: OriginReason): string {
  switch (origin.code) {
    case 'local-submission':
      return 'submitted on this host'
    case 'authenticated':
      return `authenticated as '${origin.user}'`
    case 'internal-host':
      return `${formatClient(origin.client)} is internal (${origin.entry})`
    case 'macro':
      return `macro {${origin.name}} is '${origin.value}'`
  }
}

function formatWhy(reason: VerifyReason): string {
  switch (reason.code) {
    case 'no-author':
      return "can't determine message sender"
    case 'no-signing-domain':
      return `no signing ${reason.subdomains ? 'domain or subdomain' : 'domain'} match for '${reason.domain}'`
    case 'no-signing-table-match':
      return `no signing table match for '${formatAddress(reason.sender)}'`
    case 'not-internal':
      return `${formatClient(reason.client)} not internal`
    case 'not-authenticated':
      return 'not authenticated'
    case 'authentication-not-counted':
      return `authenticated as '${reason.user}', which is not counted (sign_authenticated)`
    case 'no-macro-match':
      return `no macros match (${reason.macros.map((name) => `{${name}}`).join(' ')})`
  }
}

const formatAddress = ({ localPart, domain }: HeaderMailbox): string => `${localPart}@${domain}`

/** opendkim's form: `mx.example.org [192.0.2.1]`. */
const formatClient = ({ name, address }: ClientFacts): string =>
  `${name ?? 'unknown'} [${address?.text ?? 'unknown'}]`

const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
