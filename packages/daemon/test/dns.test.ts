import { createZone, startZoneServer } from '@postern/dns/testing'
import { loadSettings } from '@postern/settings'
import { expect, it, onTestFinished } from 'vitest'
import { createSharedDns } from '../src/dns.ts'

it('daemons with the same settings share answers, until a reload; the last one that closes it ends it', async () => {
  let asked = 0
  const server = await startZoneServer(createZone('a.example A 192.0.2.1'), {
    conduct: () => {
      asked++
      return undefined
    },
  })
  onTestFinished(() => server.close())
  const loaded = loadSettings(`[dns]\nservers = ["${server.address}"]`)
  if (!loaded.ok) throw new Error('settings')
  const shared = createSharedDns()
  const [first, second] = [shared.open(loaded.settings), shared.open(loaded.settings)]
  await first.resolver.resolve('a.example', 'A')
  await second.resolver.resolve('a.example', 'A')
  expect(asked).toBe(1)
  first.close()
  // Known answers are given; new questions still have somebody to ask.
  expect(await second.resolver.resolve('b.example', 'A')).toMatchObject({ kind: 'nxdomain' })
  shared.renew()
  const third = shared.open(loaded.settings)
  await third.resolver.resolve('a.example', 'A')
  expect(asked).toBe(3)
  second.close()
  third.close()
  expect(await third.resolver.resolve('c.example', 'A')).toMatchObject({ kind: 'temperror' })
})
