// What requests are handled with under one set of settings. A reload makes a new one over the same filter.

import type { BayesFilter } from '@postern/bayes'
import { type FailureLog, hostOf } from '@postern/daemon'
import type { Settings } from '@postern/settings'
import { version } from './version.ts'

export interface Service {
  readonly filter: BayesFilter
  readonly failures: FailureLog
  readonly allowTell: boolean
  /** Users have models of their own; else a name is only for the log. */
  readonly isPerUser: boolean
  readonly spamThreshold: number
  readonly bogosity: boolean
  /** In X-Spam-Checker-Version. */
  readonly program: string
  readonly hostName: string
}

export interface ServiceParts {
  readonly settings: Settings
  readonly filter: BayesFilter
  readonly failures: FailureLog
}

export const createService = ({ settings, filter, failures }: ServiceParts): Service => ({
  filter,
  failures,
  allowTell: settings.spamd.allow_tell,
  isPerUser: settings.bayes.per_user,
  spamThreshold: settings.bayes.spam_threshold,
  bogosity: settings.spamd.bogosity_header,
  program: `Postern ${version}`,
  hostName: hostOf(settings, version).name,
})
