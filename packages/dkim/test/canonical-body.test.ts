import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyHashes } from '../src/body-hashes.ts'
import type { CanonicalizationName } from '../src/signature.ts'
import { naiveBody, sha256 } from './naive-dkim.ts'

const hashOf = (text: string) => sha256(text).toString('base64')

/** Hashes a body that comes in chunks, whole and in its first octets. */
function hashInChunks(name: CanonicalizationName, chunks: readonly string[], limits: readonly number[] = []) {
  const bodies = new BodyHashes()
  const whole = bodies.request(name)
  const parts = limits.map((limit) => bodies.request(name, limit).hash)
  for (const chunk of chunks) {
    const bytes = new Uint8Array(Buffer.from(chunk, 'latin1'))
    bodies.write(bytes)
    bytes.fill(0x58)
  }
  bodies.end()
  return {
    digest: whole.hash.digest,
    length: whole.canonical.length,
    parts: parts.map(({ digest }) => digest),
  }
}

const expectedOf = (name: CanonicalizationName, body: string, limits: readonly number[] = []) => {
  const text = naiveBody[name](body)
  return {
    digest: hashOf(text),
    length: text.length,
    parts: limits.map((limit) => hashOf(text.slice(0, limit))),
  }
}

const cut = (text: string, places: readonly number[]): string[] => {
  const cuts = [0, ...places.filter((at) => at <= text.length).sort((a, b) => a - b), text.length]
  return cuts.slice(1).map((at, i) => text.slice(cuts[i], at))
}

const both = ['simple', 'relaxed'] as const

describe('the standard', () => {
  it('RFC 6376 §3.4.3, §3.4.4: empty bodies', () => {
    expect(hashInChunks('simple', []).digest).toBe('frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=')
    expect(hashInChunks('relaxed', []).digest).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
  })

  it.each<[CanonicalizationName, body: string, canonical: string]>([
    // RFC 6376 §3.4.5.
    ['relaxed', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['simple', ' C \r\nD \t E\r\n\r\n\r\n', ' C \r\nD \t E\r\n'],
    ['relaxed', '\r\n\r\n', ''],
    ['simple', '\r\n\r\n', '\r\n'],
    ['relaxed', ' \t\r\n \r\n', ''],
    ['simple', ' \r\n', ' \r\n'],
    ['relaxed', '  ', ''],
    ['relaxed', 'x', 'x\r\n'],
    ['simple', 'x', 'x\r\n'],
    ['relaxed', '\r\n\r\nx\r\n', '\r\n\r\nx\r\n'],
    ['relaxed', 'a \r\n \r\n\tb', 'a\r\n\r\n b\r\n'],
    // CR and LF alone are data.
    ['relaxed', 'a \r b\n \nc \n', 'a \r b\n \nc \n\r\n'],
    ['simple', 'a\n\r\r\n', 'a\n\r\r\n'],
    ['simple', 'a\r', 'a\r\r\n'],
    ['relaxed', 'a\r', 'a\r\r\n'],
    ['relaxed', '\r', '\r\r\n'],
    ['relaxed', '\n', '\n\r\n'],
    ['relaxed', 'a\r\n\r\r\n\r\n', 'a\r\n\r\r\n'],
    ['relaxed', 'a\0 \0\r\n', 'a\0 \0\r\n'],
  ])('%s: %j', (name, body, canonical) => {
    expect(naiveBody[name](body)).toBe(canonical)
    expect(hashInChunks(name, [body])).toEqual({
      digest: hashOf(canonical),
      length: canonical.length,
      parts: [],
    })
  })
})

const hostile = fc
  .array(
    fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a', 'bc', '  ', '\r\n\r\n', ' \r\n', '\0', '\xff', '='),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => pieces.join(''))

describe.each(both)('%s', (name) => {
  it('is what a plain implementation gives, however the body is cut', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.array(fc.nat(80)),
        fc.array(fc.nat(60), { maxLength: 3 }),
        (body, places, limits) => {
          const expected = expectedOf(name, body, limits)
          expect(hashInChunks(name, [body], limits)).toEqual(expected)
          expect(hashInChunks(name, cut(body, places), limits)).toEqual(expected)
          expect(hashInChunks(name, [...body], limits)).toEqual(expected)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is the same for bodies larger than all buffers', () => {
    const line = fc.constantFrom(
      'word word  word\r\n',
      'x'.repeat(900),
      `${'y z '.repeat(5000)}`,
      '\r\n',
      ' ',
      '\t',
    )
    const runs = fc.array(fc.tuple(line, fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(runs, fc.array(fc.nat(500_000)), fc.nat(300_000), (parts, places, limit) => {
        const body = parts.map(([text, times]) => text.repeat(times)).join('')
        const expected = expectedOf(name, body, [limit])
        expect(hashInChunks(name, [body], [limit])).toEqual(expected)
        expect(hashInChunks(name, cut(body, places), [limit])).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['line ends', '\r\n'.repeat(200_000)],
    ['white space', ' '.repeat(400_000)],
    ['tabs', '\t'.repeat(400_000)],
    ['pairs of spaces', 'a  '.repeat(150_000)],
    ['bare CRs', '\r'.repeat(400_000)],
    ['bare LFs', '\n'.repeat(400_000)],
  ])('%s without end do not cost more than their bytes', (_, text) => {
    const body = `${text}x`
    const expected = expectedOf(name, body)
    expect(hashInChunks(name, [body])).toEqual(expected)
    expect(hashInChunks(name, cut(body, [1, 100_001, 300_002]))).toEqual(expected)
  })
})
