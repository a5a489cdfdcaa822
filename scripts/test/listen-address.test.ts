import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseListenAddress } from '../../packages/listener/src/index.ts'
import { loadSettings } from '../../packages/settings/src/index.ts'

const scraps = [
  ...[
    '127.0.0.1',
    '999.1.1.1',
    'localhost',
    'mx.example.org',
    'example.org.',
    'a_b',
    '-a',
    '*',
    'bücher.example',
    'inet',
  ],
  ...[
    '::1',
    '[::1]',
    '[2001:db8::1]',
    '[127.0.0.1]',
    '2001:db8::1%eth0',
    '[',
    ']',
    ':',
    ':',
    '0',
    '10023',
    '65536',
  ],
  ...['unix:', 'inet:', 'tcp:', '/run/x', '/', 'run', ' ', '.'],
]

it('the daemon can listen wherever the settings let it', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...scraps), { maxLength: 4 }), (parts) => {
      const address = parts.join('')
      const { ok } = loadSettings(`[policy]\nlisten = [${JSON.stringify(address)}]`)
      if (!ok) return
      taken++
      expect(parseListenAddress(address)).toMatchObject({ ok: true })
    }),
    { numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(20)
})

it.each([
  '127.0.0.1:10023',
  'inet:127.0.0.1:10023',
  '[::1]:0',
  'localhost:1',
  '/run/p.sock',
  'unix:/run/p.sock',
])('%s is a place for both', (address) => {
  expect(loadSettings(`[policy]\nlisten = ["${address}"]`).ok).toBe(true)
  expect(parseListenAddress(address).ok).toBe(true)
})
