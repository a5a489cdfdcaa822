export { type LmdbBayesStoreOptions, openLmdbBayesStore } from './open.ts'
