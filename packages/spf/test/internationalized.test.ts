// RFC 8616 §4: SPF and addresses beyond ASCII.
import { createZone } from '@postern/dns/testing'
import { expect, it } from 'vitest'
import { checkHost } from '../src/index.ts'

const zone = (record: string) =>
  createZone(
    `xn--bcher-kva.example. 60 IN TXT "${record}"\nxn--bcher-kva.example.ok.example. 60 IN A 127.0.0.2`,
  )
const check = (sender: string, record: string) =>
  checkHost({ ip: '192.0.2.1', sender, helo: 'bücher.example' }, { resolver: zone(record) })

it.each([
  ['a U-label in the sender', 'ann@bücher.example', 'v=spf1 ip4:192.0.2.1 -all', 'pass'],
  ['a U-label in %{d}', 'ann@bücher.example', 'v=spf1 exists:%{d}.ok.example -all', 'pass'],
  ['a U-label in %{o}', 'ann@bücher.example', 'v=spf1 exists:%{o}.ok.example -all', 'pass'],
  ['a U-label in %{h}', 'ann@bücher.example', 'v=spf1 exists:%{h}.ok.example -all', 'pass'],
  ['a local part beyond ASCII', 'änne@bücher.example', 'v=spf1 ip4:192.0.2.1 -all', 'pass'],
  [
    '... that %{l} would need',
    'änne@bücher.example',
    'v=spf1 a:%{l}.ok.example include:%{l}.ok.example -all',
    'fail',
  ],
  ['... that %{s} would need', 'änne@bücher.example', 'v=spf1 exists:%{s}.ok.example ~all', 'softfail'],
  ['... in a redirect', 'änne@bücher.example', 'v=spf1 redirect=%{l}.ok.example', 'neutral'],
])('%s', (_, sender, record, result) => {
  expect(check(sender, record)).toMatchObject({ result, domain: 'xn--bcher-kva.example' })
})

it('a term that can match nothing asks nothing, but counts', () => {
  const resolver = zone('v=spf1 exists:%{l}.ok.example -all')
  const found = checkHost({ ip: '192.0.2.1', sender: 'änne@bücher.example', helo: 'x.example' }, { resolver })
  expect(resolver.queries).toHaveLength(1)
  expect(found).toMatchObject({ lookups: { terms: 1, void: 0 } })
})
