import { library } from '@postern/tooling/tsup'

export default library()
