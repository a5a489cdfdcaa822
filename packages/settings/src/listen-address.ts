import { parseHostname, parseIp } from '@postern/addr'

/** What sun_path of unix(7) holds on Linux, less the byte that ends it. */
const socketPathBytes = 107

/**
 * Whether a text names a place to listen at: `host:port` (Postfix's `inet:` may stand in front), `[IPv6]:port`, `unix:/path` or
 * `/path`. Every daemon's own parser takes what this takes; a test compares them.
 */
export function isListenAddress(text: string): boolean {
  if (text.startsWith('/')) return isSocketPath(text)
  if (text.startsWith('unix:')) return isSocketPath(text.slice('unix:'.length))
  const [, bracketed, plain, port] = /^(?:inet:)?(?:\[([^\]]*)\]|([^[\]:]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) return false
  if (bracketed !== undefined) {
    const ip = parseIp(bracketed)
    return ip.ok && ip.value.version === 6
  }
  // `inet:0` is a port that misses its host.
  if (plain === undefined || (plain === 'inet' && text.startsWith('inet:'))) return false
  return parseIp(plain).ok || isAsciiHostname(plain)
}

const isAsciiHostname = (text: string): boolean => /^[\w.-]+$/.test(text) && parseHostname(text).ok

function isSocketPath(path: string): boolean {
  return path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) <= socketPathBytes
}
