// Compressed messages, one at a time: what a bomb can make us hold is one message of the largest size.

import { promisify } from 'node:util'
import { inflate as inflateWithCallback } from 'node:zlib'
import type { SpamdFault } from './fault.ts'

const inflateBytes = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateWithCallback)

export type Inflated =
  | { readonly ok: true; readonly message: Buffer }
  | { readonly ok: false; readonly fault: SpamdFault }

export class Inflater {
  private last: Promise<unknown> = Promise.resolve()
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  /** Never rejects. */
  inflate(bytes: Uint8Array): Promise<Inflated> {
    const inflated = this.last.then(() => this.inflateNow(bytes))
    this.last = inflated
    return inflated
  }

  private async inflateNow(bytes: Uint8Array): Promise<Inflated> {
    try {
      return { ok: true, message: await inflateBytes(bytes, { maxOutputLength: this.limit }) }
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      const fault: SpamdFault = isTooLarge ? { code: 'too-large', limit: this.limit } : { code: 'bad-zlib' }
      return { ok: false, fault }
    }
  }
}
