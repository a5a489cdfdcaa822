// All that is hashed of one body: each canonicalization is run once, each length of it hashed once.
import { BodyHash } from './body-hash.ts'
import { type CanonicalBody, createCanonicalBody } from './canonical-body.ts'
import type { CanonicalizationName } from './signature.ts'

/** What a signature gets. Both are complete when the body is over. */
export interface HashedBody {
  readonly canonical: CanonicalBody
  readonly hash: BodyHash
}

export class BodyHashes {
  readonly #bodies = new Map<CanonicalizationName, { canonical: CanonicalBody; hashes: BodyHash[] }>()

  /** Asks for a hash, before the body begins. `limit`: octets of the canonicalized body, l=. */
  request(name: CanonicalizationName, limit: number = Number.POSITIVE_INFINITY): HashedBody {
    let body = this.#bodies.get(name)
    if (body === undefined) {
      const hashes: BodyHash[] = []
      body = { canonical: createCanonicalBody(name, hashes), hashes }
      this.#bodies.set(name, body)
    }
    let hash = body.hashes.find((other) => other.limit === limit)
    if (hash === undefined) {
      hash = new BodyHash(limit)
      body.hashes.push(hash)
    }
    return { canonical: body.canonical, hash }
  }

  write(chunk: Uint8Array): void {
    if (this.#bodies.size === 0) return
    const bytes =
      chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (const { canonical } of this.#bodies.values()) canonical.write(bytes)
  }

  end(): void {
    for (const { canonical } of this.#bodies.values()) canonical.end()
  }
}
