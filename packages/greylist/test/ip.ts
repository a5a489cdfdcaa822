import { type Ip, parseIp } from '@postern/addr'

/** The address that a test writes as text. */
export function ip(text: string): Ip {
  const parsed = parseIp(text)
  if (!parsed.ok) throw new Error(`not an address: ${text}`)
  return parsed.value
}
