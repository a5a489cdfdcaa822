import { bayesStoreContract } from '@postern/bayes/testing'
import { describe, expect, it } from 'vitest'
import { openLmdbBayesStore } from '../src/index.ts'
import { newDirectory } from './directory.ts'

bayesStoreContract({ describe, it, expect }, () => openLmdbBayesStore({ directory: newDirectory() }))
