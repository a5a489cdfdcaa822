import { createZone, type Zone } from '@postern/dns/testing'
import { describe, expect, it } from 'vitest'
import { askAllServers } from '../src/dkim-authoritative.ts'

/** The DNS as a whole: who serves what, and what each server says. */
function worldOf(directory: string, servers: Readonly<Record<string, string | Zone>>) {
  const asked: string[] = []
  return {
    asked,
    options: {
      resolver: createZone(directory),
      open(address: string) {
        asked.push(address)
        const server = servers[address]
        const zone = typeof server === 'string' ? createZone(server) : server
        const silence = createZone('x.example A 192.0.2.1', { failures: { [name]: 'timeout' } })
        return { ...(zone ?? silence), close() {} }
      },
    },
  }
}

const name = 's._domainkey.example.org'
const directory = `
  example.org      NS   ns1.example.net
  example.org      NS   ns2.example.net
  ns1.example.net  A    192.0.2.1
  ns1.example.net  AAAA 2001:db8::1
  ns2.example.net  A    192.0.2.2
`
const record = `${name} 600 TXT "v=DKIM1; p=AAAA"`
const records = { kind: 'records', records: [['v=DKIM1; p=AAAA']], ttl: 600, authentic: false }

describe('all servers of a zone', () => {
  it('are asked at all their addresses', async () => {
    const { options, asked } = worldOf(directory, {
      '192.0.2.1:53': record,
      '[2001:db8::1]:53': record,
      '192.0.2.2:53': 'example.org A 192.0.2.9',
    })
    expect(await askAllServers(name, options)).toEqual({
      ok: true,
      answers: [
        { server: 'ns1.example.net (192.0.2.1)', answer: records },
        { server: 'ns1.example.net ([2001:db8::1])', answer: records },
        { server: 'ns2.example.net (192.0.2.2)', answer: { kind: 'nxdomain', ttl: 60 } },
      ],
    })
    expect(asked).toHaveLength(3)
  })
  it('are those of the zone that is nearest', async () => {
    const nearer = `${directory}\n_domainkey.example.org NS ns.provider.example\nns.provider.example A 192.0.2.7`
    const { options } = worldOf(nearer, { '192.0.2.7:53': record })
    expect(await askAllServers(name, options)).toEqual({
      ok: true,
      answers: [{ server: 'ns.provider.example (192.0.2.7)', answer: records }],
    })
  })
  it('count as reached when one of their addresses is', async () => {
    const { options } = worldOf(directory, { '192.0.2.1:53': record, '192.0.2.2:53': record })
    const asked = await askAllServers(name, options)
    expect(asked.ok && asked.answers.map(({ server }) => server)).toEqual([
      'ns1.example.net (192.0.2.1)',
      'ns2.example.net (192.0.2.2)',
    ])
  })
  it('count as silent when none is, or when they have no address', async () => {
    const { options } = worldOf(`${directory}\nexample.org NS ns3.example.net`, { '192.0.2.1:53': record })
    const asked = await askAllServers(name, options)
    expect(asked.ok && asked.answers.map(({ server, answer }) => [server, answer.kind])).toEqual([
      ['ns1.example.net (192.0.2.1)', 'records'],
      ['ns2.example.net (192.0.2.2)', 'temperror'],
      ['ns3.example.net', 'temperror'],
    ])
  })
  it('are followed over an alias that all of them have', async () => {
    const alias = `${name} CNAME s.provider.example`
    const more = `${directory}\nprovider.example NS ns.provider.example\nns.provider.example A 192.0.2.7`
    const target = 's.provider.example 600 TXT "v=DKIM1; p=AAAA"'
    const whole = worldOf(more, {
      '192.0.2.1:53': alias,
      '192.0.2.2:53': alias,
      '192.0.2.7:53': target,
    })
    expect(await askAllServers(name, whole.options)).toEqual({
      ok: true,
      answers: [{ server: 'ns.provider.example (192.0.2.7)', answer: records }],
    })
    const half = worldOf(more, { '192.0.2.1:53': alias, '192.0.2.2:53': record, '192.0.2.7:53': target })
    const asked = await askAllServers(name, half.options)
    expect(asked.ok && asked.answers.map(({ answer }) => answer.kind)).toEqual(['nodata', 'records'])
  })
  it('are not followed for ever', async () => {
    const loop = { 'a:53': `${name} CNAME ${name}` }
    const { options } = worldOf('', loop)
    expect(await askAllServers(name, { ...options, servers: ['a:53'] })).toMatchObject({
      ok: false,
      message: expect.stringContaining('more than 4'),
    })
  })
  it('are those that the command line names', async () => {
    const { options } = worldOf('', { '127.0.0.1:5301': record })
    expect(await askAllServers(name, { ...options, servers: ['127.0.0.1:5301'] })).toEqual({
      ok: true,
      answers: [{ server: '127.0.0.1:5301', answer: records }],
    })
  })
  it('may be unknown', async () => {
    expect(await askAllServers(name, worldOf('', {}).options)).toEqual({
      ok: false,
      message: `no zone with name servers was found for ${name}`,
    })
    const { options } = worldOf(directory, {})
    const resolver = createZone(directory, { failures: { 'example.org': 'servfail' } })
    expect(await askAllServers(name, { ...options, resolver })).toEqual({
      ok: false,
      message: 'the name servers of example.org could not be looked up (servfail)',
    })
  })
})
