// The SMTP reply to mail that SPF refuses: one line that tells who does not allow what, and how both sides can mend it.

import type { Parsed } from '@postern/addr'
import {
  fillTemplate,
  fitReply,
  parseTemplate,
  printable,
  printableName,
  printableUrl,
  type SmtpReply,
  type Template,
} from '@postern/smtp-reply'
import { sendsNoMail } from './no-mail.ts'
import type { SpfResult, SpfStep } from './result.ts'
import { formatSpfReason } from './sentence.ts'

/** Which identity was checked: the HELO name, or the address of MAIL FROM. RFC 7208 §2.3, §2.4. */
export type SpfIdentity = 'helo' | 'mailfrom'

const PLACEHOLDERS = [
  'domain',
  'client',
  'identity',
  'sender',
  'helo',
  'result',
  'reason',
  'advice',
  'explanation',
  'url',
] as const

/** What a template of one's own may hold in braces. */
export type SpfPlaceholder = (typeof PLACEHOLDERS)[number]
export type SpfTemplate = Template<SpfPlaceholder>

/** Parses a template of printable ASCII. */
export const parseSpfTemplate = (
  text: string,
): Parsed<SpfTemplate, 'unknown-placeholder' | 'unclosed-brace' | 'bad-character' | 'too-long'> =>
  parseTemplate(text, PLACEHOLDERS)

export interface SpfReplyOptions {
  readonly identity: SpfIdentity
  /** As the client said them. */
  readonly sender: string
  readonly helo: string
  /**
   * `outbound`: the mail is one of our own users', and the address one of ours that it would go out from. `doubt`: the
   * client may be one that SPF is not applied to, which cannot be looked up now; the reply is then a temporary one.
   */
  readonly situation?: 'outbound' | 'doubt' | undefined
  /** Quote what the domain explains its fail with (exp=), said to be the domain's own words. Default true. */
  readonly quotesExplanation?: boolean | undefined
  /** A text to use instead of ours. */
  readonly template?: SpfTemplate | undefined
  /** Where to read more. Our own texts have it; a template has it where it says {url}. */
  readonly url?: string | undefined
  /** Octets that the MTA will add to the line, such as Postfix's `<recipient>: Recipient address rejected: `. Default 0. */
  readonly reservedOctets?: number | undefined
}

/** Characters of a term that is quoted. */
const TERM_CHARACTERS = 60

/** The reply to mail that is refused for this result. The text is printable ASCII on one line that fits RFC 5321. */
export function formatSpfReply(result: SpfResult, options: SpfReplyOptions): SmtpReply {
  const { identity, template } = options
  const [code, enhanced] = codeOf(result, options)
  const facts: Facts = {
    domain: printableName(result.domain),
    client: result.ip?.text ?? 'the client',
    identity,
    situation: options.situation,
  }
  const url = printableUrl(options.url ?? '')
  const explanation = options.quotesExplanation === false ? '' : explanationOf(result)
  const reason = sentenceOn(result, facts)
  const advice = adviceOn(result, facts)
  const text =
    template === undefined
      ? `${reason} ${advice}${url === '' ? '' : ` See ${url}`}${explanation === '' ? '' : ` ${explanation}`}`
      : fillTemplate(template, {
          ...facts,
          sender: printableName(options.sender),
          helo: printableName(options.helo),
          result: result.result,
          reason,
          advice,
          explanation,
          url,
        })
  return fitReply({ code, enhanced, text }, options.reservedOctets)
}

interface Facts {
  readonly domain: string
  readonly client: string
  readonly identity: SpfIdentity
  readonly situation: SpfReplyOptions['situation']
}

function codeOf({ result }: SpfResult, { situation }: SpfReplyOptions): readonly [number, string] {
  // RFC 7208 §8.6.
  if (result === 'temperror' || situation === 'doubt') return [451, '4.4.3']
  // RFC 7208 §8.7.
  if (result === 'permerror') return [550, '5.5.2']
  // RFC 7372 §3.2, in place of the 5.7.1 of RFC 7208 §8.4.
  return [550, '5.7.23']
}

/** What is wrong, in one sentence. */
function sentenceOn(result: SpfResult, { domain, client, identity, situation }: Facts): string {
  if (situation === 'doubt')
    return `Whether SPF is applied to mail from ${client} cannot be looked up now; if it is, ${domain} does not authorize it.`
  const who = situation === 'outbound' ? `${client}, which this mail would go out from,` : client
  const deed = identity === 'helo' ? 'use its name in HELO' : 'send its mail'
  switch (result.result) {
    case 'none':
      return `${formatSpfReason(result)}, and without one mail from it is not taken here.`
    case 'permerror':
      return `SPF of ${domain} cannot be evaluated: ${formatSpfReason(result)}.`
    case 'temperror':
      return `SPF of ${domain} cannot be checked now: ${formatSpfReason(result)}.`
    case 'fail':
      return sendsNoMail(result)
        ? `${domain} says that it sends no mail at all (${saysOf(result)}), and so not from ${client}.`
        : `${domain} does not allow ${who} to ${deed} (${saysOf(result)}).`
    case 'softfail':
      return `${domain} does not seem to allow ${who} to ${deed} (${saysOf(result)}).`
    case 'neutral':
    case 'pass':
      return `${domain} does not say that ${who} may ${deed} (${saysOf(result)}).`
  }
}

/** What is to be done, by the domain's administrator or the sender's. */
function adviceOn(result: SpfResult, { domain, client, identity, situation }: Facts): string {
  if (result.result === 'temperror' || situation === 'doubt')
    return `Nothing needs to be changed if the DNS of ${domain} is in order; your server will try again.`
  if (result.result === 'permerror') return `Ask the administrator of ${domain} to mend the record.`
  const add = `Ask the administrator of ${domain} to`
  const publish = `${add} publish an SPF record that names ${client}`
  const extend = result.result === 'none' ? publish : `${add} add ${client} to the record`
  if (situation === 'outbound') return `${extend}, or use another sender address.`
  return identity === 'helo'
    ? `${extend}, or have your server send its own name in HELO.`
    : `${extend}, or send through a server of theirs.`
}

type WithChain = Extract<SpfResult, { chain: unknown }>

/** The step whose qualifier is the result: behind redirects, not behind an include. */
export function verdictStep({ chain }: Pick<WithChain, 'chain'>): SpfStep {
  return chain.find(({ term }) => term?.kind !== 'redirect') ?? chain[chain.length - 1]!
}

/** What the record says: `its SPF record says -all`. */
function saysOf(result: WithChain): string {
  const { domain, term } = verdictStep(result)
  const whose = domain === result.domain ? 'its SPF record' : `the SPF record of ${printableName(domain)}`
  if (term === undefined) return `${whose} does not name that address`
  const text = printable(term.text)
  return `${whose} says ${text.length > TERM_CHARACTERS ? `${text.slice(0, TERM_CHARACTERS - 3)}...` : text}`
}

// RFC 7208 §8.4: it is to be clear that these are the words of the sender's domain.
function explanationOf(result: SpfResult): string {
  if (result.result !== 'fail' || !result.explanation) return ''
  const said = printable(result.explanation).replaceAll('"', "'")
  return `${printableName(verdictStep(result).domain)} explains: "${said}"`
}
