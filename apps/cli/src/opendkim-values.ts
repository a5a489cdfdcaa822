// The values of an opendkim.conf, each with what is said when it cannot be read.
import {
  type ConfEntry,
  type OpendkimConf,
  type ReadText,
  readBoolean,
  readInteger,
} from './opendkim-conf.ts'
import { type DataEntry, type DataSet, parseDataSet, readDataSet } from './opendkim-data-set.ts'
import type { Draft } from './opendkim-draft.ts'

/** What the parts of the import share. */
export class OpendkimValues {
  readonly draft: Draft
  readonly readText: ReadText
  readonly #conf: OpendkimConf

  constructor(conf: OpendkimConf, { draft, readText }: { draft: Draft; readText: ReadText }) {
    this.#conf = conf
    this.draft = draft
    this.readText = readText
  }

  entry(name: string): ConfEntry | undefined {
    return this.#conf.entries.get(name.toLowerCase())
  }

  has(name: string): boolean {
    return this.entry(name) !== undefined
  }

  text(name: string): string | undefined {
    return this.entry(name)?.value
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, readBoolean)
  }

  integer(name: string): number | undefined {
    return this.#read(name, readInteger)
  }

  dataSet(name: string): DataSet | undefined {
    const value = this.text(name)
    return value === undefined ? undefined : parseDataSet(value)
  }

  /** The elements of a data set. Undefined: not set, or not to be read, which has been said then. */
  entries(name: string): readonly DataEntry[] | undefined {
    const set = this.dataSet(name)
    if (set === undefined) return undefined
    const read = readDataSet(set, this.readText)
    if (read.ok) return read.entries
    this.lose(name, read.problem)
    return undefined
  }

  lose(name: string, why: string): void {
    const entry = this.entry(name)
    const where = entry === undefined ? name : `${entry.name} (${entry.file}:${entry.line})`
    this.draft.lose(`${where}: ${why}`)
  }

  #read<T>(name: string, read: (text: string) => T | undefined): T | undefined {
    const text = this.text(name)
    const value = text === undefined ? undefined : read(text)
    if (text !== undefined && value === undefined) this.lose(name, `"${text}" is no value for it`)
    return value
  }
}
