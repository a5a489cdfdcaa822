import type { ImportedTable } from '../import/imported-table.ts'
import type { Gains } from '../model/gains.ts'
import type { Model } from '../model/model.ts'

/** The model that all mail is scored by, or a user's own over it: the one cannot stand for the other. */
export type ModelKind = 'shared' | 'user'

/** A message that was learned. */
export interface SeenDump {
  readonly digest: string
  readonly isSpam: boolean
  readonly gains: Gains
}

/** All that one model has learned, in memory. */
export interface Dump {
  readonly kind: ModelKind
  readonly model: Model
  /** The oldest first. */
  readonly seen: readonly SeenDump[]
  readonly imported: ImportedTable | undefined
}

export type DumpErrorCode =
  /** The first line is none of such a dump. */
  | 'not-a-dump'
  /** A later version of this package wrote it. */
  | 'newer'
  /** An earlier version wrote it, whose features were others: its counts mean nothing here. */
  | 'older'
  /** A line that is none of such a dump, or was changed. */
  | 'line'
  /** The dump ends before its last line. */
  | 'cut-off'
  /** A user's model for the shared one, or the other way round. */
  | 'other-kind'
  /** To be merged into a model whose tables have another size. */
  | 'other-size'

export interface DumpError {
  readonly code: DumpErrorCode
  /** From 1. */
  readonly line: number
}

export type ReadDump =
  | { readonly ok: true; readonly dump: Dump }
  | { readonly ok: false; readonly error: DumpError }
