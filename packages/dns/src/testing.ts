export {
  type ContractSubject,
  type ContractTools,
  type MakeResolver,
  resolverContract,
} from './resolver-contract.ts'
export {
  createZone,
  type Timer,
  type Zone,
  type ZoneLookup,
  type ZoneOptions,
  type ZoneQuery,
} from './zone.ts'
export type { Finding } from './zone-data.ts'
export { FORGED_ADDRESS, type Forgery } from './zone-reply.ts'
export {
  type Conduct,
  type ServerQuery,
  startZoneServer,
  type ZoneServer,
  type ZoneServerOptions,
} from './zone-server.ts'
export { parseZone, type ZoneErrorCode } from './zone-text.ts'
