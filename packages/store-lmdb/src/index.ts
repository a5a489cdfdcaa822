export type { LmdbStore, StoreStats } from './lmdb-store.ts'
export { type LmdbStoreOptions, type OpenErrorCode, type OpenedStore, openLmdbStore } from './open.ts'
