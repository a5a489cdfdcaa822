import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../src/index.ts'
import { bayesStoreContract } from '../../src/testing.ts'

bayesStoreContract({ describe, it, expect }, createMemoryStore)
