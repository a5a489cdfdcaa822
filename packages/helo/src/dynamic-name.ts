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

type Sense = 'line' | 'fixed' | 'server'

/** Words in host names and what they say: a customer's line, a line that is not dynamic, a server. */
const WORDS: ReadonlyMap<string, Sense> = new Map([
  ...words(
    'line',
    'adsl broadband cable catv cpe dhcp dial dialin dialup dip dsl dyn dynamic dynamicip dynip ftth hsd pool ppp pppoe vdsl xdsl',
  ),
  ...words('fixed', 'fix fixed static'),
  ...words('server', 'edge mail mailout mta mx out outbound relay smtp'),
])

function words(sense: Sense, list: string): [string, Sense][] {
  return list.split(' ').map((word) => [word, sense])
}

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
    const token = name.slice(start, at)
    const sense = WORDS.get(token)
    // A line that is said to be fixed is not dynamic, whatever else its name holds.
    if (sense === 'fixed') return undefined
    if (sense === 'server') isServer = true
    else if (sense === 'line') word ??= token
  }
  if (address !== undefined) return { evidence: 'address', token: address }
  // smtp-pool3 is a pool of mail servers, not of dial-in lines.
  return word !== undefined && !isServer ? { evidence: 'word', token: word } : undefined
}

const isLetter = (code: number): boolean => code >= 97 && code <= 122
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isHexDigit = (code: number): boolean => (code >= 97 && code <= 102) || isDigit(code)

function findAddress(name: string, end: number, client: Ip): string | undefined {
  if (client.version === 6) return findIpv6(name, end, client)
  // Most names have neither four digits nor eight hex digits in a row, which is soon seen.
  let digits = 0
  let run = 0
  let longest = 0
  for (let at = 0; at < end; at++) {
    const code = name.charCodeAt(at)
    if (isDigit(code)) digits++
    run = isHexDigit(code) ? run + 1 : 0
    if (run > longest) longest = run
  }
  const decimal = digits < 4 ? undefined : findDecimal(name, end, client.bytes)
  return decimal === undefined && longest >= 8 ? findHex(name, end, client.bytes) : decimal
}

/** Four decimal numbers in a row that are the octets, in either order: 192-0-2-1, 1.2.0.192, 192000002001. */
function findDecimal(name: string, end: number, octets: Uint8Array): string | undefined {
  const row: { value: number; start: number }[] = []
  for (let at = 0; at < end; at++) {
    if (!isDigit(name.charCodeAt(at))) continue
    const start = at
    while (at < end && isDigit(name.charCodeAt(at))) at++
    // Twelve digits are four octets of three each.
    const size = at - start === 12 ? 3 : at - start
    for (let from = start; from < at; from += size) {
      row.push({ value: size <= 3 ? Number(name.slice(from, from + size)) : -1, start: from })
      const first = row.length - 4
      if (first >= 0 && (isRow(row.slice(first), octets, 1) || isRow(row.slice(first), octets, -1)))
        return name.slice(row[first]!.start, from + size)
    }
  }
  return undefined
}

/** Whether four numbers are the octets, forwards (step 1) or backwards (-1). */
function isRow(row: readonly { value: number }[], octets: Uint8Array, step: 1 | -1): boolean {
  for (let i = 0, at = step === 1 ? 0 : 3; i < 4; i++, at += step)
    if (row[i]?.value !== octets[at]) return false
  return true
}

/** The four octets as eight hex digits. */
function findHex(name: string, end: number, octets: Uint8Array): string | undefined {
  const token = hexOf(octets, 0)
  const at = name.indexOf(token)
  return at >= 0 && at + token.length <= end ? token : undefined
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
