// Whether a name looks like the one an access provider gives to each of its lines: the client's address is spelt out in
// it, or it has a word such as `dsl` or `pool`. Only the part before the registered domain counts: that dyni.net or
// cable.example is somebody's domain says nothing about its hosts.
import type { Ip } from '@postern/addr'
import { organizationStart } from './organization.ts'

/** What gave a name away. */
export interface DynamicSign {
  readonly evidence: 'address' | 'word'
  readonly token: string
}

const LINE_WORDS = new Set(
  'adsl broadband cable catv cpe dhcp dial dialin dialup dip dsl dyn dynamic dynamicip dynip ftth hsd pool ppp pppoe vdsl xdsl'.split(
    ' ',
  ),
)
// A line that is said to be fixed is not dynamic, whatever else its name holds.
const FIXED_WORDS = new Set(['static', 'fixed', 'fix'])
// A pool of mail servers is none of dial-in lines. The address in the name still tells.
const SERVER_WORDS = new Set(['mail', 'mx', 'smtp', 'mta', 'relay', 'out', 'outbound', 'mailout', 'edge'])

/** Looks for signs of a dynamic line. `name` is lower-case, without trailing dot. */
export function findDynamicSign(name: string, client: Ip): DynamicSign | undefined {
  const end = organizationStart(name) - 1
  if (end <= 0) return undefined
  const address = findAddress(name, end, client)
  let word: string | undefined
  let isServer = false
  for (let at = 0; at < end; at++) {
    if (!isLetter(name.charCodeAt(at))) continue
    const start = at
    while (at < end && isLetter(name.charCodeAt(at))) at++
    if (at - start < 2) continue
    const token = name.slice(start, at)
    if (FIXED_WORDS.has(token)) return undefined
    if (SERVER_WORDS.has(token)) isServer = true
    else if (word === undefined && LINE_WORDS.has(token)) word = token
  }
  if (address !== undefined) return { evidence: 'address', token: address }
  return word !== undefined && !isServer ? { evidence: 'word', token: word } : undefined
}

const isLetter = (code: number): boolean => code >= 97 && code <= 122
const isDigit = (code: number): boolean => code >= 48 && code <= 57

function findAddress(name: string, end: number, client: Ip): string | undefined {
  if (client.version === 6) return findIpv6(name, end, client)
  return findDecimal(name, end, client.bytes) ?? findHex(name, end, client.bytes)
}

/** Four decimal numbers in a row that are the octets, in either order: 192-0-2-1, 1.2.0.192, 192000002001. */
function findDecimal(name: string, end: number, octets: Uint8Array): string | undefined {
  let forward = 0
  let backward = 0
  let first = 0
  for (let at = 0; at < end; at++) {
    if (!isDigit(name.charCodeAt(at))) continue
    const start = at
    while (at < end && isDigit(name.charCodeAt(at))) at++
    // Twelve digits are four octets of three each.
    const size = at - start === 12 ? 3 : at - start
    for (let from = start; from < at; from += size) {
      const value = size <= 3 ? Number(name.slice(from, from + size)) : -1
      // A number that breaks the row may begin the next one.
      forward = value === octets[forward] ? forward + 1 : value === octets[0] ? 1 : 0
      backward = value === octets[3 - backward] ? backward + 1 : value === octets[3] ? 1 : 0
      if (forward === 1 || backward === 1) first = Math.max(forward, backward) === 1 ? from : first
      if (forward === 4 || backward === 4) return name.slice(first, from + size)
    }
  }
  return undefined
}

/** The four octets as eight hex digits. */
function findHex(name: string, end: number, octets: Uint8Array): string | undefined {
  if (end < 8) return undefined
  const token = hexOf(octets, 0)
  const at = name.indexOf(token)
  return at >= 0 && at + 8 <= end ? token : undefined
}

/** The address with dashes for its colons, or all or the lower half of its 32 hex digits with any separators. */
function findIpv6(name: string, end: number, client: Ip): string | undefined {
  const host = name.slice(0, end)
  const dashed = client.text.replaceAll(':', '-')
  if (host.includes(dashed)) return dashed
  const digits = host.replace(/[-._:]/g, '')
  const whole = hexOf(client.bytes, 0)
  if (digits.includes(whole)) return whole
  const lower = whole.slice(16)
  // A lower half such as ::25 is mostly zeros and proves nothing.
  return !lower.startsWith('00000000') && digits.includes(lower) ? lower : undefined
}

function hexOf(bytes: Uint8Array, from: number): string {
  let text = ''
  for (let i = from; i < bytes.length; i++) text += (bytes[i]! + 256).toString(16).slice(1)
  return text
}
