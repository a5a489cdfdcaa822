// The messages of Apache James Mime4J, many of them malformed, and what their parts decode to. They stay where they are.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readContent } from '../../src/content/index.ts'

const root = process.env.POSTERN_SUITES ?? new URL('../../../../../shared/suites', import.meta.url).pathname
const folder = path.join(root, 'mime/james-mime4j')
const isThere = existsSync(folder)
const files = isThere ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : []
const messages = files.filter((name) => name.endsWith('.msg'))

/** What we read otherwise, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'testmsgs/malformedHeaderStartsBody-nocrlfcrlf.msg':
    'one line without a colon in the header is skipped; theirs ends the header there',
  'testmsgs/weird-boundary.msg':
    'blanks at the end of a boundary do not count: it must not have any (RFC 2046 §5.1.1), and they get lost on the way',
  'mimetools-testmsgs/sig-uu.msg': 'uuencoded files in text are attachments',
  'mimetools-testmsgs/uu-junk.msg': 'the same',
  'mimetools-testmsgs/uu-zeegee.msg': 'the same',
}

interface TextPart {
  readonly type: string
  readonly text: string
}

const PART = /<header>((?:(?!<header>)[\s\S])*?)<\/header>\s*<text-body name="([^"]+)"/g

/** The decoded texts that their parse of the message names, in order. */
function expectedParts(message: string): TextPart[] {
  const parse = readFileSync(path.join(folder, message.replace(/\.msg$/, '_decoded.xml')), 'utf8')
  return [...parse.matchAll(PART)].map(([, header = '', file = '']) => {
    const charset = /charset="?([\w-]+)/i.exec(header)?.[1] ?? 'iso-8859-1'
    const bytes = readFileSync(path.join(folder, path.dirname(message), file))
    return {
      type: /content-type:\s*([^\s;&<]+)/i.exec(header)?.[1]?.toLowerCase() ?? 'text/plain',
      text: new TextDecoder(charset).decode(bytes),
    }
  })
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim()

if (!isThere)
  it('the messages of ../shared/suites/mime are not here: none of them was read', () => {
    expect(existsSync(folder)).toBe(false)
  })
else
  describe('messages of Mime4J', () => {
    it('are there, all of them', () => {
      expect(messages).toHaveLength(80)
    })

    it.each(messages)('%s', (message) => {
      const content = readContent(readFileSync(path.join(folder, message)))
      const shown = words(content.visible)
      const missing = expectedParts(message).filter(
        ({ type, text }) => !type.includes('html') && !shown.includes(words(text)),
      )
      if (message in DIFFERENT) expect(missing).not.toEqual([])
      else expect(missing).toEqual([])
    })

    it.each(['.xml', '.out', '.txt', '.bin'])(
      '%s files beside them are read too, as whatever they are',
      (suffix) => {
        const others = files.filter((name) => name.endsWith(suffix))
        expect(others.length).toBeGreaterThan(30)
        for (const name of others) {
          const bytes = readFileSync(path.join(folder, name))
          expect(readContent(bytes).visible.length).toBeLessThanOrEqual(bytes.length)
        }
      },
    )
  })
