import { expect, it } from 'vitest'
import { contentOf } from './messages.ts'

const attachmentOf = (...lines: string[]) => contentOf(...lines, '', 'body').attachments

it.each([
  ['attachment; filename=a.txt', 'a.txt'],
  ['attachment; filename="a;\\"b\\".txt"', 'a;"b".txt'],
  ['attachment; filename="=?utf-8?q?=C3=BC.exe?="', 'ü.exe'],
  ["attachment; filename*=utf-8''%C3%BC.exe", 'ü.exe'],
  ["attachment; filename*0*=iso-8859-1'de'%FC; filename*1=b; filename*2*=%2Eexe", 'üb.exe'],
  ['attachment; filename*0=long; filename*1=name.exe', 'longname.exe'],
  ['attachment; filename*=a.exe', 'a.exe'],
  ['attachment; filename="\xc3\xbc.exe"', 'ü.exe'],
  ['attachment;; filename=a.exe;', 'a.exe'],
  ['attachment; filename = "a.exe" ; size=3', 'a.exe'],
  ['attachment; filename="never ends', 'never ends'],
  ['attachment', ''],
])('%s', (disposition, name) => {
  expect(attachmentOf('Content-Type: application/X-Thing', `Content-Disposition: ${disposition}`)).toEqual([
    { name, type: 'application/x-thing', octets: 4 },
  ])
})

it('may have its name in the type', () => {
  expect(attachmentOf('Content-Type: image/png; name="=?utf-8?b?w7w=?=.png"')).toMatchObject([
    { name: 'ü.png' },
  ])
})

it('is also what has text', () => {
  const content = contentOf('Content-Type: text/html; name=a.htm', '', '<p>b')
  expect(content.visible).toBe('b')
  expect(content.attachments).toEqual([{ name: 'a.htm', type: 'text/html', octets: 4 }])
  expect(attachmentOf('Content-Type: text/plain')).toEqual([])
  expect(attachmentOf('Content-Disposition: attachment')).toMatchObject([{ name: '', type: 'text/plain' }])
})

it('has a name of 250 characters at most', () => {
  expect(attachmentOf(`Content-Type: image/png; name="${'a'.repeat(400)}"`)[0]?.name).toHaveLength(250)
})
