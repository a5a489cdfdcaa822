export {
  createResolver,
  type ResolverOptions,
  readResolvConf,
  type StubResolver,
} from './stub-resolver.ts'
