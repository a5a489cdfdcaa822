export { type Policyd, type PolicydOptions, runPolicyd, type StartedPolicyd } from './policyd.ts'
export { type ProgramOptions, runAsProgram } from './program.ts'
export { createConfiguredGreylist } from './service.ts'
export { stateDirectory } from './state.ts'
