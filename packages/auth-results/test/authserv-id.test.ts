import { describe, expect, it } from 'vitest'
import { authservIdOf, isSameAuthservId } from '../src/index.ts'

describe('authservIdOf', () => {
  it.each([
    ['Authentication-Results: example.org; none', 'example.org'],
    ['AUTHENTICATION-RESULTS :\r\n\texample.org 1; spf=pass', 'example.org'],
    ['(a (b) \\) c) example.org(d); spf=pass', 'example.org'],
    [`${'('.repeat(1000)}${')'.repeat(1000)} example.org; spf=pass`, 'example.org'],
    [') example.org', 'example.org'],
    ['"example.org" 1; none', 'example.org'],
    ['"exam\\ple.org";', 'example.org'],
    ['"example.org; spf=pass', 'example.org'],
    ['\0 \r\n exam\0ple.org\x7f; spf=pass', 'example.org'],
    ['example.org 2; nobody knows', 'example.org'],
    ['example.org', 'example.org'],
    ['example.org=; spf=pass', 'example.org'],
    ['b\u00fccher.example; none', 'b\u00fccher.example'],
    ['spf=pass smtp.mailfrom=example.com', 'spf'],
    ['', undefined],
    ['Authentication-Results: ', undefined],
    ['; spf=pass', undefined],
    ['""; none', undefined],
    ['(example.org; spf=pass', undefined],
  ])('%j', (field, id) => {
    expect(authservIdOf(field)).toBe(id)
  })
})

describe('isSameAuthservId', () => {
  it.each([
    ['example.org', 'Example.ORG', true],
    ['example.org', 'example.org.', true],
    ['xn--bcher-kva.example', 'B\u00fccher.example', true],
    ['My Host', 'my host', true],
    ['example.org', 'example.net', false],
    ['example.org', 'mx.example.org', false],
    ['', '', true],
  ])('%j and %j: %s', (one, other, same) => {
    expect(isSameAuthservId(one, other)).toBe(same)
  })
})
