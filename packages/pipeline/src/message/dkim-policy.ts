// What the settings make of the DKIM results of a message.

import { formatDkimReason, type SignatureResult, type Verification } from '@postern/dkim'
import { fitReply } from '@postern/smtp-reply'

export type DkimAction = 'accept' | 'tempfail' | 'reject' | 'discard' | 'quarantine'

/** The part of `[dkim]` that says what results lead to. */
export interface DkimActions {
  readonly on_bad_signature: DkimAction
  readonly on_no_signature: DkimAction
  readonly on_dns_error: DkimAction
  readonly on_key_not_found: DkimAction
  readonly on_signature_error: DkimAction
  readonly on_security: DkimAction
}

/** How a message stands: `pass` when any signature is good, else what is wrong with the one that came nearest. */
export type DkimStanding =
  | 'pass'
  | 'no_signature'
  | 'dns_error'
  | 'bad_signature'
  | 'key_not_found'
  | 'security'
  | 'signature_error'

/** What is to be done with a message once all of it is there. */
export type MessageVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'quarantine'; readonly reason: string }
  | { readonly kind: 'reply'; readonly code: number; readonly enhanced: string; readonly text: string }

export const acceptMessage: MessageVerdict = { kind: 'accept' }

/** From the nearest to a pass: what may pass later, what was a signature once, what never can be. */
const order: readonly DkimStanding[] = [
  'dns_error',
  'bad_signature',
  'key_not_found',
  'security',
  'signature_error',
  'no_signature',
]

const standingOf = ({ result, reason, key }: SignatureResult): DkimStanding => {
  // RFC 6376 §3.6.1: a domain that is testing (t=y) is not to be worse off than one that does not sign.
  if (result !== 'pass' && key?.testing) return 'no_signature'
  switch (result) {
    case 'pass':
      return 'pass'
    case 'temperror':
      return 'dns_error'
    case 'policy':
      return 'security'
    case 'permerror':
    case 'neutral':
      return reason === 'key-not-found' || reason === 'key-revoked' ? 'key_not_found' : 'signature_error'
    case 'fail':
      return 'bad_signature'
  }
}

/** How the message stands, and the signature that says so. */
export function dkimStanding({ signatures }: Verification): {
  readonly standing: DkimStanding
  readonly by?: SignatureResult | undefined
} {
  if (signatures.length === 0) return { standing: 'no_signature' }
  const found = signatures.map((by) => ({ by, standing: standingOf(by) }))
  return (
    found.find(({ standing }) => standing === 'pass') ??
    order.flatMap((wanted) => found.filter(({ standing }) => standing === wanted))[0]!
  )
}

/** What the settings say to a message that stands so. RFC 7372 §3.1 has the codes. */
export function judgeDkim(actions: DkimActions, verification: Verification): MessageVerdict {
  const { standing, by } = dkimStanding(verification)
  if (standing === 'pass') return acceptMessage
  const action = actions[`on_${standing}`]
  const reason = by === undefined ? 'This message has no DKIM signature.' : formatDkimReason(by)
  switch (action) {
    case 'accept':
      return acceptMessage
    case 'discard':
      return { kind: 'discard' }
    case 'quarantine':
      return { kind: 'quarantine', reason }
    case 'reject':
      return { kind: 'reply', ...fitReply({ code: 550, enhanced: '5.7.20', text: reason }) }
    case 'tempfail':
      return {
        kind: 'reply',
        ...fitReply({ code: 451, enhanced: standing === 'dns_error' ? '4.4.3' : '4.7.20', text: reason }),
      }
  }
}
