import { library, program } from '@postern/tooling/tsup'

export default [program(), library()]
