import { parseHostname, parseIp } from '@postern/addr'

/** What sun_path of unix(7) holds on Linux, less the byte that ends it. */
const socketPathBytes = 107

/** Whether a text names a place to listen at: `host:port`, `[IPv6]:port` or `unix:/absolute/path`. */
export function isListenAddress(text: string): boolean {
  if (text.startsWith('unix:')) return isSocketPath(text.slice('unix:'.length))
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^[\]:]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) return false
  if (bracketed !== undefined) {
    const ip = parseIp(bracketed)
    return ip.ok && ip.value.version === 6
  }
  return plain !== undefined && (parseIp(plain).ok || parseHostname(plain).ok)
}

function isSocketPath(path: string): boolean {
  return path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) <= socketPathBytes
}
