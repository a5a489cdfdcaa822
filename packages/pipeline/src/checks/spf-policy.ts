// What the settings make of a result: which identity's result refuses the mail, if any.
import { type SpfIdentity, type SpfResult, type SpfResultWord, sendsNoMail } from '@postern/spf'
import { NameList } from '../name-list.ts'
import type { SpfEvaluated } from './spf-finding.ts'
import type { IdentityPolicy, SpfSettings } from './spf-settings.ts'

/** The result that mail is refused for. */
export interface SpfRefusal {
  readonly identity: SpfIdentity
  readonly result: SpfResult
}

/** Whether each result refuses. */
type Table = Readonly<Record<SpfResultWord, boolean>>

const never: Table = {
  none: false,
  neutral: false,
  pass: false,
  fail: false,
  softfail: false,
  temperror: false,
  permerror: false,
}

/** reject_not_pass_domains: nothing but a pass; what the DNS does not tell now is put off. */
const allButPass: Table = {
  none: true,
  neutral: true,
  pass: false,
  fail: true,
  softfail: true,
  temperror: true,
  permerror: true,
}

export class SpfPolicy {
  readonly #helo: Table
  readonly #heloOfBounce: Table
  readonly #mailFrom: Table
  readonly #refusesNoMail: boolean
  readonly #passOnly: NameList
  readonly #lenientAddresses: ReadonlySet<string>
  readonly #lenientDomains: NameList

  constructor(settings: SpfSettings) {
    const { helo_reject: helo, mail_from_reject: mailFrom } = settings
    this.#helo = helo === 'null-sender' ? never : tableOf(helo, settings)
    this.#heloOfBounce = tableOf(helo, settings)
    this.#mailFrom = tableOf(mailFrom, settings)
    this.#refusesNoMail = settings.no_mail
    this.#passOnly = NameList.of(settings.reject_not_pass_domains)
    const lenient = settings.recipients_not_refused.map((text) => text.toLowerCase())
    this.#lenientAddresses = new Set(lenient.filter((text) => text.includes('@')))
    this.#lenientDomains = NameList.of(lenient.filter((text) => !text.includes('@')))
  }

  /** Whether the HELO name's result refuses the mail. */
  refusesHelo(result: SpfResult, isBounce: boolean): boolean {
    return this.#refuses(result, isBounce ? this.#heloOfBounce : this.#helo)
  }

  refusesMailFrom(result: SpfResult): boolean {
    return this.#refuses(result, this.#passOnly.has(result.domain) ? allButPass : this.#mailFrom)
  }

  /** What a message is refused for; the HELO name comes first. */
  refusalOf({ helo, mailFrom, isBounce }: SpfEvaluated): SpfRefusal | undefined {
    if (helo !== undefined && this.refusesHelo(helo, isBounce)) return { identity: 'helo', result: helo }
    if (mailFrom !== undefined && this.refusesMailFrom(mailFrom))
      return { identity: 'mailfrom', result: mailFrom }
    return undefined
  }

  /** recipients_not_refused: whether mail for this recipient is let through whatever its results. */
  isLenientFor(recipient: string): boolean {
    if (this.#lenientAddresses.size === 0 && this.#lenientDomains.isEmpty) return false
    const address = recipient.toLowerCase()
    return (
      this.#lenientAddresses.has(address) ||
      this.#lenientDomains.has(address.slice(address.lastIndexOf('@') + 1))
    )
  }

  #refuses(result: SpfResult, table: Table): boolean {
    return table[result.result] || (this.#refusesNoMail && sendsNoMail(result))
  }
}

function tableOf(policy: IdentityPolicy, { permerror, temperror }: SpfSettings): Table {
  if (policy === 'none' || policy === 'off') return never
  return {
    ...never,
    fail: true,
    softfail: policy === 'softfail' || policy === 'not-pass',
    neutral: policy === 'not-pass',
    permerror: permerror === 'reject',
    temperror: temperror === 'defer',
  }
}
