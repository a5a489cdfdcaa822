// A TOML file as plain values, with the place of each in the text. What each value means is the business of load.ts.

import { type AST, parseTOML } from 'toml-eslint-parser'

/** Both count from 1; columns in UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Where something stands in the file. */
export interface Spot {
  /** The key, or the header of a table. */
  readonly key: Place
  readonly value: Place
  /** The value as it is written; undefined for a table that is made of lines. */
  readonly source?: string
}

/** Names and, inside lists, indexes. */
export type Path = readonly (string | number)[]

export type Table = { [key: string]: unknown }

export interface Document {
  readonly root: Table
  /** Where this value is; undefined for what is not in the file. */
  spotOf(path: Path): Spot | undefined
}

/** Reads a file that is right; throws the library's ParseError for one that is not. */
export function readDocument(text: string): Document {
  // toml-eslint-parser 1.0.3 misreads a `0` that is the very last character.
  const program = parseTOML(`${text}\n`, { tomlVersion: '1.0' })
  const builder = new Builder(text)
  for (const node of program.body[0].body)
    if (node.type === 'TOMLTable') builder.addTable(node)
    else builder.addPair(node, [])
  return { root: builder.root, spotOf: (path) => builder.spots.get(idOf(path)) }
}

const idOf = (path: Path): string => JSON.stringify(path)

// No prototype: a key such as `__proto__` is a key like any other.
const emptyTable = (): Table => Object.create(null) as Table

class Builder {
  readonly root = emptyTable()
  readonly spots = new Map<string, Spot>()
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  addTable(node: AST.TOMLTable): void {
    const place = placeOf(node.key)
    this.#spot(node.resolvedKey, { key: place, value: place })
    if (node.kind === 'array') this.#spot(node.resolvedKey.slice(0, -1), { key: place, value: place })
    this.#containerAt(node.resolvedKey)
    for (const pair of node.body) this.addPair(pair, node.resolvedKey)
  }

  addPair(node: AST.TOMLKeyValue, at: Path): void {
    const names = node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))
    const path = [...at, ...names]
    // `a.b = 1` makes a table `a` by the way.
    for (let depth = at.length + 1; depth < path.length; depth++) {
      const place = placeOf(node.key.keys[depth - at.length - 1]!)
      this.#spot(path.slice(0, depth), { key: place, value: place })
    }
    const container = this.#containerAt(path.slice(0, -1))
    container[path.at(-1)!] = this.#valueOf(node.value, path, placeOf(node.key.keys.at(-1)!))
  }

  #valueOf(node: AST.TOMLContentNode, path: Path, key: Place): unknown {
    this.#spot(path, { key, value: placeOf(node), source: this.#text.slice(...node.range) })
    switch (node.type) {
      case 'TOMLValue':
        return node.value
      case 'TOMLArray':
        return node.elements.map((element, i) => this.#valueOf(element, [...path, i], placeOf(element)))
      case 'TOMLInlineTable': {
        const container = this.#containerAt(path)
        for (const pair of node.body) this.addPair(pair, path)
        return container
      }
    }
  }

  /** The table at a path; what is missing on the way is made. */
  #containerAt(path: Path): Table {
    let container: Table = this.root
    path.forEach((name, i) => {
      container[name] ??= typeof path[i + 1] === 'number' ? [] : emptyTable()
      container = container[name] as Table
    })
    return container
  }

  /** The first mention counts. */
  #spot(path: Path, spot: Spot): void {
    const id = idOf(path)
    if (!this.spots.has(id)) this.spots.set(id, spot)
  }
}

const placeOf = (node: AST.TOMLNode): Place => ({
  line: node.loc.start.line,
  column: node.loc.start.column + 1,
})
