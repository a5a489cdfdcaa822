import { describe, expect, it } from 'vitest'
import { NameList } from '../src/name-list.ts'

describe('NameList', () => {
  it.each([
    ['example.org', true],
    ['EXAMPLE.org.', true],
    ['a.b.example.org', true],
    ['xexample.org', false],
    ['org', false],
    ['', false],
    ['.', false],
  ])('%j: %s', (name, expected) => {
    expect(NameList.of(['Example.ORG', 'sub.example.net.']).has(name)).toBe(expected)
  })
  it('goes by the nearest name', () => {
    const list = new NameList([
      ['example.org', 1],
      ['a.example.org', 2],
    ])
    expect([list.find('b.example.org'), list.find('x.a.example.org'), list.find('example.com')]).toEqual([
      1,
      2,
      undefined,
    ])
  })
  it('is empty without names', () => {
    expect(NameList.of([]).isEmpty).toBe(true)
    expect(NameList.of([]).has('example.org')).toBe(false)
  })
})
