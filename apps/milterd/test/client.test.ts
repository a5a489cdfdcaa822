import { expect, it } from 'vitest'
import { readClient } from '../src/client.ts'

const ip4 = { family: 'ip4', address: '192.0.2.7', port: 50_000 } as const
const of =
  (macros: Record<string, string> = {}) =>
  (name: string) =>
    macros[name]

it.each([
  ['a confirmed name', 'mx.example.org', {}, { name: 'mx.example.org', iprev: 'pass' }],
  [
    'a name that does not lead back',
    'unknown',
    { client_ptr: 'liar.example.org', client_resolve: 'FORGED' },
    { name: undefined, reverseName: 'liar.example.org', iprev: 'fail' },
  ],
  [
    'no name',
    'unknown',
    { client_ptr: 'unknown', client_resolve: 'FAIL' },
    { name: undefined, iprev: 'fail' },
  ],
  ['a name that cannot be looked up now', 'unknown', { client_resolve: 'TEMP' }, { iprev: 'temperror' }],
  ['an address in brackets in the place of a name (sendmail)', '[192.0.2.7]', {}, { name: undefined }],
] as const)('%s', (_, hostName, macros, expected) => {
  const client = readClient({ hostName, address: ip4 }, of(macros))
  expect(client).toMatchObject(expected)
  expect(client.address?.text).toBe('192.0.2.7')
})

it('reads IPv6 with and without its tag, and sessions without an address', () => {
  for (const address of ['IPv6:2001:db8::7', '2001:db8::7'])
    expect(
      readClient({ hostName: 'unknown', address: { family: 'ip6', address, port: 1 } }, of()).address?.text,
    ).toBe('2001:db8::7')
  const local = readClient({ hostName: 'localhost', address: { family: 'unknown' } }, of())
  expect(local.address).toBeUndefined()
  expect(local).toMatchObject({ addressText: 'local' })
})

it('knows the client that Postfix makes up for mail that was handed in on its machine', () => {
  const address = { family: 'ip4', address: '127.0.0.1', port: 0 } as const
  expect(readClient({ hostName: 'localhost', address }, of())).toMatchObject({ addressText: 'local' })
  // A real one, and one whose proxy did not tell Postfix its port (XCLIENT).
  for (const other of [{ port: 50_000 }, { address: '192.0.2.7' }])
    expect(readClient({ hostName: 'localhost', address: { ...address, ...other } }, of()).addressText).toBe(
      other.address ?? '127.0.0.1',
    )
})
