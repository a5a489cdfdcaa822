export {
  formatListenAddress,
  type ListenAddress,
  type ListenAddressErrorCode,
  type ParsedListenAddress,
  parseListenAddress,
} from './address.ts'
export {
  closedBefore,
  type ListenError,
  type ListenErrorCode,
  type Listened,
  listenOn,
  type SocketFileOptions,
} from './listen.ts'
