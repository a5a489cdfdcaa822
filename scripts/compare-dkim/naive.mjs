// A signer of its own, for signatures that no signer would make: RFC 6376 §3.7 over whole texts.
import { createHash, sign } from 'node:crypto'

const withoutLastLineEnds = (text) => {
  let end = text.length
  while (end >= 2 && text.startsWith('\r\n', end - 2)) end -= 2
  return text.slice(0, end)
}

const bodies = {
  simple: (body) => `${withoutLastLineEnds(body)}\r\n`,
  relaxed(body) {
    const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
    const text = withoutLastLineEnds(lines.join('\r\n'))
    return text === '' ? '' : `${text}\r\n`
  },
}

const fields = {
  simple: (raw) => raw,
  relaxed(raw) {
    const colon = raw.indexOf(':')
    const value = raw
      .slice(colon + 1)
      .replaceAll('\r\n', '')
      .replace(/[ \t]+/g, ' ')
    return `${nameOf(raw)}:${value.replace(/^ | $/g, '')}`
  },
}

const nameOf = (raw) =>
  raw
    .slice(0, raw.indexOf(':'))
    .replace(/[ \t]+$/, '')
    .toLowerCase()

/** The message with a signature above it that has these tags, whatever they say. */
export function signNaively(message, given, key) {
  const end = message.indexOf('\r\n\r\n')
  const header = message.slice(0, end).split(/\r\n(?![ \t])/)
  const tags = {
    v: '1',
    a: 'rsa-sha256',
    d: 'example.org',
    s: 'r',
    c: 'relaxed/relaxed',
    h: 'from:to:subject',
    ...given,
  }
  const [head, body = 'simple'] = (tags.c ?? 'simple').toLowerCase().split('/')
  const canonical = (bodies[body] ?? bodies.simple)(message.slice(end + 4))
  const covered = /^[0-9]+$/.test(tags.l) ? canonical.slice(0, Number(tags.l)) : canonical
  const all = { bh: createHash('sha256').update(covered, 'latin1').digest('base64'), ...tags }
  const list = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const unsigned = `DKIM-Signature: ${list.join('; ')};\r\n\tb=`
  let data = ''
  for (const name of tags.h.toLowerCase().split(':')) {
    const at = header.findLastIndex((raw) => nameOf(raw) === name.trim())
    if (at >= 0) data += `${(fields[head] ?? fields.simple)(header.splice(at, 1)[0])}\r\n`
  }
  const bytes = Buffer.from(data + (fields[head] ?? fields.simple)(unsigned), 'latin1')
  return `${unsigned}${sign('sha256', bytes, key).toString('base64')}\r\n${message}`
}
