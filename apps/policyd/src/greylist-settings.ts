import { defaultRules, type GreylistRules, type IdentityRules } from '@postern/greylist'
import type { Settings } from '@postern/settings'

type GreylistTable = Pick<Settings, 'greylist'>

/** The numbers of the greylist under these settings. */
export function greylistRules({ greylist }: GreylistTable): GreylistRules {
  return {
    ...defaultRules,
    delaySeconds: greylist.delay_seconds,
    retryWindowSeconds: Math.round(greylist.retry_window_hours * 3600),
    maxAgeSeconds: Math.round(greylist.max_age_days * 86_400),
    autoAllowPasses: greylist.auto_allow_passes,
  }
}

/** What stands for the sending side under these settings. */
export function identityRules({ greylist }: GreylistTable): IdentityRules {
  const { identity, ipv4_prefix: ipv4Prefix, ipv6_prefix: ipv6Prefix } = greylist
  return { identity, ipv4Prefix, ipv6Prefix }
}
