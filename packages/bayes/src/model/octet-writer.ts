/** Octets that grow as they are written: varints as in LEB128, the rest little-endian. */
export class OctetWriter {
  #octets: Uint8Array
  #size = 0

  constructor(expected = 4096) {
    this.#octets = new Uint8Array(expected)
  }

  taken(): Uint8Array {
    return this.#octets.slice(0, this.#size)
  }

  octet(value: number): void {
    if (this.#size === this.#octets.length) this.#grow(1)
    this.#octets[this.#size++] = value
  }

  varint(value: number): void {
    let rest = value
    while (rest > 127) {
      this.octet((rest & 127) | 128)
      rest >>>= 7
    }
    this.octet(rest)
  }

  octets(value: Uint8Array): void {
    if (this.#size + value.length > this.#octets.length) this.#grow(value.length)
    this.#octets.set(value, this.#size)
    this.#size += value.length
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#octets.length * 2, this.#size + by))
    larger.set(this.#octets.subarray(0, this.#size))
    this.#octets = larger
  }
}

/** Reads what OctetWriter wrote. Past the end it reads zeros, so that damaged octets end too. */
export class OctetReader {
  at = 0
  readonly #octets: Uint8Array

  constructor(octets: Uint8Array) {
    this.#octets = octets
  }

  get left(): number {
    return Math.max(0, this.#octets.length - this.at)
  }

  octet(): number {
    return this.#octets[this.at++] ?? 0
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const octet = this.octet()
      value |= (octet & 127) << shift
      if (octet < 128) break
    }
    return value >>> 0
  }

  octets(size: number): Uint8Array {
    const found = new Uint8Array(size)
    found.set(this.#octets.subarray(this.at, this.at + size))
    this.at += size
    return found
  }
}
