// A request as it came: its bytes as one string, and where each line and each `=` is. Values are cut out when asked for.

import { decodeUtf8 } from './octets.ts'
import type { AttributeName, PolicyRequest } from './request.ts'

const carriageReturn = 13

export class OctetRequest implements PolicyRequest {
  private readonly octets: string
  /** For each line the index where it starts and the index of its `=`; then the index where the closing empty line starts. */
  private readonly marks: readonly number[]
  private map: ReadonlyMap<string, string> | undefined

  constructor(octets: string, marks: readonly number[]) {
    this.octets = octets
    this.marks = marks
    this.map = undefined
  }

  get(name: AttributeName | (string & {})): string | undefined {
    const { octets, marks } = this
    const { length } = name
    // From the end, because of a repeated attribute the last value counts.
    for (let at = marks.length - 3; at >= 0; at -= 2) {
      const start = marks[at]!
      if (marks[at + 1]! - start === length && octets.startsWith(name, start)) return this.value(at)
    }
    return undefined
  }

  get attributes(): ReadonlyMap<string, string> {
    if (this.map !== undefined) return this.map
    const map = new Map<string, string>()
    for (let at = 0; at + 2 < this.marks.length; at += 2)
      map.set(textOf(this.octets.slice(this.marks[at], this.marks[at + 1])), this.value(at))
    this.map = map
    return map
  }

  private value(at: number): string {
    const { octets, marks } = this
    let end = marks[at + 2]! - 1
    if (octets.charCodeAt(end - 1) === carriageReturn) end--
    return textOf(octets.slice(marks[at + 1]! + 1, end))
  }
}

const beyondAscii = /[^\0-\x7f]/

const textOf = (octets: string) => (beyondAscii.test(octets) ? decodeUtf8(octets) : octets)
