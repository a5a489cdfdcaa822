import { createBudget, createCache, reverseName } from '../src/index.ts'
import { createResolver } from '../src/node.ts'

const now = () => performance.now()

/** Where mail for a domain goes, and whether the client's name is its own: three questions, five seconds together. */
export async function describeClient(servers: readonly string[]): Promise<string> {
  const stub = createResolver({ servers })
  const dns = createCache(stub, { now })
  const budget = createBudget({ deadlineMs: now() + 5000, now, maxQueries: 3 })
  const mx = await dns.resolve('example.com', 'MX', { budget })
  const client = { version: 4, bytes: Uint8Array.of(192, 0, 2, 1) } as const
  const ptr = await dns.resolve(reverseName(client), 'PTR', { budget })
  const name = ptr.kind === 'records' ? ptr.records[0]! : 'unknown'
  const addresses = await dns.resolve(name, 'A', { budget })
  stub.close()
  const isConfirmed = addresses.kind === 'records' && addresses.records.includes('192.0.2.1')
  return `${mx.kind === 'records' ? mx.records[0]!.exchange : mx.kind}, ${name} ${isConfirmed ? 'confirmed' : 'no'}`
}
