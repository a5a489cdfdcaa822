// The example of README.md is test/readme-example.ts, word for word, and does what README.md says.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createZone, startZoneServer } from '../src/testing.ts'
import { describeClient } from './readme-example.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('README.md shows the example that is run here', () => {
  const example = read('readme-example.ts')
    .replace("'../src/index.ts'", "'@postern/dns'")
    .replace("'../src/node.ts'", "'@postern/dns/node'")
  expect(read('../README.md')).toContain('```ts\n' + example + '```')
})

it('the example works', async () => {
  const zone = createZone(`
    example.com             MX  10 mail.example.com
    1.2.0.192.in-addr.arpa  PTR mail.example.com
    mail.example.com        A   192.0.2.1
  `)
  const server = await startZoneServer(zone)
  expect(await describeClient([server.address])).toBe('mail.example.com, mail.example.com confirmed')
  expect(server.queries.map((query) => query.type)).toEqual(['MX', 'PTR', 'A'])
  await server.close()
})
