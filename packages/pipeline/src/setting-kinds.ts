// Kinds of settings that several tables have.

import { parseCidr, parseHostname } from '@postern/addr'
import { z } from 'zod'

/** The name of a host or a domain. */
export const hostNameSetting = z
  .string()
  .refine((text) => parseHostname(text).ok, { error: 'must be a host name such as "mx.example.org"' })

/** An address or a network. */
export const networkSetting = z.string().refine((text) => parseCidr(text, { hostBits: 'error' }).ok, {
  error:
    'must be an address or a network such as "192.0.2.0/24" or "2001:db8::/32", with zeros behind the prefix',
})

/** The address of a page, or nothing. */
export const urlSetting = z
  .string()
  .max(200)
  .regex(/^(https?:\/\/[!-~]+)?$/, 'must be an http or https address, or empty')
