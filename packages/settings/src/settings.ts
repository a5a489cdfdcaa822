import { checks } from '@postern/pipeline'
import { z } from 'zod'
import { baseTables } from './base-tables.ts'

type BaseTable = (typeof baseTables)[number]
type CheckTable = (typeof checks)[number]

type Shape = { [T in BaseTable as T['name']]: z.ZodPrefault<T['settings']> } & {
  [C in CheckTable as C['name']]: z.ZodPrefault<C['settings']>
}

/** Every table by name, in the order of the reference and the sample: those of the daemons, then one for each check. */
export const tables: ReadonlyMap<string, z.ZodObject> = new Map(
  [...baseTables, ...checks].map(({ name, settings }) => [name, settings as z.ZodObject]),
)

/** The whole of postern.toml. Every table and every key may be left out; no other may be there. */
export const settingsSchema = z.strictObject(
  Object.fromEntries([...tables].map(([name, table]) => [name, table.prefault({})])) as unknown as Shape,
)

/** postern.toml with all its defaults filled in. */
export type Settings = z.output<typeof settingsSchema>

/** The settings of an empty file. */
export function defaultSettings(): Settings {
  return settingsSchema.parse({})
}
