import { library } from '@postern/tooling/tsup'

export default library(['src/index.ts', 'src/server.ts', 'src/client.ts'])
