export type { LmdbBayesStore } from './lmdb-bayes-store.ts'
export { type LmdbBayesStoreOptions, openLmdbBayesStore } from './open.ts'
