import { program } from '@postern/tooling/tsup'

export default program()
