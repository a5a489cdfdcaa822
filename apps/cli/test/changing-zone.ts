import { createZone, startZoneServer, type Zone, type ZoneServer } from '@postern/dns/testing'

/** A name server whose zone a test changes as an administrator does. */
export class ChangingZone {
  #zone: Zone
  #server: ZoneServer | undefined

  constructor(text = '') {
    this.#zone = createZone(text)
  }

  /** From now on this is all that it serves. */
  publish(text: string): void {
    this.#zone = createZone(text)
  }

  fail(name: string): void {
    this.#zone.fail(name, 'servfail')
  }

  async start(): Promise<void> {
    const zone: Zone = { ...createZone(''), find: (name, type) => this.#zone.find(name, type) }
    this.#server = await startZoneServer(zone)
  }

  get address(): string {
    if (this.#server === undefined) throw new Error('the zone is not served yet')
    return this.#server.address
  }

  async stop(): Promise<void> {
    await this.#server?.close()
  }
}

/** A TXT record as the zones of tests have it. */
export const txtLine = (name: string, text: string): string =>
  `${name} TXT ${(text.match(/.{1,255}/gs) ?? ['']).map((string) => `"${string.replaceAll(/["\\]/g, '\\$&')}"`).join(' ')}`
