import { describe, expect, it } from 'vitest'
import { lookupOwner } from '../src/owner.ts'

describe('the owner of sockets', () => {
  it.each([
    ['root', { uid: 0 }],
    [':root', { gid: 0 }],
    ['root:root', { uid: 0, gid: 0 }],
    ['12:34', { uid: 12, gid: 34 }],
    [':34', { gid: 34 }],
  ])('%s', (text, value) => {
    expect(lookupOwner(text)).toEqual({ ok: true, value })
  })

  it.each(['no-such-user', 'no-such-user:root', '../etc:root', 'ro.t'])('%s: nobody', (text) => {
    expect(lookupOwner(text)).toMatchObject({ ok: false })
  })
})
