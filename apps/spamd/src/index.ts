export { runSpamd, spamd } from './spamd.ts'
