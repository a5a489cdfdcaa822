import { type Ip, parseIp } from '@postern/addr'
import { describe, expect, it } from 'vitest'
import { findDynamicSign } from '../src/dynamic-name.ts'

const ip = (text: string) => (parseIp(text) as { value: Ip }).value
const show = (name: string, client: string) => {
  const sign = findDynamicSign(name, ip(client))
  return sign === undefined ? '-' : `${sign.evidence} ${sign.token}`
}

describe("the client's IPv4 address in the name", () => {
  it.each([
    ['192-0-2-7.isp.example', 'address 192-0-2-7'],
    ['host-192-0-2-7.isp.example', 'address 192-0-2-7'],
    ['c192.0.2.7.isp.example', 'address 192.0.2.7'],
    ['7.2.0.192.isp.example', 'address 7.2.0.192'],
    ['h7-2-0-192.city.isp.example', 'address 7-2-0-192'],
    ['192.0.2.7.isp.co.uk', 'address 192.0.2.7'],
    ['ip192000002007.isp.example', 'address 192000002007'],
    ['192-000-002-007.isp.example', 'address 192-000-002-007'],
    ['ec2-192-0-2-7.region.isp.example', 'address 192-0-2-7'],
    ['h9-192-0-2-7-1.isp.example', 'address 192-0-2-7'],
    ['192_0_2_7.isp.example', 'address 192_0_2_7'],
    ['p c0000207.isp.example'.replace(' ', ''), 'address c0000207'],
    ['c0000207.isp.example', 'address c0000207'],
    // Somebody else's address, parts of it, or one behind the host part.
    ['192-0-2-8.isp.example', '-'],
    ['2-7.isp.example', '-'],
    ['192-0-2.isp.example', '-'],
    ['1192-0-2-7.isp.example', '-'],
    ['c0000208.isp.example', '-'],
    ['192-0-2-7.example', '-'],
    ['mail.192-0-2-7.example', '-'],
    // A line that is said to be fixed.
    ['static-192-0-2-7.isp.example', '-'],
    ['192-0-2-7.fix.isp.example', '-'],
  ])('%s: %s', (name, expected) => {
    expect(show(name, '192.0.2.7')).toBe(expected)
  })
})

describe("the client's IPv6 address in the name", () => {
  it.each([
    ['2001-db8-1-2-3-4-5-6.isp.example', 'address 2001-db8-1-2-3-4-5-6'],
    ['h20010db8000100020003000400050006.isp.example', 'address 20010db8000100020003000400050006'],
    ['2001-0db8-0001-0002-0003-0004-0005-0006.isp.example', 'address 20010db8000100020003000400050006'],
    ['0003000400050006.isp.example', 'address 0003000400050006'],
    ['2001-db8.isp.example', '-'],
  ])('%s: %s', (name, expected) => {
    expect(show(name, '2001:db8:1:2:3:4:5:6')).toBe(expected)
  })

  it('is not seen in a row of zeros', () => {
    expect(show('mail0000000000000025.isp.example', '2001:db8::25')).toBe('-')
  })
})

describe('words', () => {
  it.each([
    ['dsl.isp.example', 'word dsl'],
    ['adsl-12.isp.example', 'word adsl'],
    ['pool3.isp.example', 'word pool'],
    ['x12.dyn.isp.example', 'word dyn'],
    ['dynamic-4.isp.example', 'word dynamic'],
    ['ppp12.isp.com.br', 'word ppp'],
    ['dhcp-7.uni.ac.uk', 'word dhcp'],
    ['c1.cable.isp.example', 'word cable'],
    // Only whole words, and only in the host part: rspamd's mistake with dyni.net.
    ['mail.dyni.net', '-'],
    ['dyni.net', '-'],
    ['mail.dsl.example', '-'],
    ['www.cable.co.uk', '-'],
    ['dynamo.isp.example', '-'],
    ['whirlpool.isp.example', '-'],
    ['mail.isp.example', '-'],
    ['isp', '-'],
    // Pools of mail servers, and fixed lines.
    ['mail-pool1.isp.example', '-'],
    ['smtp3.pool.isp.example', '-'],
    ['static.dsl.isp.example', '-'],
  ])('%s: %s', (name, expected) => {
    expect(show(name, '192.0.2.7')).toBe(expected)
  })
})
