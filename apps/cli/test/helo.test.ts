import { createZone, startZoneServer, type ZoneServer } from '@postern/dns/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Desk } from './harness.ts'

let desk: Desk
let server: ZoneServer
const zone = createZone(`
  7.2.0.192.in-addr.arpa  PTR  mx1.example.org
  8.2.0.192.in-addr.arpa  PTR  forged.example.org
  mx1.example.org         A    192.0.2.7
  forged.example.org      A    192.0.2.200
  mail.example.com        A    192.0.2.9
`)

beforeEach(async () => {
  desk = new Desk()
  server = await startZoneServer(zone)
  desk.settings(`[dns]\nservers = ["${server.address}"]\ntimeout_ms = 50\nattempts = 1\n`)
})
afterEach(async () => {
  zone.fail('broken.example.org')
  await server.close()
  desk.clear()
})

describe('helo check', () => {
  it('a good name passes', async () => {
    expect(await desk.run('helo', 'check', 'mx1.example.org', '--client', '192.0.2.7')).toEqual({
      status: 0,
      out: 'HELO mx1.example.org from mx1.example.org[192.0.2.7]: passes\n',
      err: '',
    })
  })
  it.each<[name: string, status: number, rule: string, reply: string]>([
    ['a..b', 1, 'invalid-hostname', 'Reply: 501 5.5.2 '],
    ['[300.1.1.1]', 1, 'invalid-hostname', 'Reply: 501 5.5.2 '],
    ['localhost', 1, 'non-fqdn-hostname', 'Reply: 504 5.5.2 '],
    ['mail.local', 3, 'unknown-hostname', 'Reply: 450 4.7.1 '],
  ])('%s: exit status %i', async (name, status, rule, reply) => {
    const ran = await desk.run('helo', 'check', name, '--client', '192.0.2.7')
    expect(ran.status).toBe(status)
    const lines = ran.out.split('\n')
    expect(ran.out).toMatch(new RegExp(`^ {2}reject +${rule} +\\w`, 'm'))
    expect(lines.find((line) => line.startsWith('Reply:'))?.slice(0, reply.length)).toBe(reply)
  })
  it('notes what is only odd', async () => {
    const { status, out } = await desk.run('helo', 'check', 'mail.example.com', '--client', '192.0.2.7')
    expect(status).toBe(0)
    expect(out).toBe(
      [
        'HELO mail.example.com from mx1.example.org[192.0.2.7]: passes',
        "  note  ptr-mismatch           the name of the client's address is mx1.example.org",
        "  note  not-forward-confirmed  has the address 192.0.2.9, not the client's",
        '',
      ].join('\n'),
    )
  })
  it('looks the names of the client up as Postfix does', async () => {
    const { out } = await desk.run('helo', 'check', 'mx1.example.org', '--client', '192.0.2.8', '--json')
    expect(JSON.parse(out).client).toEqual({
      address: '192.0.2.8',
      name: null,
      reverseName: 'forged.example.org',
    })
    const text = await desk.run('helo', 'check', 'mx1.example.org', '--client', '192.0.2.8')
    expect(text.out).toContain('from unknown[192.0.2.8], calls itself forged.example.org: ')
  })
  it('tells programs', async () => {
    const { status, out } = await desk.run('helo', 'check', 'localhost', '--client', '192.0.2.7', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      helo: 'localhost',
      verdict: 'refused',
      findings: [{ action: 'reject', rule: 'non-fqdn-hostname', reason: 'single-label' }],
      reply: { code: 504, enhanced: '5.5.2' },
    })
  })
  it('is temporary when the DNS gives no answer', async () => {
    zone.fail('broken.example.org', 'servfail')
    const argv = ['helo', 'check', 'broken.example.org', '--client', '192.0.2.7']
    const { status, out } = await desk.run(...argv)
    expect(status).toBe(3)
    expect(out).toContain('defer  unknown-hostname  ')
    expect(out).toContain('the DNS gave no answer (servfail)')
  })
  it('asks the server it is told to, and says when that does not answer', async () => {
    const argv = ['helo', 'check', 'mx1.example.org', '--client', '192.0.2.7', '--dns', '127.0.0.1:1']
    const { status, err } = await desk.run(...argv)
    expect(status).toBe(3)
    expect(err).toContain('the DNS did not tell the name of 192.0.2.7')
  })
  it('follows the settings', async () => {
    desk.settings(
      `[dns]\nservers = ["${server.address}"]\n[helo]\nenabled = false\nnon_fqdn_hostname = "note"\nnot_forward_confirmed = "off"\nptr_mismatch = "reject"\n`,
    )
    const { status, out, err } = await desk.run('helo', 'check', 'mail.example.com', '--client', '192.0.2.7')
    expect(status).toBe(1)
    expect(out).toMatch(/^ {2}reject +ptr-mismatch .*\nReply: 550 5.7.1 /m)
    expect(out).not.toContain('not-forward-confirmed')
    expect(err).toBe('postern: [helo] enabled is false: the daemon does not run this check\n')
  })
  it('takes an empty name for no HELO at all', async () => {
    const { out } = await desk.run('helo', 'check', '', '--client', '192.0.2.7')
    expect(out).toMatch(/^no HELO from mx1.example.org\[192.0.2.7\]: passes\n {2}note +missing-helo /)
  })
  it('shows a hostile name by its characters', async () => {
    const { out } = await desk.run('helo', 'check', '\u001b[2J', '--client', '192.0.2.7')
    expect(out).toContain('HELO \\u{1b}[2J from')
    expect(out).not.toContain('\u001b')
  })
})
