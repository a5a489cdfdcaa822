import { expect, it } from 'vitest'
import { fieldBody, fieldName } from '../src/index.ts'

it.each<[raw: string, name: string | undefined, body: string]>([
  ['Subject: Hello', 'Subject', ' Hello'],
  ['Subject:', 'Subject', ''],
  ['subject \t: a:b', 'subject', ' a:b'],
  ['X-!#9;~: x', 'X-!#9;~', ' x'],
  [': x', undefined, ' x'],
  [' : x', undefined, ' x'],
  ['no colon', undefined, 'no colon'],
  ['', undefined, ''],
  [' Subject: x', undefined, ' x'],
  ['Sub ject: x', undefined, ' x'],
  ['Sub\r\n : x', undefined, ' x'],
  ['Subj\xe9: x', undefined, ' x'],
  ['Sub\0: x', undefined, ' x'],
])('%j', (raw, name, body) => {
  expect(fieldName(raw)).toBe(name)
  expect(fieldBody(raw)).toBe(body)
})
