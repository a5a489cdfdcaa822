import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../src/index.ts'
import { greylistStoreContract } from '../src/testing.ts'

greylistStoreContract({ describe, it, expect }, createMemoryStore)
