import type { Settings } from '@postern/settings'

/** The sentence for the administrator when these settings cannot be served by several processes. */
export function processesProblem({ policy, store }: Pick<Settings, 'policy' | 'store'>): string | undefined {
  return policy.processes > 1 && store.kind === 'memory'
    ? '[policy] processes: with [store] kind = "memory" each process would keep a greylist of its own; 1 is all there can be'
    : undefined
}
