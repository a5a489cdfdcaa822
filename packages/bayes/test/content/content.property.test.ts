import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/index.ts'
import { anyBytes, anyMessage, checkContent, word } from './arbitraries.ts'

describe('whatever the bytes', () => {
  it('there is a content, within its limits, and the same each time', () => {
    fc.assert(fc.property(anyBytes, checkContent), { numRuns: 300 })
  })

  it('that look like a message', () => {
    fc.assert(fc.property(anyMessage, checkContent), { numRuns: 1000 })
  })
})

const words = fc.array(word, { minLength: 1, maxLength: 8 })
const text = (given: readonly string[]) => given.join(' ')

describe('what was written is read', () => {
  const encodings: Readonly<Record<string, (bytes: Buffer) => string>> = {
    '8bit': (bytes) => bytes.toString('latin1'),
    base64: (bytes) => bytes.toString('base64').replace(/.{20}/g, '$&\r\n'),
    'quoted-printable': (bytes) =>
      [...bytes]
        .map((byte, i) => `=${byte.toString(16).padStart(2, '0')}${i % 9 === 8 ? '=\r\n' : ''}`)
        .join(''),
  }

  it.each(Object.keys(encodings))('in %s', (encoding) => {
    fc.assert(
      fc.property(words, (given) => {
        const body = encodings[encoding]?.(Buffer.from(text(given))) as string
        const header = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`
        expect(readContent(Buffer.from(header + body, 'latin1')).visible).toBe(text(given))
      }),
    )
  })

  it('in parts', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (parts) => {
        const body = parts.map((given) => `--b\n\n${text(given)}\n`).join('')
        const message = `Content-Type: multipart/mixed; boundary=b\n\n${body}--b--\n`
        expect(readContent(Buffer.from(message)).visible).toBe(parts.map(text).join('\n'))
      }),
    )
  })

  it('in encoded words, split anywhere', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 7 }), (given, size) => {
        const bytes = Buffer.from(text(given))
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size).toString('base64'),
        )
        const subject = pieces.map((piece) => `=?utf-8?B?${piece}?=`).join('\r\n ')
        expect(readContent(Buffer.from(`Subject: ${subject}\r\n\r\n`)).fields[0]?.value).toBe(text(given))
      }),
    )
  })

  it('in HTML, with inline tags, comments and hidden elements in words', () => {
    const noise = fc.constantFrom(
      '<b>',
      '</b>',
      '<i></i>',
      '<!-- x -->',
      '<font size=2>',
      '</font>',
      '<span style="display:none">x</span>',
      '<wbr>',
      '&shy;',
      '&#8203;',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(word, noise, word), { minLength: 1, maxLength: 8 }), (given) => {
        const escaped = (of: string) => of.replace(/[&<]/g, (character) => `&#${character.charCodeAt(0)};`)
        const html = given.map(([a, between, b]) => escaped(a) + between + escaped(b)).join('\n')
        const message = Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${html}`)
        expect(readContent(message).visible).toBe(given.map(([a, , b]) => a + b).join(' '))
      }),
    )
  })
})
